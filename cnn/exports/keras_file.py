"""`.keras`: Keras 3's own format, without custom code, so that safe mode opens it."""

import importlib
import inspect
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from cnn.core.numbers import to_json
from cnn.exports.source import INPUT_NOTE, Exported, Source

if TYPE_CHECKING:
    import keras

CONFIG = "config.json"  # in a .keras file, which is a ZIP: the layers with their options
OPERATIONS = (
    "keras.src.ops.nn"  # activations that have options; to Keras 3.10 and older a name is none of them
)

_models: "WeakKeyDictionary[Source, keras.Model]" = (
    WeakKeyDictionary()
)  # several formats of one network need it


def keras_model(source: Source) -> "keras.Model":
    """Return the network as a plain Keras model in float32, called once; it is built once for a source.

    Always in float32: from a `mixed_bfloat16` model, LiteRT makes a file that loads but
    cannot run, and ONNX one that onnxruntime refuses (TensorFlow 2.21, Keras 3.15.1). ONNX needs a
    model that was called once.
    """
    if source in _models:
        return _models[source]
    from cnn.core.scaling import to_input
    from cnn.exports.source import probe
    from cnn.training.keras_model import build_network, set_weights

    model = build_network(source.setup.network)
    set_weights(model, dict(source.weights))
    model(to_input(probe()[None]), training=False)
    _models[source] = model
    return model


def export_keras(source: Source) -> Exported:
    """Return the network as a `.keras` file, weights included, that older versions of Keras 3 read, too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.keras")
        keras_model(source).save(path)
        content = _readable_by_older(path)
    return Exported(
        f"{source.stem}.keras",
        "application/zip",
        content,
        f"Opens with keras.models.load_model, safe mode included. {INPUT_NOTE}",
    )


def _readable_by_older(path: Path) -> bytes:
    """Return a `.keras` file without the options that have their default value.

    A newer Keras writes all options that it knows, and an older one refuses a file with one that it does not know:
    without this, Keras 3.13 reads none of these files (`input_axes` of an initializer, `renorm` of a normalisation).
    """
    content = io.BytesIO()
    with zipfile.ZipFile(path) as written, zipfile.ZipFile(content, "w") as file:
        for member in written.infolist():
            part = written.read(member)
            if member.filename == CONFIG:
                part = to_json(_without_defaults(json.loads(part))).encode()
            file.writestr(member, part)
    return content.getvalue()


def _without_defaults(value: Any) -> Any:
    """Return a part of a model's configuration without the options that equal their default, at any depth."""
    if isinstance(value, list):
        return [_without_defaults(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _without_defaults(item) for name, item in value.items()}
    if {"module", "class_name", "config"} <= inner.keys() and inner["module"]:
        kind = getattr(importlib.import_module(inner["module"]), inner["class_name"])
        options = inspect.signature(kind).parameters
        inner["config"] = {
            name: item
            for name, item in inner["config"].items()
            if (name not in options or options[name].default != item)
            and (inner["module"], name) != (OPERATIONS, "name")
        }
    return inner
