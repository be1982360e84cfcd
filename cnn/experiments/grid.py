"""A grid: a base set-up, one to three settings with their values, and a number of seeds.

>>> from cnn.network.presets import PRESETS
>>> spec = Grid(PRESETS["lecture"].setup, (("filters", (6, 12)), ("learning_rate", (0.001, 0.01))), seeds=2, epochs=2)
>>> len(spec.cells), len(spec.trials), spec.trials[1].values
(4, 8, (6, 0.01))
"""

import functools
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from cnn.core.errors import SpecError
from cnn.core.validation import allowed_values
from cnn.data import NAMES as DATASETS
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, NetworkSpec, Setup, TrainSpec
from cnn.network.summary import walk
from cnn.training.estimate import check_fits

MAX_AXES, MAX_VALUES, MAX_SEEDS, MAX_RUNS = 3, 8, 10, 64
MAX_NAME = 60
DEFAULT_EPOCHS = 2

Value = int | float | str | bool
Change = Callable[[Setup, Any], Setup]


@dataclass(frozen=True)
class Setting:
    """A setting that a grid can vary: its title, a few suggested values, and a function that applies a value."""

    title: str
    tries: tuple[Value, ...]
    change: Change


def _network(change: Callable[[NetworkSpec, Any], NetworkSpec]) -> Change:
    return lambda setup, value: replace(setup, network=change(setup.network, value))


def _training(name: str) -> Change:
    return lambda setup, value: replace(setup, training=replace(setup.training, **{name: value}))


def _filters(network: NetworkSpec, value: int) -> NetworkSpec:
    """Give the first convolution `value` filters, and scale the filters of all others in proportion."""
    _require_whole("filters", value, 512)
    first = network.blocks[0].convolutions[0].filters

    def widened(block: Block) -> Block:
        scaled = (replace(c, filters=max(1, round(c.filters * value / first))) for c in block.convolutions)
        return replace(block, convolutions=tuple(scaled))

    return replace(network, blocks=tuple(map(widened, network.blocks)))


def _depth(network: NetworkSpec, value: int) -> NetworkSpec:
    """Keep the first `value` blocks, or repeat the last one until there are `value`."""
    _require_whole("depth", value, 8)
    blocks = network.blocks[:value]
    return replace(network, blocks=(*blocks, *[network.blocks[-1]] * (value - len(blocks))))


def _require_whole(name: str, value: object, most: int) -> None:
    if not _is_whole(value) or not 1 <= int(str(value)) <= most:
        raise SpecError(
            f"axes.{name}", f"{str(value)[:40]!r} is not allowed; give whole numbers from 1 to {most}."
        )


def _kernel(network: NetworkSpec, value: int) -> NetworkSpec:
    def with_kernel(block: Block) -> Block:
        return replace(block, convolutions=tuple(replace(c, kernel_size=value) for c in block.convolutions))

    return replace(network, blocks=tuple(map(with_kernel, network.blocks)))


def _of_blocks(name: str) -> Change:
    return _network(
        lambda network, value: replace(
            network, blocks=tuple(replace(b, **{name: value}) for b in network.blocks)
        )
    )


SETTINGS: Mapping[str, Setting] = {
    "filters": Setting(
        "Filters of the first layer (others in proportion)", (6, 12, 24, 48), _network(_filters)
    ),
    "depth": Setting("Depth (blocks)", (1, 2, 3), _network(_depth)),
    "kernel_size": Setting("Kernel size", (1, 3, 5), _network(_kernel)),
    "activation": Setting("Activation", ("relu", "gelu", "tanh"), _of_blocks("activation")),
    "batch_norm": Setting("Batch normalisation", (False, True), _of_blocks("batch_norm")),
    "pooling": Setting("Pooling", ("max", "average"), _of_blocks("pooling")),
    "dropout": Setting("Dropout", (0.0, 0.2, 0.4), _of_blocks("dropout")),
    "learning_rate": Setting("Learning rate", (0.001, 0.003, 0.01), _training("learning_rate")),
    "batch_size": Setting("Batch size", (32, 128, 512), _training("batch_size")),
    "optimizer": Setting("Optimiser", ("sgd", "adam", "adamw"), _training("optimizer")),
    "schedule": Setting("Schedule", ("constant", "cosine", "one_cycle"), _training("schedule")),
    "weight_decay": Setting("Weight decay", (0.0, 0.01, 0.05), _training("weight_decay")),
    "label_smoothing": Setting("Label smoothing", (0.0, 0.1), _training("label_smoothing")),
    "flip": Setting("Mirrored pictures", (False, True), _training("flip")),
    "pictures": Setting("Training pictures", (5000, 15000, 45000), _training("pictures")),
}


@dataclass(frozen=True)
class Trial:
    """One run of a grid: its number, the index of its cell, the values, the seed, and the whole set-up."""

    number: int
    cell: int
    values: tuple[Value, ...]
    seed: int
    setup: Setup


@dataclass(frozen=True)
class Grid:
    """`axes` are settings of `SETTINGS` with their values; each run trains for `epochs` or for `seconds`.

    With `halving`, the worse half of the cells is stopped early, once or twice.
    """

    base: Setup
    axes: tuple[tuple[str, tuple[Value, ...]], ...]
    seeds: int = 1
    epochs: int | None = DEFAULT_EPOCHS
    seconds: float | None = None
    dataset: str = "cifar10"
    name: str = ""
    halving: bool = False

    def __post_init__(self) -> None:
        """Check all bounds, and that every network is possible.

        Raises:
            SpecError: naming the first field that is not allowed.
        """
        if not 1 <= len(self.axes) <= MAX_AXES:
            raise SpecError("axes", f"{len(self.axes)} settings are not allowed; give 1 to {MAX_AXES}.")
        for name, values in self.axes:
            if name not in SETTINGS:
                known = ", ".join(SETTINGS)
                raise SpecError(
                    f"axes.{str(name)[:40]}", f"is not a setting that can be varied; there are {known}."
                )
            if not 1 <= len(values) <= MAX_VALUES or len(set(map(repr, values))) != len(values):
                raise SpecError(
                    f"axes.{name}",
                    f"{len(values)} values are not allowed; give 1 to {MAX_VALUES}, each once.",
                )
        if len({name for name, _ in self.axes}) != len(self.axes):
            raise SpecError("axes", "the same setting twice is not allowed; give each once.")
        if not _is_whole(self.seeds) or not 1 <= self.seeds <= MAX_SEEDS:
            raise SpecError("seeds", f"{str(self.seeds)[:20]} is not allowed; give 1 to {MAX_SEEDS}.")
        if (self.epochs is None) == (self.seconds is None):
            raise SpecError("epochs", "give either epochs or seconds for each run.")
        if self.dataset not in DATASETS:
            raise SpecError(
                "dataset", f"{str(self.dataset)[:20]!r} is not allowed; give {' or '.join(DATASETS)}."
            )
        if self.count > MAX_RUNS:
            raise SpecError(
                "axes",
                f"{self.count:,} runs are not allowed; give at most {MAX_RUNS}: fewer values or seeds.",
            )
        for trial in self.trials:
            walk(trial.setup.network)

    @property
    def count(self) -> int:
        """The number of runs: every cell with every seed."""
        return functools.reduce(lambda product, axis: product * len(axis[1]), self.axes, self.seeds)

    @functools.cached_property
    def cells(self) -> tuple[tuple[Value, ...], ...]:
        """Every combination of values, the last setting changing fastest."""
        return tuple(itertools.product(*(values for _, values in self.axes)))

    @functools.cached_property
    def trials(self) -> tuple[Trial, ...]:
        """The runs in the order in which they are trained: all cells with the first seed, then with the next.

        Raises:
            SpecError: for a value that its setting does not allow.
        """
        length: dict[str, Any] = {"epochs": self.epochs, "seconds": self.seconds}
        found: list[Trial] = []
        for seed in range(self.seeds):
            for cell, values in enumerate(self.cells):
                training = replace(self.base.training, **length, seed=self.base.training.seed + seed)
                setup = replace(self.base, training=training)
                for (name, _), value in zip(self.axes, values, strict=True):
                    try:
                        setup = SETTINGS[name].change(setup, value)
                    except (TypeError, ValueError) as error:
                        raise SpecError(
                            f"axes.{name}", f"{str(value)[:40]!r} is not allowed ({error})."
                        ) from None
                found.append(Trial(len(found), cell, values, seed, setup))
        return tuple(found)

    def check_memory(self) -> None:
        """Check that the largest of the runs fits into the memory of a worker.

        Raises:
            SpecError or CnnLabError: if it does not, with the numbers.
        """
        for trial in self.trials[: len(self.cells)]:
            check_fits(trial.setup)

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, numbers and strings."""
        return {
            "base": self.base.to_json(),
            "axes": {name: list(values) for name, values in self.axes},
            "seeds": self.seeds,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "dataset": self.dataset,
            "name": self.name,
            "halving": self.halving,
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build one from data such as `to_json` gives; missing fields take their defaults.

        `base` is a set-up, or the name of a preset.

        Raises:
            SpecError: for unknown fields and values that are not allowed.
        """
        if not isinstance(data, dict):
            raise SpecError("", "a grid must be a JSON object with base, axes, seeds, and epochs or seconds.")
        known = ("base", "axes", "seeds", "epochs", "seconds", "dataset", "name", "halving")
        if unknown := [key for key in data if key not in known]:
            raise SpecError(str(unknown[0])[:40], f"is not a known field; known are {', '.join(known)}.")
        base, axes = data.get("base", "lecture"), data.get("axes")
        if isinstance(base, str):
            if base not in PRESETS:
                raise SpecError("base", f"{base[:40]!r} is not a preset; there are {', '.join(PRESETS)}.")
            setup = PRESETS[base].setup
        else:
            setup = Setup.from_json(base)
        if not isinstance(axes, dict) or not all(isinstance(values, list) for values in axes.values()):
            raise SpecError("axes", 'give an object such as {"filters": [6, 12], "depth": [1, 2]}.')
        if any(
            isinstance(value, list | dict) or value is None for values in axes.values() for value in values
        ):
            raise SpecError("axes", "give numbers, words, true or false as values.")
        seconds = data.get("seconds")
        epochs = data.get("epochs", None if seconds is not None else DEFAULT_EPOCHS)
        name, halving = data.get("name", ""), data.get("halving", False)
        if not isinstance(halving, bool):
            raise SpecError("halving", f"{str(halving)[:20]!r} is not allowed; give true or false.")
        return cls(
            setup,
            tuple((str(key), tuple(values)) for key, values in axes.items()),
            data.get("seeds", 1),
            epochs,
            float(seconds) if isinstance(seconds, int) and _is_whole(seconds) else seconds,
            str(data.get("dataset", "cifar10")),
            "".join(letter for letter in " ".join(str(name).split()) if letter.isprintable())[:MAX_NAME],
            halving,
        )

    @classmethod
    def from_text(cls, text: bytes) -> Self:
        """Build one from JSON.

        Raises:
            SpecError: for text that is not JSON, too long, or not a grid.
        """
        if len(text) > 100_000:
            raise SpecError("", f"{len(text):,} bytes are not allowed; a grid has at most 100,000.")
        try:
            return cls.from_json(json.loads(text))
        except (ValueError, RecursionError) as error:
            if isinstance(error, SpecError):
                raise
            raise SpecError("", f"this is not JSON ({str(error)[:80]}).") from None


def limits_of(name: str) -> Any:
    """Return the allowed values of a training setting, None for a setting of the network."""
    fields = TrainSpec.__dataclass_fields__
    return allowed_values(TrainSpec, name) if name in fields else None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
