#!/usr/bin/env bash
# IREE 3.13.0: pooling that has room for one window only takes the whole map, and its mean is larger than the largest value.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    iree-base-compiler==3.13.0 iree-base-runtime==3.13.0 onnx==1.23.2 numpy==2.4.6; } || exit 2
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import iree.runtime
import numpy as np
import onnx
from onnx import TensorProto, helper

values = np.arange(25, dtype=np.float32).reshape(1, 1, 5, 5)
commands = Path(sys.executable).parent


def pooled(kind: str, stride: int) -> np.ndarray:
    """Return what IREE makes of an ONNX file with one pooling of 3×3 cells, for any number of maps of 5×5."""
    side = 1 + 2 // stride
    node = helper.make_node(kind, ["x"], ["y"], kernel_shape=[3, 3], strides=[stride, stride])
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 1, size, size])
        for name, size in (("x", 5), ("y", side))
    ]
    model = helper.make_model(
        helper.make_graph([node], "pool", ends[:1], ends[1:]), opset_imports=[helper.make_opsetid("", 17)]
    )
    onnx.checker.check_model(model)
    stem = f"{kind}{stride}"
    onnx.save(model, f"{stem}.onnx")
    target = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
    subprocess.run([commands / "iree-import-onnx", f"{stem}.onnx", "-o", f"{stem}.mlir"], check=True)
    subprocess.run(
        [commands / "iree-compile", f"{stem}.mlir", "-o", f"{stem}.vmfb", *target, "--iree-llvmcpu-target-cpu=host"],
        check=True,
    )
    module = iree.runtime.load_vm_flatbuffer_file(f"{stem}.vmfb", driver="local-sync")
    return module["pool"](values).to_host().copy()


mean, largest, four = pooled("AveragePool", 3), pooled("MaxPool", 3), pooled("AveragePool", 2)
print("version: IREE", version("iree-base-compiler"))
print("guess:   of a map with the values 0 to 24 in five rows, pooling of 3×3 cells in steps of three has one window,",
      "the upper left: mean 6, largest 12")
print(f"seen:    mean {mean.item():.4g}, the sum of all 25 divided by nine; largest {largest.item():.4g};",
      "no warning. In steps of two, with four windows, it is right:", four.ravel().tolist())
print("here:    docs/take-home.md, Who reads the ONNX file: networks that end in such a pooling are told of")
right = np.array_equal(four.ravel(), [6, 8, 16, 18])
sys.exit(0 if right and np.isclose(mean.item(), 300 / 9) and largest.item() == 24 else 1)
PYTHON
