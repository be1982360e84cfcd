"""Formats that need no framework: weights as safetensors, spec as JSON, history as CSV."""

import numpy as np

from cnn.core.tensors import save
from cnn.exports.source import Exported, Source
from cnn.runs.history_table import to_csv


def export_safetensors(source: Source) -> Exported:
    """Return the weights as float32 safetensors, named `layer/variable`."""
    arrays = {name: np.ascontiguousarray(array, np.float32) for name, array in source.weights.items()}
    return Exported(
        f"{source.stem}.safetensors",
        "application/octet-stream",
        save(arrays, metadata={"format": "cnn-lab-1"}),
        "Together with the JSON of the spec it can be imported again.",
    )


def export_spec(source: Source) -> Exported:
    """Return network and training as JSON."""
    return Exported(f"{source.stem}.json", "application/json", (source.setup.to_text() + "\n").encode())


def export_history(source: Source) -> Exported:
    """Return the history as CSV, one row per report; missing values are left empty."""
    return Exported(f"{source.stem}-history.csv", "text/csv", to_csv(source.history).encode())
