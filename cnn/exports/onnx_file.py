"""ONNX, which onnxruntime and most other frameworks read."""

import contextlib
import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

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
    _fix_shapes(proto)
    _split_means(proto)
    _multiply_cubes(proto)
    _remove_unused(proto)
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


def _fix_shapes(proto: Any) -> None:
    """Give each reshape a constant shape, with -1 for the side that grows with the batch.

    tf2onnx computes it from the batch with half a dozen nodes, which hide the network from whoever looks at the file
    and which some programs refuse (`findings/onnx_computed_shape_tract.sh`).
    """
    from onnx import numpy_helper

    two, three = (_shapes(proto, batch) for batch in (2, 3))
    constants = {array.name for array in proto.graph.initializer}
    for node in proto.graph.node:
        if node.op_type != "Reshape" or node.input[1] in constants or node.output[0] not in two:
            continue
        sides = zip(two[node.output[0]], three[node.output[0]], strict=True)
        shape = np.array([side if side == other else -1 for side, other in sides], np.int64)
        name = f"{node.name}/shape"
        proto.graph.initializer.append(numpy_helper.from_array(shape, name))
        node.input[1] = name


def _shapes(proto: Any, batch: int) -> dict[str, list[int]]:
    """Return the shape of every value, for so many pictures."""
    import onnx

    fixed = onnx.ModelProto()
    fixed.CopyFrom(proto)
    for end in (fixed.graph.input[0], fixed.graph.output[0]):
        end.type.tensor_type.shape.dim[0].dim_value = batch
    known = onnx.shape_inference.infer_shapes(fixed, strict_mode=True, data_prop=True).graph
    return {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*known.value_info, *known.output)
    }


def _split_means(proto: Any) -> None:
    """Take a mean over sides that are not neighbours in two steps: the mean of equally many means is the same.

    Group normalisation has such a one, which OpenCV computes wrongly (`findings/opencv_mean_of_apart_sides.sh`).
    """
    from onnx import helper

    nodes = []
    for node in proto.graph.node:
        axes = next((list(item.ints) for item in node.attribute if item.name == "axes"), [])
        kept = all(item.i for item in node.attribute if item.name == "keepdims")
        apart = [i for i, axis in enumerate(axes) if i and axis != axes[i - 1] + 1]
        if node.op_type != "ReduceMean" or not kept or not apart:
            nodes.append(node)
            continue
        value = node.input[0]
        for number, (start, end) in enumerate(zip([0, *apart], [*apart, len(axes)], strict=True)):
            last = end == len(axes)
            name = node.output[0] if last else f"{node.name}/part{number}"
            nodes.append(
                helper.make_node("ReduceMean", [value], [name], name, axes=axes[start:end], keepdims=1)
            )
            value = name
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)


def _multiply_cubes(proto: Any) -> None:
    """Take the third power by two multiplications.

    GELU has one, which ncnn computes wrongly for negative values (`findings/ncnn_power_of_negative.sh`).
    """
    from onnx import helper, numpy_helper

    constants = {array.name: numpy_helper.to_array(array) for array in proto.graph.initializer}
    nodes = []
    for node in proto.graph.node:
        exponent = constants.get(node.input[1]) if node.op_type == "Pow" else None
        if exponent is None or exponent.size != 1 or exponent.item() != 3:
            nodes.append(node)
            continue
        value, square = node.input[0], f"{node.name}/square"
        nodes.append(helper.make_node("Mul", [value, value], [square], square))
        nodes.append(helper.make_node("Mul", [square, value], [node.output[0]], node.name))
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)


def _remove_unused(proto: Any) -> None:
    """Remove nodes and constants that nothing reads any more."""
    graph = proto.graph
    needed, nodes = {value.name for value in graph.output}, []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            nodes.append(node)
            needed.update(node.input)
    del graph.node[:]
    graph.node.extend(reversed(nodes))
    constants = [array for array in graph.initializer if array.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(constants)
