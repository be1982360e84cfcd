#!/usr/bin/env bash
# Keras 3.15.1 on PyTorch: what other backends call symmetric padding repeats the last pixel instead of mirroring the picture.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 torch==2.13.0 numpy==2.4.6; } || exit 2
KERAS_BACKEND=torch "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys

import keras
import numpy as np
import torch

row = np.arange(4, dtype=np.float32)
wanted = np.pad(row, 2, mode="symmetric")
found = {
    mode: keras.ops.convert_to_numpy(keras.ops.pad(row, [(2, 2)], mode=mode)) for mode in ("symmetric", "reflect")
}
print("version: Keras", keras.__version__, "PyTorch", torch.__version__)
print("guess:   keras.ops.pad mirrors as NumPy does:", wanted.astype(int).tolist())
print("seen:    symmetric:", found["symmetric"].astype(int).tolist(), "which NumPy calls edge; reflect:",
      found["reflect"].astype(int).tolist(), "as NumPy's")
print("here:    _reflect in cnn/training/augmentation.py computes the places itself, without a backend's padding")
edge, mirrored = np.pad(row, 2, mode="edge"), np.pad(row, 2, mode="reflect")
sys.exit(0 if (found["symmetric"] == edge).all() and (found["reflect"] == mirrored).all() else 1)
PYTHON
