#!/usr/bin/env bash
# tract 0.23: a shape that was computed from the batch is known, unless it passes through int32, as tf2onnx writes it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tract==0.23.9 onnx==1.23.2 onnxruntime==1.32.0; } || exit 2
cd "$folder"
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
import tract
from onnx import TensorProto, helper, numpy_helper


def flatten(through: str | None) -> str:
    """Return what tract says to x (batch, 4, 3) reshaped to (batch, -1), the shape cast to `through` on its way."""
    kind = np.int32 if through else np.int64
    constants = {"zero": np.int64, "one": np.int64, "rest": kind}
    values = {"zero": [0], "one": [1], "rest": [-1]}
    nodes = [helper.make_node("Shape", ["x"], ["sides"])]
    if through:
        nodes.append(helper.make_node("Cast", ["sides"], ["narrow"], to=TensorProto.INT32))
    nodes.append(helper.make_node("Slice", ["narrow" if through else "sides", "zero", "one"], ["batch"]))
    nodes.append(helper.make_node("Concat", ["batch", "rest"], ["shape"], axis=0))
    if through:
        nodes.append(helper.make_node("Cast", ["shape"], ["wide"], to=TensorProto.INT64))
    nodes.append(helper.make_node("Reshape", ["x", "wide" if through else "shape"], ["y"]))
    graph = helper.make_graph(
        nodes,
        "flatten",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 12])],
        [numpy_helper.from_array(np.array(values[name], constants[name]), name) for name in constants],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "flatten.onnx")
    x = np.zeros((2, 4, 3), np.float32)
    assert onnxruntime.InferenceSession("flatten.onnx").run(None, {"x": x})[0].shape == (2, 12)
    try:
        found = tract.onnx().load("flatten.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    except tract.TractError as error:
        return next(line.strip() for line in str(error).splitlines()[1:] if line.strip(" \t") not in ("", "Caused by:"))
    return str(found.shape)


plain, cast = flatten(None), flatten("int32")
print("version: tract", version("tract"), "onnxruntime", onnxruntime.__version__)
print("guess:   a Flatten with a batch of any size is read whether its shape is int64 throughout or int32 on its way")
print(f"seen:    int64 throughout: {plain}; through int32: {cast}; onnxruntime reads both")
print("here:    _fix_shapes in cnn/exports/onnx_file.py")
sys.exit(0 if plain == "(2, 12)" and cast == "shape input is variable" else 1)
PYTHON
