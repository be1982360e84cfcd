#!/usr/bin/env bash
# Ignite 0.5.5: EarlyStopping takes a score that is NaN for an improvement and never stops; Checkpoint takes it for none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pytorch-ignite==0.5.5 torch==2.13.0 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version
from math import nan

import torch
from ignite.engine import Engine, Events
from ignite.handlers import Checkpoint, EarlyStopping

PATIENCE = 2
CASES = {
    "never better": [0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4],
    "diverges": [0.5, nan, nan, nan, nan, nan, nan, nan],
    "one NaN": [0.5, nan, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3],
}


class Memory:
    """Keeps the names of the checkpoints that are kept."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, checkpoint: object, filename: str, metadata: object = None) -> None:
        self.names.append(filename)

    def remove(self, filename: str) -> None:
        self.names.remove(filename)


def train(scores: list[float]) -> tuple[int, str]:
    """Return after how many epochs training stops, and the epoch of the checkpoint that is kept as the best."""
    trainer = Engine(lambda engine, batch: None)
    memory = Memory()

    def score(engine: Engine) -> float:
        return scores[engine.state.epoch - 1]

    keep = Checkpoint(
        {"model": torch.nn.Linear(1, 1)}, memory, n_saved=1, score_function=score, score_name="accuracy",
        global_step_transform=lambda engine, event: engine.state.epoch,
    )
    trainer.add_event_handler(Events.EPOCH_COMPLETED, keep)
    trainer.add_event_handler(Events.EPOCH_COMPLETED, EarlyStopping(PATIENCE, score, trainer))
    trainer.run([0], max_epochs=len(scores))
    return trainer.state.epoch, memory.names[0].removeprefix("model_").removesuffix(".pt")


seen = {name: train(scores) for name, scores in CASES.items()}
print("version: Ignite", version("pytorch-ignite"), "PyTorch", torch.__version__)
print("guess:   NaN is no improvement: with a patience of 2, and 8 epochs at most, training stops after epoch 3 in all cases,",
      "and the checkpoint of epoch 1 (0.5) is kept")
print("seen:    epochs trained, and epoch and score of the checkpoint kept:", seen)
print("here:    cnn/training/trainer.py ends a run whose loss is not finite")
kept = {checkpoint for _, checkpoint in seen.values()}
sys.exit(0 if [epochs for epochs, _ in seen.values()] == [3, 8, 7] and len(kept) == 1 else 1)
PYTHON
