#!/usr/bin/env bash
# safetensors 0.8.0 with NumPy: what save() writes as BF16, load() cannot read; .npy loses the type as well.
#
# Guessed: an array of ml_dtypes.bfloat16 (what Keras and TensorFlow give for bfloat16 weights) either round-trips
#          through safetensors.numpy or is refused when it is saved; np.save and np.load keep its type.
# Seen:    save() writes a valid BF16 tensor, load() of the very same bytes ends with KeyError 'BF16'; np.load
#          returns raw bytes of type |V2, on which arithmetic fails only later.
# So:      convert to float32 before saving, or view the bytes as ml_dtypes.bfloat16 by hand.
# Source:  safetensors 0.8.0, ml_dtypes 0.5.4, NumPy 2.3.5 from PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.3.5 ml_dtypes==0.5.4
"$folder/venv/bin/python" - <<'PY'
import io
import json
import struct

import ml_dtypes
import numpy as np
from safetensors.numpy import load, save

weights = np.array([1.0, -2.5, 0.15625], ml_dtypes.bfloat16)
content = save({"kernel": weights})
(length,) = struct.unpack("<Q", content[:8])
header = json.loads(content[8 : 8 + length])
print("saved as", header["kernel"])
assert header["kernel"]["dtype"] == "BF16"
try:
    load(content)
except KeyError as error:
    print("load: KeyError", error)
else:
    raise SystemExit("load reads BF16 now: this has changed")
file = io.BytesIO()
np.save(file, weights)
file.seek(0)
back = np.load(file)
print(".npy comes back as", back.dtype.str)
assert back.dtype.str == "|V2", "this has changed"
assert back.view(ml_dtypes.bfloat16).tolist() == weights.tolist()
PY
echo "As seen: BF16 is written but not read, and .npy forgets the type."
