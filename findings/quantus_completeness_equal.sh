#!/usr/bin/env bash
# Quantus 0.6.0: Completeness compares two float32 sums with ==, so the exact explanation of a linear model is not complete.
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

PICTURES = 100
rng = np.random.default_rng(0)
pictures = rng.random((PICTURES, 3, 32, 32), np.float32)
classes = np.arange(PICTURES) % 10
linear = torch.nn.Linear(3 * 32 * 32, 10, bias=False)
model = torch.nn.Sequential(torch.nn.Flatten(), linear).eval()


def complete(inputs: np.ndarray, weights: np.ndarray, normalise: bool) -> tuple[int, float]:
    """Return for how many pictures weight times pixel is complete, and the largest error of its sum."""
    linear.weight.data = torch.from_numpy(weights)
    exact = inputs * weights[classes].reshape(inputs.shape)
    metric = quantus.Completeness(
        perturb_baseline="black", normalise=normalise, disable_warnings=True, display_progressbar=False
    )
    seen = metric(model=model, x_batch=inputs, y_batch=classes, a_batch=exact, channel_first=True, device="cpu",
                  softmax=False)
    with torch.no_grad():
        scores = model(torch.from_numpy(inputs)).numpy()[np.arange(PICTURES), classes]
    return sum(map(bool, seen)), float(np.abs(exact.reshape(PICTURES, -1).sum(1) - scores).max() / np.abs(scores).max())


weights = rng.normal(size=linear.weight.shape).astype(np.float32)
seen, error = complete(pictures, weights, normalise=False)
normalised, _ = complete(pictures, weights, normalise=True)
whole, _ = complete((8 * pictures).round(), weights.round(), normalise=False)  # sums of small whole numbers are exact
print("version: Quantus", version("quantus"), "PyTorch", torch.__version__)
print(f"guess:   weight times pixel, which explains a linear model exactly, is complete for all {PICTURES} pictures")
print(f"seen:    for {seen}, though no sum is wrong by more than {error:.0e} of the largest score; for {whole} where all",
      f"numbers are whole; for {normalised} with the default normalise=True, which divides by the largest attribution")
print("here:    tests/interpret/test_attribution.py compares sums with a tolerance")
sys.exit(0 if seen < 20 and error < 1e-5 and whole == PICTURES and normalised == 0 else 1)
PYTHON
