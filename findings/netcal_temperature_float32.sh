#!/usr/bin/env bash
# netcal 1.4.0: the temperature of probabilities in float32, as networks give them, stays exactly 1; in float64 it is found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    netcal==1.4.0 torch==2.13.0 numpy==2.4.6 scipy==1.17.1; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from netcal.metrics import ECE
from netcal.scaling import TemperatureScaling


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


rng = np.random.default_rng(0)
scores = rng.normal(0, 2, (3000, 10))
labels = (softmax(scores).cumsum(axis=1) > rng.random((3000, 1))).argmax(axis=1)  # so that the temperature is 1
seen = {}
for kind in (np.float32, np.float64):
    sure = softmax((4 * scores).astype(kind))  # so that it is 4
    scaling = TemperatureScaling()
    calibrated = scaling.fit_transform(sure, labels)
    temperature = 1 / float(np.ravel(scaling.temperature)[0])
    errors = [round(float(ECE(15).measure(values, labels)), 3) for values in (sure, calibrated)]
    seen[kind.__name__] = (round(temperature, 2), *errors)

print("version: netcal", version("netcal"), "PyTorch", version("torch"), "NumPy", np.__version__)
print("guess:   the scores are 4 times as large as they should be: a temperature near 4, in float32, too")
print("seen:    temperature, calibration error before and after:", seen)
print("here:    fit_temperature in cnn/evaluation/calibration.py: golden section, which needs no derivative")
right = 3.8 < seen["float64"][0] < 4.2 and seen["float64"][2] < 0.05
sys.exit(0 if right and seen["float32"][0] == 1 and seen["float32"][1] == seen["float32"][2] > 0.3 else 1)
PYTHON
