#!/usr/bin/env bash
# Quantus 0.6.0: Monotonicity replaces pixels of a picture of baselines by baselines, so it is True for every explanation.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    quantus==0.6.0 torch==2.13.0 numpy==2.4.6 scipy==1.17.1; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import quantus
import torch

PICTURES, STEP = 20, 32
rng = np.random.default_rng(0)
pictures = rng.random((PICTURES, 3, 32, 32), np.float32)
classes = np.arange(PICTURES) % 10
linear = torch.nn.Linear(3 * 32 * 32, 10, bias=False)
weights = rng.normal(size=linear.weight.shape).astype(np.float32)
linear.weight.data = torch.from_numpy(weights)
model = torch.nn.Sequential(torch.nn.Flatten(), linear).eval()

exact = pictures * weights[classes].reshape(pictures.shape)  # what each pixel adds to the score, from a black picture on
explanations = {"exact": exact, "negated": -exact, "random": rng.random(exact.shape, np.float32)}


def rises(explanation: np.ndarray, number: int) -> bool:
    """Return whether the score never falls while the pixels come in, 32 at a time, in the explanation's order."""
    order = explanation[number].ravel().argsort()
    return bool((exact[number].ravel()[order].reshape(-1, STEP).sum(1) >= 0).all())


wanted = {name: sum(rises(values, number) for number in range(PICTURES)) for name, values in explanations.items()}
metric = quantus.Monotonicity(
    perturb_baseline="black", features_in_step=STEP, disable_warnings=True, display_progressbar=False
)
seen = {
    name: sum(map(bool, metric(
        model=model, x_batch=pictures, y_batch=classes, a_batch=values, channel_first=True, device="cpu", softmax=False
    )))
    for name, values in explanations.items()
}
print("version: Quantus", version("quantus"), "PyTorch", torch.__version__)
print(f"guess:   it is True where the score never falls while pixels come in; here, of {PICTURES} pictures and a linear",
      f"model: {wanted}, because many pixels lower the score")
print("seen:    True for", seen)
print("here:    tests/interpret/test_attribution.py compares our maps with differences of the network's scores, not by a metric")
sys.exit(0 if set(seen.values()) == {PICTURES} and max(wanted.values()) == 0 else 1)
PYTHON
