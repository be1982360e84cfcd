#!/usr/bin/env bash
# MNN 3.6.1: mnnconvert runs `pip install` with the pip that is first on the PATH, whatever environment it lies in itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    MNN==3.6.1 onnx==1.23.2 numpy==2.4.6; } || exit 2
cd "$folder"
mkdir first  # a pip that only writes down what it is asked for
printf '#!/bin/sh\necho "pip $*" >> "%s/asked"\nexit 1\n' "$folder" > first/pip
chmod +x first/pip
touch asked
"$folder/venv/bin/python" - <<'PYTHON'
import onnx
from onnx import TensorProto, helper

ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3]) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", ends[:1], ends[1:])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "relu.onnx")
PYTHON
PATH="$folder/first:$PATH" "$folder/venv/bin/mnnconvert" -f ONNX --modelFile relu.onnx --MNNModel relu.mnn --bizCode x > /dev/null 2>&1 || true
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

asked, written = Path("asked").read_text().split("\n")[0], Path("relu.mnn").exists()
print("version: MNN", version("MNN"))
print("guess:   a program that converts a file into a file runs nothing else")
print(f"seen:    it ran '{asked}'; with a real pip outside of any environment, ten packages were installed there.",
      "Without them it converts all the same." if written else "It converted nothing.")
print("here:    docs/take-home.md, Who reads the ONNX file: activate an environment of its own first")
sys.exit(0 if asked == "pip install -U aliyun-log-python-sdk" and written else 1)
PYTHON
