#!/usr/bin/env bash
# torchcam 0.5.0: CAM leaves out the ReLU of its documented formula, so it is not Grad-CAM where the two should be one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    torchcam==0.5.0 torch==2.13.0 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from torch import nn
from torchcam.methods import CAM, GradCAM

torch.manual_seed(0)
PICTURES = 20
features = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3, padding=1), nn.ReLU())
model = nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 10)).eval()
pictures = torch.rand(PICTURES, 3, 32, 32)
classes = [number % 10 for number in range(PICTURES)]


def maps(method: type, normalized: bool, **options: str) -> torch.Tensor:
    with method(model, target_layer="0.4", **options) as extractor:
        scores = model(pictures)
        return extractor(classes, scores, normalized=normalized)[0].detach()


cam, grad_cam = maps(CAM, True, fc_layer="3"), maps(GradCAM, True)
raw = maps(CAM, False, fc_layer="3")
largest = (cam - grad_cam).abs().amax((1, 2))
clipped = raw.clamp(0)
clipped = clipped / clipped.amax((1, 2), keepdim=True).clamp(1e-12)
reference = grad_cam / grad_cam.amax((1, 2), keepdim=True).clamp(1e-12)
against = int((raw.amax((1, 2)) <= 0).sum())  # maps in which no cell speaks for the class
low = int(((raw < 0) & (cam > 0.5)).sum())
print("version: torchcam", version("torchcam"), "PyTorch", torch.__version__)
print("guess:   after a global mean and a dense layer, CAM, documented as ReLU(sum of weight times activation), is Grad-CAM")
print(f"seen:    {int((largest > 0.1).sum())} of {PICTURES} maps differ by more than 0.1, by {largest.max():.2f} at most:",
      f"CAM's smallest value before it is scaled to 0 to 1 is {raw.min():.2f}; {against} maps have no positive cell, and",
      f"{low} negative cells are shown as more than 0.5")
print("here:    GradCam.cells in cnn/interpret/results.py: the sum where it is positive, else zero, also after a global mean")
sys.exit(0 if (largest > 0.1).sum() > PICTURES / 2 and raw.min() < 0 and low else 1)
PYTHON
