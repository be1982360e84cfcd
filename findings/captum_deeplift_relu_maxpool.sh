#!/usr/bin/env bash
# captum 0.9.0: where max pooling follows ReLU, as in VGG, DeepLift says +4 of a change by -1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    captum==0.9.0 torch==2.13.0 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from captum.attr import DeepLift
from torch import nn

picture = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
baseline = torch.tensor([[[[5.0, 0.0], [0.0, 0.0]]]])
orders = {
    "pool": [nn.MaxPool2d(2)],
    "ReLU, a convolution by 1, pool": [nn.ReLU(), nn.Conv2d(1, 1, 1, bias=False), nn.MaxPool2d(2)],
    "ReLU, pool": [nn.ReLU(), nn.MaxPool2d(2)],
}
sums = {}
for words, layers in orders.items():
    model = nn.Sequential(*layers, nn.Flatten()).eval()
    for weight in model.parameters():
        nn.init.ones_(weight)
    found = DeepLift(model).attribute(picture, baseline, target=0)
    change = (model(picture) - model(baseline)).item()  # max(1, 2, 3, 4) - max(5, 0, 0, 0)
    sums[words] = (round(found.sum().item(), 4), round(change, 4))

print("version: captum", version("captum"), "PyTorch", torch.__version__)
print("guess:   the attributions sum to the change of the output, which is -1 in each")
print("seen:    sum and change:", sums)
print("here:    cnn/interpret/attribution.py has gradients and occlusion; whoever wants DeepLift meets this in every preset with ReLU")
right = sums["pool"] == sums["ReLU, a convolution by 1, pool"] == (-1, -1)
sys.exit(0 if right and sums["ReLU, pool"] == (4, -1) else 1)
PYTHON
