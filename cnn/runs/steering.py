"""What a run is asked to do just now, folded from the commands it was given.

>>> steering = Steering()
>>> [command.kind for command in steering.take([Command("pause"), Command("rate", 0.01), Command("step")])]
['rate']
>>> steering.paused, steering.steps_allowed
(False, 1)
>>> steering.stepped(1)
>>> steering.paused
True
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cnn.runs.commands import ENDING, PARK, REOPEN, Command

SETTINGS = ("rate", "extend_epochs", "extend_seconds", REOPEN)
MANY = 2**31


@dataclass
class Steering:
    """Whether to train, how far, and whether to end.

    `mode` is run, paused, step (`batches` more, then be paused) or epoch (to the end of this one, then be
    paused); `ending` is "", stop, discard or park.
    """

    mode: str = "run"
    batches: int = 0
    ending: str = ""

    @property
    def paused(self) -> bool:
        """Whether nothing shall be computed."""
        return self.mode == "paused"

    @property
    def steps_allowed(self) -> int:
        """How many optimiser steps may be done before the next look."""
        return self.batches if self.mode == "step" else MANY

    def take(self, commands: Iterable[Command]) -> list[Command]:
        """Follow commands in their order, and return those that change the training itself."""
        settings: list[Command] = []
        for command in commands:
            if command.kind == REOPEN:  # what was asked for before the run ended is void
                settings = []
            if command.kind in SETTINGS:
                settings.append(command)
            self._follow(command.kind)
        return settings

    def _follow(self, kind: str) -> None:
        if kind in ENDING:
            self.ending = kind
        elif kind == REOPEN:
            self.mode, self.batches, self.ending = "run", 0, ""
        elif kind == PARK:
            self.ending = self.ending or (PARK if self.paused else "")
        elif kind in ("pause", "resume", "step", "epoch"):
            self._go(kind)

    def _go(self, kind: str) -> None:
        self.batches = self.batches + 1 if kind == "step" else 0
        self.mode = {"pause": "paused", "resume": "run"}.get(kind, kind)
        if kind != "pause":
            self.unpark()

    def unpark(self) -> None:
        """Be in a worker again."""
        if self.ending == PARK:
            self.ending = ""

    def stepped(self, steps: int) -> None:
        """Note that optimiser steps were done."""
        if self.mode == "step":
            self.batches -= steps
            if self.batches <= 0:
                self.mode, self.batches = "paused", 0

    def epoch_ended(self) -> None:
        """Note that an epoch is over."""
        if self.mode == "epoch":
            self.mode = "paused"
