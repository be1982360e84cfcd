"""The command models: train the pretrained networks, and write them into models/."""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnn.cli.runs import emit, find_run
from cnn.cli.train import ctrl_c, progress_bar, require_cifar10
from cnn.core import settings
from cnn.core.errors import CnnLabError
from cnn.core.shares import percent
from cnn.data import Dataset, cifar10
from cnn.network import summary
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.store import Run, RunStore
from cnn.training import runtime
from cnn.worker import jobs

# The presets train small networks for a few epochs, with Adam, as a lesson has time for; these are to be good.
LONGER = {"optimizer": "muon", "learning_rate": 0.02, "schedule": "one_cycle", "flip": True}
# In bfloat16 an hour is more than thirty epochs; the preset's cutout is for the ten that 100 minutes give without.
IN_BFLOAT16 = {"seconds": 3600.0, "cutout": 12}
# Name in models/ → changes to the preset of that name, and the number of snapshots that are kept.
RECIPES: dict[str, tuple[dict[str, Any], int]] = {
    "airbench": (IN_BFLOAT16, 4),
    "lecture": ({**LONGER, "epochs": 40}, 20),
    "minute": ({}, 6),
    "tinyvgg": ({**LONGER, "epochs": 16}, 8),
}


def add_models(command: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    command.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(RECIPES)} (all)")
    command.add_argument(
        "--from",
        dest="source",
        metavar="RUN",
        help="a finished run to use instead of training; for exactly one NAME",
    )
    command.add_argument(
        "--also",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help="another copy of CIFAR-10: the card is also measured on its test pictures (repeatable)",
    )
    command.set_defaults(refuse=command.error)


def models(options: argparse.Namespace) -> int:
    """Train networks, measure them, and put them into `models/`."""
    names = options.names or list(RECIPES)
    if unknown := [name for name in names if name not in RECIPES]:
        options.refuse(f"there is no pretrained network {unknown[0]!r}; choose from {', '.join(RECIPES)}")
    if options.source and len(options.names) != 1:
        options.refuse("--from takes exactly one NAME")
    require_cifar10()
    runtime.prepare_tensorflow()
    copies = [cifar10.load(folder) for folder in options.also]
    for name in names:
        if options.source:
            _ship(name, find_run(options.source), copies, options.json)
            continue
        with tempfile.TemporaryDirectory() as scratch:
            _ship(name, _train(name, Path(scratch), options.json), copies, options.json)
    return 0


def recipe(name: str) -> Setup:
    """Return the settings with which a pretrained network is trained."""
    changes, _ = RECIPES[name]
    setup = PRESETS[name].setup
    if "epochs" in changes:
        changes = {"seconds": None, **changes}
    return replace(setup, training=replace(setup.training, **changes))


def _train(name: str, scratch: Path, as_json: bool) -> Run:
    setup = recipe(name)
    summary.walk(setup.network)
    run = RunStore.create_in(scratch / name, setup, "cifar10", name=PRESETS[name].title)
    with ctrl_c(lambda: run.command("stop")), progress_bar(as_json) as show:
        status = jobs.train_run(run.folder, show)
    if status.state != "finished":
        raise CnnLabError(f"{name} is {status.state}. {status.message}".strip())
    return run


def _ship(name: str, run: Run, copies: Sequence[Dataset], as_json: bool) -> None:
    from cnn.evaluation.pretrained_export import ship

    wanted = recipe(name)
    if run.setup.network != wanted.network:
        raise CnnLabError(f"The run {run.id} has another network than {name}.")
    trained = replace(run.setup.training, precision=wanted.training.precision)  # which is the machine's
    if trained != wanted.training or run.dataset != "cifar10":
        raise CnnLabError(
            f"The run {run.id} was trained with other settings than {name}, so its card would be wrong."
        )
    command = f"python -m cnn models {name}"
    folder = settings.models_folder() / name
    card = ship(run, folder, jobs.load_once("cifar10"), command, RECIPES[name][1], copies)
    if as_json:
        emit({"event": "shipped", "network": name, "test_accuracy": card.test_accuracy})
    else:
        print(f"{name}: {percent(card.test_accuracy)} of the test pictures ({card.source}), in models/{name}")
