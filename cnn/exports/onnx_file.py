"""ONNX, which onnxruntime and most other frameworks read."""

import contextlib
import io
import tempfile
import warnings
from pathlib import Path

from cnn.data.classes import CLASSES
from cnn.exports.keras_file import keras_model
from cnn.exports.source import INPUT_NOTE, Exported, Source

OPSET = 17
OUTPUT = "probabilities"


def export_onnx(source: Source) -> Exported:
    """Return the network as an ONNX file of opset 17; input `input`, output `probabilities`, batch of any size.

    Raises:
        ModuleNotFoundError: if onnx or tf2onnx is not installed.
    """
    import onnx

    model = keras_model(source)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder, "network.onnx")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tf2onnx on NumPy 2
            model.export(path, format="onnx", verbose=False, opset_version=OPSET)
        proto = onnx.load(path)
    graph = proto.graph
    converted = graph.output[0].name
    for node in graph.node:
        node.output[:] = [OUTPUT if name == converted else name for name in node.output]
        node.input[:] = [OUTPUT if name == converted else name for name in node.input]
    graph.output[0].name = OUTPUT
    for end in (graph.input[0], graph.output[0]):
        end.type.tensor_type.shape.dim[0].dim_param = "batch"
    facts = {"classes": ",".join(CLASSES), "trained_on": source.source, "input": INPUT_NOTE}
    onnx.helper.set_model_props(proto, facts)
    proto.producer_name, proto.producer_version = "CNN Lab, by tf2onnx", ""
    onnx.checker.check_model(proto)
    return Exported(
        f"{source.stem}.onnx",
        "application/octet-stream",
        proto.SerializeToString(),
        f"Opset {OPSET}; any number of pictures at once. {INPUT_NOTE}",
    )
