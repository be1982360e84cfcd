#!/usr/bin/env bash
# Keras 3.15.1 on OpenVINO: resizing a picture to fewer pixels by "nearest" takes other pixels than on the other backends.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 openvino==2026.4.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6; } || exit 2
cat > "$folder/try.py" <<'PYTHON'
import json

import keras
import numpy as np

row = np.arange(9, dtype=np.float32).reshape(1, 1, 9, 1)  # each pixel's value is its place
resized = (keras.ops.image.resize(row, (1, size), interpolation="nearest") for size in (3, 5, 18))
print(json.dumps([keras.ops.convert_to_numpy(found).ravel().astype(int).tolist() for found in resized]))
PYTHON
for backend in jax openvino; do
    KERAS_BACKEND=$backend "$folder/venv/bin/python" "$folder/try.py" > "$folder/$backend" 2> /dev/null
done
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import sys
from importlib.metadata import version
from pathlib import Path

jax, openvino = (json.loads(Path(sys.argv[1], name).read_text()) for name in ("jax", "openvino"))
print("version: Keras", version("keras"), "OpenVINO", version("openvino"), "JAX", version("jax"))
print("guess:   keras.ops.image.resize, nearest, takes the middle pixel of each three when 9 become 3: 1, 4, 7, on every backend")
print("seen:    9 to 3: JAX", jax[0], "OpenVINO", openvino[0], "; 9 to 5: JAX", jax[1], "OpenVINO", openvino[1],
      "; 9 to 18: the same:", jax[2] == openvino[2])
print("here:    cnn/images/image.py makes pictures smaller outside the network, the same for every backend")
sys.exit(0 if jax[0] == [1, 4, 7] and openvino[0] == [2, 5, 8] and jax[2] == openvino[2] else 1)
PYTHON
