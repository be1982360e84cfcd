"""The parts of the benchmark by name. A part is imported only where it runs, in a process of its own."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bench.measure import Figure


@dataclass(frozen=True)
class Part:
    """A function `(rounds, smoke) -> Iterator[Figure]`, as "module:name", and one line about it."""

    function: str
    about: str

    def measure(self, rounds: int, smoke: bool = False) -> Iterator[Figure]:
        """Import the part and run it; `smoke` makes it too short for figures that mean anything."""
        module, name = self.function.split(":")
        figures: Iterator[Figure] = getattr(importlib.import_module(module), name)(rounds, smoke)
        return figures


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "lecture": Part("bench.training:lecture", "training speed of the preset lecture, against model.fit"),
        "vgg6": Part("bench.training:vgg6", "training speed of the preset vgg6, against model.fit"),
        "minute": Part("bench.training:minute", "training speed of the preset minute, against model.fit"),
        "layers": Part(
            "bench.layers:layers", "what the faster convolution and kept memory bring to airbench"
        ),
        "pytorch": Part(
            "bench.pytorch:pytorch", "training speed of lecture and vgg6, against PyTorch and JAX"
        ),
        "peak": Part(
            "bench.peak:peak",
            "what the processor multiplies at best, and the share of it that training reaches",
        ),
        "forward": Part("bench.forward:forward_pass", "one picture, all layers, against model.predict"),
        "living": Part(
            "bench.living:living", "the living page's forward pass in Chromium, against TensorFlow.js"
        ),
        "seeds": Part("bench.training:seeds", "test accuracy of minute after its 60 seconds, by seed"),
        "accuracy": Part("bench.training:accuracy", "test accuracy of lecture after its 5 epochs, by seed"),
        "precision": Part(
            "bench.precision:precision", "test accuracy after the same seconds in bfloat16 and in float32"
        ),
        "divisions": Part(
            "bench.divisions:divisions", "how much easier the validation pictures are than the test pictures"
        ),
        "app": Part(
            "bench.app:app", "Train to first report; speed with the page open, against python -m cnn"
        ),
        "first": Part("bench.first_minute:first_minute", "clicks and seconds of a first visit, in a browser"),
        "lessons": Part("bench.lessons:lessons", "opening a lesson and answering a control, in a browser"),
        "inside": Part(
            "bench.inside:inside",
            "another picture, hovering, payload and winners in Look inside, in a browser",
        ),
        "classify": Part(
            "bench.classify:classify", "upload to bars, moving the square, Home's sample, in a browser"
        ),
        "classroom": Part(
            "bench.classroom:classroom", "a class at once: waiting, two workers, memory, many visitors"
        ),
        "watching": Part(
            "bench.watching:watching", "up to 200 people whose page Train is open, their runs in the queue"
        ),
        "looking": Part(
            "bench.looking:looking", "up to 50 people who each pick pictures in Inside, beside a run"
        ),
        "evaluate": Part("bench.find_out:evaluate", "all test pictures through vgg6, against model.predict"),
        "tables": Part(
            "bench.find_out:tables", "the table of 1,000 runs, and a comparison of long histories"
        ),
        "mlflow": Part("bench.mlflow:mlflow", "curves of 100 runs, a click in a browser, against MLflow"),
        "grid": Part("bench.grid:grid", "a grid of 16 runs at simulated steps, four workers against one"),
        "embedded": Part(
            "bench.grid:embedded", "a grid of 16 runs on the embedded worker, against one by one"
        ),
        "lesson": Part("bench.room:lesson", "200 students in a room for ten minutes"),
        "room": Part("bench.room:room", "up to 200 students in a room, its board on a projector"),
        "growth": Part("bench.growth:growth", "how training, tables, charts and pages grow, with exponents"),
        "web": Part("bench.web:web", "start of the server to Home, memory, page changes in a browser"),
    }
)
