#!/usr/bin/env bash
# Quantus 0.6.0: SensitivityN counts only the first batch: what explains the pictures after the 64th changes nothing.
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

PICTURES, BATCH = 256, 64  # the default batch size
rng = np.random.default_rng(0)
pictures = rng.random((PICTURES, 3, 32, 32), np.float32)
classes = np.arange(PICTURES) % 10
linear = torch.nn.Linear(3 * 32 * 32, 10, bias=False)
weights = rng.normal(size=linear.weight.shape).astype(np.float32)
linear.weight.data = torch.from_numpy(weights)
model = torch.nn.Sequential(torch.nn.Flatten(), linear).eval()

exact = pictures * weights[classes].reshape(pictures.shape)
noise = rng.normal(size=exact.shape).astype(np.float32)
first = np.arange(PICTURES)[:, None, None, None] < BATCH
explanations = {
    "exact": exact,
    "exact, but noise after 64": np.where(first, exact, noise),
    "noise, but exact after 64": np.where(first, noise, exact),
}


def score(explanation: np.ndarray, batch: int) -> float:
    metric = quantus.SensitivityN(
        perturb_baseline="black", features_in_step=64, disable_warnings=True, display_progressbar=False
    )
    values = metric(model=model, x_batch=pictures, y_batch=classes, a_batch=explanation, channel_first=True,
                    device="cpu", softmax=False, batch_size=batch)
    return round(float(np.mean(values)), 3)


seen = {name: score(values, BATCH) for name, values in explanations.items()}
whole = {name: score(values, PICTURES) for name, values in explanations.items()}
print("version: Quantus", version("quantus"), "PyTorch", torch.__version__)
print(f"guess:   the score of {PICTURES} pictures does not depend on the size of the batches, and noise for three quarters",
      "of them lowers it:", whole, "in one batch")
print(f"seen:    in batches of {BATCH}, the default: {seen}")
print("here:    cnn/evaluation/evaluate.py keeps the scores of all pictures and computes every figure from them")
a, b, c = seen.values()
sys.exit(0 if a == b and b > c + 0.2 and whole["exact"] > list(whole.values())[1] + 0.2 else 1)
PYTHON
