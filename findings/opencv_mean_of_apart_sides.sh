#!/usr/bin/env bash
# OpenCV 5.0.0: its DNN module computes a mean over three sides of five that are not neighbours wrongly, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    opencv-python-headless==5.0.0.93 onnx==1.23.2 onnxruntime==1.32.0; } || exit 2
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import sys

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper


def differences(shape: tuple[int, ...], axes: list[int]) -> tuple[float, float]:
    """Return how far OpenCV and onnxruntime are from NumPy for one ReduceMean."""
    kept = [1 if i in axes else side for i, side in enumerate(shape)]
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["x"], ["y"], axes=axes, keepdims=1)],
        "mean",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, kept)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    content = model.SerializeToString()
    x = np.random.default_rng(0).normal(1, 1, shape).astype(np.float32)
    wanted = x.mean(tuple(axes)).ravel()
    network = cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))
    network.setInput(x)
    theirs = onnxruntime.InferenceSession(content).run(None, {"x": x})[0]
    return float(abs(network.forward().ravel() - wanted).max()), float(abs(theirs.ravel() - wanted).max())


apart = differences((3, 8, 8, 2, 4), [1, 2, 4])  # group normalisation, channels last
four = differences((3, 64, 2, 4), [1, 3])
neighbours = differences((3, 8, 8, 2, 4), [1, 2])
print("version: OpenCV", cv2.__version__, "onnxruntime", onnxruntime.__version__)
print("guess:   ReduceMean over sides 1, 2 and 4 of (3, 8, 8, 2, 4) is NumPy's mean, to about 1e-7")
print(f"seen:    OpenCV is {apart[0]:.2g} away, onnxruntime {apart[1]:.1g};")
print(f"         right are sides 1, 3 of four ({four[0]:.1g}) and the neighbours 1, 2 of five ({neighbours[0]:.1g})")
print("here:    _split_means in cnn/exports/onnx_file.py")
sys.exit(0 if apart[0] > 1e-2 and max(apart[1], *four, *neighbours) < 1e-5 else 1)
PYTHON
