"""The command line: describe, train, classify, data, bench."""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnn import data, jobs, paths, shapes
from cnn.data import layout
from cnn.data.download import Download
from cnn.errors import CnnLabError, SpecError
from cnn.forward import classify
from cnn.images import decode_picture
from cnn.models import find_model
from cnn.presets import PRESETS
from cnn.runs import Run, RunStore, Status
from cnn.spec import Setup

if TYPE_CHECKING:
    from cnn.training import Report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 failed, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except CnnLabError as error:
        if options.json:
            _emit({"event": "error", "error": str(error)})
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cnn", description="CNN Lab on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    describe = _command(commands, "describe", _describe, "layers, shapes and parameters of a network")
    train = _command(commands, "train", _train, "train a network")
    for command in (describe, train):
        source = command.add_mutually_exclusive_group()
        source.add_argument("--preset", choices=PRESETS, default="lecture", help="a named set-up")
        source.add_argument("--spec", type=Path, metavar="FILE", help="a set-up as JSON")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, metavar="N", help="instead of the set-up's length")
    length.add_argument("--seconds", type=float, metavar="S", help="of training steps, instead of epochs")
    train.add_argument("--seed", type=int, metavar="N", help="instead of the set-up's seed")
    train.add_argument("--pictures", type=int, metavar="N", help="training pictures, instead of the set-up's")
    train.add_argument("--precision", metavar="NAME", help="auto, float32 or mixed_bfloat16")
    train.add_argument("--dataset", choices=data.NAMES, default="cifar10")
    train.add_argument("--out", type=Path, metavar="DIR", help="the run's folder; new or empty")
    recognise = _command(commands, "classify", _classify, "name what is on pictures")
    recognise.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    recognise.add_argument(
        "--model", default="lecture", metavar="RUN_OR_NAME", help="a run's id or folder, or a shipped network"
    )
    fetch = _command(commands, "data", _data, "what pictures are there, and where")
    fetch.add_argument("--download", action="store_true", help="fetch CIFAR-10 (163 MB) if it is not there")
    bench = _command(commands, "bench", _bench, "measure this machine against the named baselines")
    bench.add_argument("--only", metavar="PART", help="one part; --list names them")
    bench.add_argument("--list", action="store_true", help="name the parts")
    bench.add_argument("--rounds", type=int, default=5, metavar="N", help="alternating rounds (5)")
    return parser


def _command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about.capitalize() + ".")
    command.add_argument("--json", action="store_true", help="JSON on standard output, nothing else")
    command.set_defaults(run=run)
    return command


def _emit(row: dict[str, Any]) -> None:
    print(json.dumps(row), flush=True)


def _setup(options: argparse.Namespace) -> Setup:
    if not options.spec:
        return PRESETS[options.preset].setup
    try:
        return Setup.from_text(options.spec.read_bytes())
    except OSError as error:
        raise SpecError("--spec", f"{options.spec} cannot be read: {error.strerror}.") from None


def _describe(options: argparse.Namespace) -> int:
    setup = _setup(options)
    table = shapes.walk(setup.network)
    if options.json:
        rows = [_layer_json(row) for row in table]
        totals = {
            "parameters": shapes.total_parameters(table),
            "multiply_adds": shapes.total_multiply_adds(table),
        }
        _emit({"layers": rows, **totals, "setup": setup.to_json()})
        return 0
    print(f"{'layer':<16}{'output':<14}{'parameters':<34}{'multiply-adds':>15}{'sees':>9}")
    for row in table:
        shape = "×".join(map(str, row.shape))
        sees = f"{row.receptive_field}×{row.receptive_field}"
        print(f"{row.layer.name:<16}{shape:<14}{row.formula or '–':<34}{row.multiply_adds:>15,}{sees:>9}")
    print(f"{shapes.total_parameters(table):,} parameters, ", end="")
    print(f"{shapes.total_multiply_adds(table):,} multiply-adds a picture")
    return 0


def _layer_json(row: shapes.LayerShape) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(row).items() if name != "layer"}
    return {
        "name": row.layer.name,
        "kind": type(row.layer).__name__,
        "inputs": row.layer.inputs,
        **fields,
        "shape": list(row.shape),
    }


def _train(options: argparse.Namespace) -> int:
    setup = _with_options(_setup(options), options)
    shapes.walk(setup.network)
    if options.dataset == "cifar10":
        _require_cifar10()
    run = _new_run(setup, options)
    jobs.prepare_tensorflow()
    if options.json:
        _emit({"event": "started", "run": str(run.folder), "setup": setup.to_json()})
    with _ctrl_c(run.request_stop), nullcontext() if options.json else _ProgressBar(setup) as bar:
        status = jobs.train_run(run.folder, _emit_report if bar is None else bar.show)
    return _conclude(run, status, options.json)


@contextmanager
def _ctrl_c(call: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C call this instead of raising: it stops a run as the web's Stop does, nothing is lost."""
    before = signal.signal(signal.SIGINT, lambda *_: call())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _with_options(setup: Setup, options: argparse.Namespace) -> Setup:
    changes: dict[str, Any] = {}
    if options.epochs is not None:
        changes |= {"epochs": options.epochs, "seconds": None}
    if options.seconds is not None:
        changes |= {"seconds": options.seconds, "epochs": None}
    for name in ("seed", "pictures", "precision"):
        if getattr(options, name) is not None:
            changes[name] = getattr(options, name)
    return replace(setup, training=replace(setup.training, **changes))


def _require_cifar10() -> None:
    found = layout.check()
    if not found.present:
        raise CnnLabError(f"{found.problem} Or train on the drawn pictures: --dataset sketch10.")


def _new_run(setup: Setup, options: argparse.Namespace) -> Run:
    name = options.spec.stem if options.spec else PRESETS[options.preset].title
    if options.out:
        return RunStore.create_in(options.out.resolve(), setup, options.dataset, name=name)
    return RunStore(paths.runs_folder()).create(setup, options.dataset, name=name)


def _emit_report(report: "Report") -> None:
    fields = {
        name: value for name, value in vars(report).items() if name not in ("weights", "stopped", "test_loss")
    }
    kind = type(report).__name__
    if kind != "Finished":
        _emit({"event": "epoch" if kind == "EpochEnd" else "progress", **fields})


def _conclude(run: Run, status: Status, as_json: bool) -> int:
    facts = {
        "event": status.state,
        "test_accuracy": status.test_accuracy,
        "test_loss": status.test_loss,
        "images_per_second": round(status.images_per_second, 1),
        "seconds": round(status.seconds, 2),
        "epochs": round(status.epoch, 3),
        "precision": status.precision,
        "data": status.source,
        "run": str(run.folder),
    }
    if status.state == "failed":
        raise CnnLabError(status.message)
    if as_json:
        _emit(facts)
        return 0
    accuracy = f"test accuracy {status.test_accuracy:.1%}, " if status.test_accuracy is not None else ""
    print(f"{status.state}: {accuracy}{status.images_per_second:,.0f} images a second ({status.source})")
    print(f"run: {run.folder}")
    return 0


class _ProgressBar(AbstractContextManager["_ProgressBar"]):
    """A bar for people, with loss, accuracy and the time left."""

    def __init__(self, setup: Setup) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.training = setup.training
        self.bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self.task = self.bar.add_task("starting", total=1.0)

    def __enter__(self) -> "_ProgressBar":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def show(self, report: "Report") -> None:
        """Move the bar, or print the line of an epoch."""
        kind = type(report).__name__
        if kind == "Progress":
            share = report.seconds / (report.seconds + report.seconds_left or 1)  # type: ignore[union-attr]
            text = f"epoch {report.epoch:.2f}  loss {report.loss:.3f}  accuracy {report.accuracy:.1%}"  # type: ignore[union-attr]
            self.bar.update(self.task, completed=share, description=text)
        elif kind == "EpochEnd" and report.validation_accuracy is not None:  # type: ignore[union-attr]
            self.bar.print(f"epoch {report.epoch}: validation accuracy {report.validation_accuracy:.1%}")  # type: ignore[union-attr]


def _classify(options: argparse.Namespace) -> int:
    run = find_model(options.model, RunStore(paths.runs_folder()))
    weights = run.weights()
    failed = False
    for path in options.images:
        try:
            picture = decode_picture(path.read_bytes())
        except (CnnLabError, OSError) as error:
            failed = True
            reason = error.strerror if isinstance(error, OSError) else str(error)
            _show_failure(path, f"{reason}", options.json)
            continue
        _show_classes(path, classify(run.setup.network, weights, picture.pixels), options.json)
    return 1 if failed else 0


def _show_failure(path: Path, reason: str, as_json: bool) -> None:
    if as_json:
        _emit({"image": str(path), "error": reason})
    else:
        print(f"{path}: {reason}", file=sys.stderr)


def _show_classes(path: Path, probabilities: Any, as_json: bool) -> None:
    found = {name: float(share) for name, share in zip(data.CLASSES, probabilities, strict=True)}
    if as_json:
        _emit({"image": str(path), "probabilities": found})
        return
    best = sorted(found.items(), key=lambda item: -item[1])[:3]
    print(f"{path}: " + ", ".join(f"{name} {share:.1%}" for name, share in best))


def _data(options: argparse.Namespace) -> int:
    download = Download()
    if options.download:
        download.start()
        download.wait()
    status, folder = download.status(), layout.data_folder()
    ready = status.state == "ready"
    source = layout.source(layout.batches_folder(folder)) if ready else ""
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
        _emit(facts)
    else:
        print(f"cifar10: {source} in {folder}" if ready else f"cifar10: {status.state}. {status.problem}")
        if not ready:
            print(f"To fetch it: python -m cnn data --download. {download.by_hand()}")
        print("sketch10: always there, drawn by code")
    return 1 if options.download and not ready else 0


def _bench(options: argparse.Namespace) -> int:
    arguments = ["--rounds", str(options.rounds)]
    arguments += ["--json"] if options.json else []
    arguments += ["--list"] if options.list else []
    arguments += ["--only", options.only] if options.only else []
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=paths.PROJECT, check=False
    ).returncode
