#!/usr/bin/env bash
# saliency 0.2.1 (PAIR): of a sum of all pixels, to which each counts alike, the occlusion map is 225 times as large inside as in a corner.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    saliency==0.2.1 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import saliency.core as saliency


def total(pictures, call_model_args=None, expected_keys=None):
    """Return the sum of the pixels of each picture (pictures, rows, columns)."""
    return {saliency.OUTPUT_LAYER_VALUES: pictures.sum(axis=(1, 2))}


found = saliency.Occlusion().GetMask(np.ones((32, 32)), total)  # windows of 15 × 15, as it comes
print("version: saliency", version("saliency"), "NumPy", np.__version__)
print("guess:   a map with one number everywhere: each window takes 225 away, wherever it lies")
print("seen:    corner", found[0, 0], "middle of an edge", found[0, 16], "centre", found[16, 16])
print("here:    occlusion in cnn/interpret/attribution.py: one number for each position of the square, none is added to another")
sys.exit(0 if np.allclose([found[0, 0], found[0, 16], found[16, 16]], [225, 225 * 15, 225 * 225]) else 1)
PYTHON
