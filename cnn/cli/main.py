"""The command line, `python -m cnn COMMAND`: its arguments, and the commands describe, classify, data and bench."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnn import data
from cnn.cli import take_home
from cnn.cli.find_out import add_compare, add_evaluate, add_grid, compare, evaluate, grid
from cnn.cli.models import add_models, models
from cnn.cli.runs import STEERS, STEERS_WITH_NUMBER, emit, list_runs, steer
from cnn.cli.train import read_setup, train
from cnn.core import settings
from cnn.core.errors import CnnLabError
from cnn.core.shares import percent
from cnn.data import layout
from cnn.data.download import Download
from cnn.data.found import named, on_this_machine, take_over
from cnn.evaluation.model_card import card_of
from cnn.evaluation.ood import Typical
from cnn.evaluation.predict import Verdict, classify
from cnn.evaluation.pretrained import BEST, find_model
from cnn.images.image import decode_picture
from cnn.network import summary
from cnn.network.presets import PRESETS
from cnn.runs.store import RunStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 failed, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    unused = settings.unused_text()
    if unused:
        print(unused, file=sys.stderr)
    try:
        return int(options.run(options))
    except CnnLabError as error:
        if options.json:
            emit({"event": "error", "error": str(error)})
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cnn", description="CNN Lab on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    describe = _command(commands, "describe", _describe, "layers, shapes and parameters of a network")
    _add_source(describe)
    _add_training(_command(commands, "train", train, "train a network, or continue a run"))
    steering = _command(
        commands, "steer", steer, "pause, resume, stop, … a run, in whatever process it trains"
    )
    steering.add_argument("target", metavar="RUN", help="a run's id or folder; runs lists them")
    steering.add_argument("what", choices=STEERS, metavar="WHAT", help=", ".join(STEERS))
    steering.add_argument("number", nargs="?", metavar="VALUE", help=STEERS_WITH_NUMBER)
    steering.set_defaults(refuse=steering.error)
    _command(commands, "runs", list_runs, "the runs of this machine, with state and accuracy")
    recognise = _command(commands, "classify", _classify, "classify pictures")
    recognise.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    recognise.add_argument(
        "--model",
        default=BEST,
        metavar="RUN_OR_NAME",
        help=f"a run's id or folder, or a pretrained network ({BEST})",
    )
    add_evaluate(_command(commands, "evaluate", evaluate, "how good a network is, and where it fails"))
    add_compare(
        _command(
            commands,
            "compare",
            compare,
            "two to eight networks: which is better, and could the difference be chance",
        )
    )
    add_grid(_command(commands, "grid", grid, "train every combination of a few settings, as one experiment"))
    add_models(_command(commands, "models", models, "train the pretrained networks again"))
    take_home.add_export(_command(commands, "export", take_home.export, "write a network for other programs"))
    take_home.add_import(_command(commands, "import", take_home.bring, "import a network as a run"))
    fetch = _command(commands, "data", _data, "which data sets are installed, and where")
    fetch.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="PATH",
        help="import CIFAR-10 from a copy of Keras, torchvision, TFDS or Hugging Face, an archive, or PNG files",
    )
    fetch.add_argument(
        "--download", action="store_true", help="download CIFAR-10 (163 MB) if it is not installed"
    )
    bench = _command(commands, "bench", _bench, "measure this machine against the named baselines")
    bench.add_argument("--only", metavar="PART", help="one part (see --list)")
    bench.add_argument("--list", action="store_true", help="list the parts")
    bench.add_argument("--rounds", type=int, default=5, metavar="N", help="alternating rounds (5)")
    return parser


def _add_source(command: argparse.ArgumentParser) -> Any:
    source = command.add_mutually_exclusive_group()
    source.add_argument("--preset", choices=PRESETS, help="a preset (lecture)")
    source.add_argument("--spec", type=Path, metavar="FILE", help="settings as JSON")
    return source


def _add_training(command: argparse.ArgumentParser) -> None:
    source = _add_source(command)
    source.add_argument("--resume", metavar="RUN", help="continue a run to its planned end")
    source.add_argument(
        "--continue", dest="go_on", metavar="RUN", help="continue a run for --epochs or --seconds more"
    )
    length = command.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, metavar="N", help="instead of the length in the settings")
    length.add_argument("--seconds", type=float, metavar="S", help="of training steps, instead of epochs")
    command.add_argument("--seed", type=int, metavar="N", help="random seed, instead of that in the settings")
    command.add_argument(
        "--pictures",
        type=int,
        metavar="N",
        help="number of training pictures, instead of that in the settings",
    )
    command.add_argument("--precision", metavar="NAME", help="auto, float32 or mixed_bfloat16")
    command.add_argument("--dataset", choices=data.NAMES, help="data set (cifar10)")
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="the folder of the run; must be new or empty"
    )
    command.set_defaults(refuse=command.error)


def _command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about.capitalize() + "."
    )
    command.add_argument("--json", action="store_true", help="JSON on standard output, nothing else")
    command.set_defaults(run=run)
    return command


def _describe(options: argparse.Namespace) -> int:
    setup = read_setup(options)
    table = summary.walk(setup.network)
    if options.json:
        rows = [_layer_json(row) for row in table]
        totals = {
            "parameters": summary.total_parameters(table),
            "multiply_adds": summary.total_multiply_adds(table),
        }
        emit({"layers": rows, **totals, "setup": setup.to_json()})
        return 0
    wide = max(34, *(len(row.formula) + 2 for row in table))
    print(f"{'layer':<16}{'output':<14}{'parameters':<{wide}}{'multiply-adds':>15}{'sees':>9}")
    for row in table:
        shape = "×".join(map(str, row.shape))
        figures = f"{row.formula or '–':<{wide}}{row.multiply_adds:>15,}{row.sees:>9}"
        print(f"{row.layer.name:<16}{shape:<14}{figures}")
    print(f"{summary.total_parameters(table):,} parameters, ", end="")
    print(f"{summary.total_multiply_adds(table):,} multiply-adds per picture")
    if unseen := summary.unseen_text(table):
        print(unseen)
    return 0


def _layer_json(row: summary.LayerShape) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(row).items() if name not in ("layer", "field")}
    return {
        "name": row.layer.name,
        "kind": type(row.layer).__name__,
        "inputs": row.layer.inputs,
        **fields,
        "receptive_field": row.receptive_field,
        "sees": row.field.largest(),
        "shape": list(row.shape),
    }


def _classify(options: argparse.Namespace) -> int:
    run = find_model(options.model, RunStore(settings.runs_folder()))
    network, card = run.setup.network, card_of(run)
    weights, problem = run.newest_weights()
    if problem:
        print(f"{problem} An older snapshot is used.", file=sys.stderr)
    typical = Typical.read(run.folder, network) if card else None
    failed = False
    for path in options.images:
        try:
            picture = decode_picture(path.read_bytes())
        except (CnnLabError, OSError) as error:
            failed = True
            reason = error.strerror if isinstance(error, OSError) else str(error)
            _show_failure(path, f"{reason}", options.json)
            continue
        try:
            verdict = classify(network, weights, picture.pixels, card, typical)
        except CnnLabError as error:
            failed = True
            _show_failure(path, str(error), options.json)
            continue
        _show_verdict(path, verdict, options.json)
    return 1 if failed else 0


def _show_failure(path: Path, reason: str, as_json: bool) -> None:
    if as_json:
        emit({"image": str(path), "error": reason})
    else:
        print(f"{path}: {reason}", file=sys.stderr)


def _show_verdict(path: Path, verdict: Verdict, as_json: bool) -> None:
    found = {name: float(p) for name, p in zip(data.CLASSES, verdict.probabilities, strict=True)}
    if as_json:
        none = {"none_of_the_ten": verdict.is_none, "distance": verdict.distance}
        emit({"image": str(path), "probabilities": found, "temperature": verdict.temperature, **none})
        return
    best = sorted(found.items(), key=lambda item: -item[1])[:3]
    doubt = "; it looks like none of the ten classes" if verdict.is_none else ""
    print(f"{path}: " + ", ".join(f"{name} {percent(share)}" for name, share in best) + doubt)


def _data(options: argparse.Namespace) -> int:
    if options.source:
        taken = take_over(options.source)
        if not options.json:
            print(f"Imported from {taken.path} ({taken.title}): {taken.source}.")
    download = Download()
    if options.download:
        download.start()
        download.wait()
    status, folder = download.status(), layout.data_folder()
    ready = status.state == "ready"
    source = named(layout.batches_folder(folder)) if ready else ""
    facts = {
        "cifar10": {
            "state": status.state,
            "folder": str(folder),
            "source": source,
            "problem": status.problem,
            "by_hand": "" if ready else download.by_hand(),
        },
        "sketch10": {"state": "ready", "folder": "", "source": "sketch10, drawn by code"},
    }
    if options.json:
        emit(facts)
    else:
        print(f"cifar10: {source} in {folder}" if ready else f"cifar10: {status.state}. {status.problem}")
        if not ready:
            print(f"To download it: python -m cnn data --download. {download.by_hand()}")
            if here := on_this_machine():
                print(f"There is a copy on this machine: python -m cnn data --from {here}")
        print("sketch10: always available, drawn by code")
    return 1 if options.download and not ready else 0


def _bench(options: argparse.Namespace) -> int:
    if not (settings.PROJECT / "bench").is_dir():
        raise CnnLabError("The benchmarks are only in the repository. Clone it and run make bench there.")
    arguments = ["--rounds", str(options.rounds)]
    arguments += ["--json"] if options.json else []
    arguments += ["--list"] if options.list else []
    arguments += ["--only", options.only] if options.only else []
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=settings.PROJECT, check=False
    ).returncode
