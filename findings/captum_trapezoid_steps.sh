#!/usr/bin/env bash
# captum 0.9.0: by "riemann_trapezoid", integrated gradients of a linear function are 2 % too small; every other rule is exact.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    captum==0.9.0 torch==2.13.0 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from captum.attr import IntegratedGradients

picture = torch.ones(1, 4, dtype=torch.float64)
weights = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)


def total(method: str, steps: int = 50) -> float:
    """Return the sum of the attributions of the weighted sum, by default with as many steps as captum takes by itself."""
    explain = IntegratedGradients(lambda values: values @ weights)
    return round(explain.attribute(picture, method=method, n_steps=steps).sum().item(), 4)


rules = ("gausslegendre", "riemann_left", "riemann_middle", "riemann_right", "riemann_trapezoid")
found = {rule: total(rule) for rule in rules}
few = {steps: total("riemann_trapezoid", steps) for steps in (2, 10)}
print("version: captum", version("captum"), "PyTorch", torch.__version__)
print("guess:   the gradient is the same on the whole way, so every rule gives 1 + 2 + 3 + 4 = 10")
print(f"seen:    {found}; the trapezoids with fewer steps: {few}: n points with weights that sum to (n - 1) / n")
print("here:    cnn/interpret/attribution.py takes gradients at the picture only; whoever adds an integral checks it by a linear function")
others = all(found[rule] == 10 for rule in rules[:-1])
sys.exit(0 if others and found["riemann_trapezoid"] == 9.8 and few == {2: 5, 10: 9} else 1)
PYTHON
