#!/usr/bin/env bash
# safetensors 0.8.0: save() of a NumPy array that is not C-contiguous writes other numbers, without a word.
#
# Guessed: safetensors.numpy.save copies an array into C order first (as 0.5.0 to 0.7.0 do), or refuses it (as
#          safetensors.torch does).
# Seen:    with 0.8.0 the raw memory is written under the array's shape: a Fortran-ordered array, a transposed view
#          and a strided slice come back with other values. No error, no warning. 0.7.0 is right.
# So:      pass np.ascontiguousarray(array), except for a single number, to which it would give a dimension.
# Source:  safetensors 0.7.0 and 0.8.0 from PyPI, NumPy 2.3.5, CPython 3.11 or newer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/try.py" <<'PY'
import numpy as np
import safetensors
from safetensors.numpy import load, save

wanted = np.arange(6, dtype=np.float32).reshape(2, 3)
cases = {
    "Fortran order": (np.asfortranarray(wanted), wanted),
    "transposed view": (wanted.T, wanted.T.copy()),
    "every second value": (np.arange(6, dtype=np.float32)[::2], np.array([0, 2, 4], np.float32)),
    "C-contiguous copy": (np.ascontiguousarray(wanted.T), wanted.T.copy()),
}
same = {name: np.array_equal(load(save({"x": given}))["x"], right) for name, (given, right) in cases.items()}
print(safetensors.__version__, same)
expected = safetensors.__version__ != "0.8.0"
assert same["C-contiguous copy"]
assert all(same[name] == expected for name in cases if name != "C-contiguous copy"), "this has changed"
PY
python3 -m venv "$folder/venv"
for version in 0.7.0 0.8.0; do
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "safetensors==$version" numpy==2.3.5
    "$folder/venv/bin/python" "$folder/try.py"
done
echo "As seen: 0.8.0 writes the wrong numbers for three of four arrays, 0.7.0 for none."
