#!/usr/bin/env bash
# safetensors: the same tensors and the same metadata give different bytes from one save to the next.
#
# Guessed: save() is deterministic: one content, one file, one hash (the tensors are sorted, after all).
# Seen:    the keys of the metadata are written in the order of a hash map with a seed of its own at each call: with
#          six keys, twenty saves in one process give many different files. With one key there is only one.
# So:      hash the tensors, not the file; or put all metadata into one JSON text under one key.
# Source:  safetensors 0.8.0 from PyPI, NumPy 2.3.5.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.3.5
"$folder/venv/bin/python" - <<'PY'
import hashlib

import numpy as np
from safetensors.numpy import save

tensors = {f"layer{i}/kernel": np.full(4, i, np.float32) for i in range(5)}
many = {f"key{i}": str(i) for i in range(6)}


def files(metadata):
    return {hashlib.sha256(save(tensors, metadata=metadata)).hexdigest() for _ in range(20)}


print(len(files(many)), "different files of 20 with six keys,", len(files({"key": "1"})), "with one key")
assert len(files(many)) > 1, "this has changed"
assert len(files({"key": "1"})) == 1
PY
echo "As seen: metadata with several keys makes the bytes differ from save to save."
