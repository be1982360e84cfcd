"""The command train: a new run, or one that is continued."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from cnn.cli.runs import emit, find_run, name_of
from cnn.core import settings
from cnn.core.errors import CnnLabError, RunError, SpecError
from cnn.core.shares import percent
from cnn.data import layout
from cnn.network import summary
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.store import Run, RunStore, Status
from cnn.training import runtime
from cnn.training.diagnostics import findings
from cnn.training.estimate import check_fits
from cnn.training.events import EpochEnd, Finished, Progress, Report
from cnn.worker import jobs

DEFAULT = "lecture"
EVENTS = {"EpochEnd": "epoch", "Suspended": "parked"}  # names in the JSON, which stay when a class is renamed
NEW_RUN_ONLY = ("seed", "pictures", "precision", "dataset", "out")


def read_setup(options: argparse.Namespace) -> Setup:
    """Return the settings that `--preset` or `--spec` names.

    Raises:
        SpecError: for a file that cannot be read, or that does not contain settings.
    """
    if not options.spec:
        return PRESETS[options.preset or DEFAULT].setup
    try:
        return Setup.from_text(options.spec.read_bytes())
    except OSError as error:
        raise SpecError("--spec", f"{options.spec} cannot be read: {error.strerror}.") from None


def train(options: argparse.Namespace) -> int:
    """Train a new run, or continue one, in this process."""
    goes_on = options.resume is not None or options.go_on is not None
    run = _old_run(options) if goes_on else _new_run(options)
    runtime.prepare_tensorflow()
    if options.json:
        emit({"event": "started", "run": str(run.folder), "setup": run.setup.to_json()})
    with ctrl_c(lambda: run.command("stop")), progress_bar(options.json) as show:
        look = _Findings(run, options.json)

        def told(report: Report) -> None:
            show(report)
            look.after(report)

        status = jobs.train_run(run.folder, told)
    return _conclude(run, status, options.json)


@contextmanager
def ctrl_c(call: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C call this instead of raising, so that a run is stopped as by the page's Stop and nothing is lost."""
    # In a thread: the interrupted line may hold the lock that the call needs.
    before = signal.signal(signal.SIGINT, lambda *_: threading.Thread(target=call).start())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_bar(as_json: bool) -> Iterator[Callable[[Report], None]]:
    """Yield a function that shows a report: as a progress bar, or as a line of JSON."""
    if as_json:
        yield _emit_report
        return
    with _ProgressBar() as bar:
        yield bar.show


def _new_run(options: argparse.Namespace) -> Run:
    setup = _with_options(read_setup(options), options)
    summary.walk(setup.network)
    check_fits(setup)
    dataset = options.dataset or "cifar10"
    if dataset == "cifar10":
        require_cifar10()
    name = options.spec.stem if options.spec else PRESETS[options.preset or DEFAULT].title
    if options.out:
        return RunStore.create_in(options.out.resolve(), setup, dataset, name=name)
    return RunStore(settings.runs_folder()).create(setup, dataset, name=name)


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


def require_cifar10() -> None:
    """Raise CnnLabError with the way to get CIFAR-10 where it is not installed."""
    found = layout.check()
    if not found.present:
        raise CnnLabError(f"{found.problem} Or train on drawn pictures: --dataset sketch10.")


def _old_run(options: argparse.Namespace) -> Run:
    """Return a run to continue, queued for this process."""
    _check_usage(options)
    run = find_run(options.go_on if options.resume is None else options.resume)
    check_fits(run.setup)
    status = run.status()
    if run.is_trained():
        raise RunError(
            f"{run.id} is being trained now. To make it longer: python -m cnn steer {run.id} extend 5"
        )
    if options.go_on is not None:
        run.extend(options.epochs or 0, options.seconds or 0.0)
    elif status.ended:
        run.extend()
    if status.suspended:
        run.command("resume")
    return run


def _check_usage(options: argparse.Namespace) -> None:
    given = [name for name in NEW_RUN_ONLY if getattr(options, name) is not None]
    if given:
        options.refuse(f"--{given[0]} is for a new run; a continued run keeps its own")
    longer = options.epochs is not None or options.seconds is not None
    if options.go_on is not None and not longer:
        options.refuse("--continue needs --epochs or --seconds")
    if options.resume is not None and longer:
        options.refuse("--resume continues to the planned end; for --epochs or --seconds, use --continue RUN")


def _emit_report(report: Report) -> None:
    hidden = ("weights", "checkpoint", "stopped", "ending", "test_loss")
    fields = {name: value for name, value in vars(report).items() if name not in hidden}
    if not isinstance(report, Finished):
        kind = type(report).__name__
        emit({"event": EVENTS.get(kind, kind.lower()), **fields})


def _conclude(run: Run, status: Status, as_json: bool) -> int:
    facts: dict[str, Any] = {
        "event": status.state,
        "test_accuracy": status.test_accuracy,
        "test_loss": status.test_loss,
        "images_per_second": round(status.images_per_second, 1),
        "seconds": round(status.seconds, 2),
        "epochs": round(status.epoch, 3),
        "precision": status.precision,
        "precision_reason": status.precision_reason,
        "findings": [finding.sentence for finding in findings(run.setup, run.history.rows())],
        "data": status.source,
        "run": str(run.folder),
    }
    if status.state == "failed":
        raise CnnLabError(status.message)
    if status.state in ("queued", "running"):
        raise RunError(f"{run.id} is trained by another process, or waits for one. Nothing was done here.")
    if as_json:
        emit(facts)
        return 0
    accuracy = f"test accuracy {percent(status.test_accuracy)}, " if status.test_accuracy is not None else ""
    print(f"{status.state}: {accuracy}{status.images_per_second:,.0f} images per second ({status.source})")
    for sentence in facts["findings"]:
        print(sentence)
    if status.state == "stopped":
        print(f"The run is kept. To continue it: python -m cnn train --resume {name_of(run)}")
    print(f"run: {run.folder}")
    return 0


class _Findings:
    """Says what is wrong with a run as soon as it is; what was wrong after the epoch before is not said again."""

    def __init__(self, run: Run, as_json: bool) -> None:
        self.run, self.as_json = run, as_json
        self.before: set[str] = set()

    def after(self, report: Report) -> None:
        """Look at the run after an epoch."""
        if not isinstance(report, EpochEnd):
            return
        found = findings(self.run.setup, self.run.history.rows())
        for finding in found:
            if finding.rule in self.before:
                continue
            if self.as_json:
                emit({"event": "finding", "epoch": report.epoch, "finding": finding.sentence})
            else:
                print(f"epoch {report.epoch:g}: {finding.sentence}")
        self.before = {finding.rule for finding in found}


class _ProgressBar(AbstractContextManager["_ProgressBar"]):
    """A progress bar with loss, accuracy and the time left."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.bar = Bar(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self.task = self.bar.add_task("starting", total=1.0)

    def __enter__(self) -> "_ProgressBar":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def show(self, report: Report) -> None:
        """Move the bar, or print a line."""
        if isinstance(report, Progress):
            share = report.seconds / (report.seconds + report.seconds_left or 1)
            text = f"epoch {report.epoch:.2f}  loss {report.loss:.3f}  accuracy {percent(report.accuracy)}"
            self.bar.update(self.task, completed=share, description=text)
        elif isinstance(report, EpochEnd):
            if report.validation_accuracy is not None:
                accuracy = percent(report.validation_accuracy)
                self.bar.print(f"epoch {report.epoch:g}: validation accuracy {accuracy}")
        elif not isinstance(report, Finished):
            self.bar.print(f"epoch {report.epoch:.2f}: {_words(report)}")


def _words(report: Report) -> str:
    """Return a command that was carried out, in words."""
    facts = {
        name: value for name, value in vars(report).items() if name in ("learning_rate", "epochs", "seconds")
    }
    name = {"NewRate": "learning rate"}.get(type(report).__name__, type(report).__name__.lower())
    numbers = [f"{value:g}" for key, value in facts.items() if value and (name, key) != ("paused", "seconds")]
    return " ".join([name, *numbers])
