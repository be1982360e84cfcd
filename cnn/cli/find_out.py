"""The commands evaluate, compare and grid."""

import argparse
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnn.cli.runs import emit
from cnn.cli.train import ctrl_c, require_cifar10
from cnn.core import settings
from cnn.core.errors import CnnLabError, RunError
from cnn.core.settings import read_settings
from cnn.core.shares import between, percent
from cnn.data import CLASSES, NAMES
from cnn.evaluation import duplicates
from cnn.evaluation.calibration import with_temperature
from cnn.evaluation.compare import MOST, differing, pair_words, pairs, settings_of
from cnn.evaluation.evaluations import (
    PARTS,
    Evaluation,
    missing_parts,
    newest_snapshot,
    read_evaluation,
    write_evaluation,
)
from cnn.evaluation.looks import cost_words, looks, note_looks, tested
from cnn.evaluation.metrics import per_class, reliability, top_k
from cnn.evaluation.pretrained import find_model
from cnn.experiments import driver as experiment_driver
from cnn.experiments.driver import LOOK_SECONDS, Driver, experiments_folder, name_of
from cnn.experiments.experiment import ENDED as RESULT_ENDED
from cnn.experiments.experiment import ID, Experiment, ExperimentStore
from cnn.experiments.grid import Grid
from cnn.experiments.summary import sentence
from cnn.network.spec import value_text
from cnn.runs.store import Run, RunStore, owner_hash
from cnn.scheduler.engine import Engine
from cnn.worker import queries

# The owner of experiments of the command line: their runs are trained by the engine, not in this process.
OWNER = owner_hash("the command line")


def add_evaluate(command: argparse.ArgumentParser) -> None:
    """Give the command `evaluate` its arguments."""
    command.add_argument("target", metavar="RUN", help="a run's id or folder, or a pretrained network")
    command.add_argument("--part", choices=PARTS, default="test", help="which pictures (test)")
    command.add_argument("--dataset", choices=NAMES, help="data set (the one the run was trained on)")


def evaluate(options: argparse.Namespace) -> int:
    """Evaluate a network on all test or validation pictures; a saved evaluation is read."""
    run = find_model(options.target, RunStore(settings.runs_folder()))
    parts = tuple(dict.fromkeys(("validation", options.part)))
    found = evaluations(run, options.dataset or run.dataset, parts, quiet=options.json)
    shown, validation = found[options.part], found["validation"]
    facts = facts_of(run, shown, validation)
    facts["looks"] = _count_looks([run]) if options.part == "test" else None
    if options.json:
        emit(facts)
        return 0
    print(
        f"{run.name or run.id}: {percent(shown.accuracy)}, {shown.correct:,} of {shown.total:,} {shown.part} pictures "
        f"(95 % interval {between(*shown.interval)}; {shown.source})"
    )
    print(f"top-2 accuracy: {percent(facts['top2'])}, top-3 accuracy: {percent(facts['top3'])}")
    width = max(*map(len, CLASSES), len("true, pred."))
    print(f"\n{'true, pred.':<{width}}" + "".join(f"{name[:6]:>7}" for name in CLASSES) + f"{'recall':>9}")
    for name, row, figures in zip(CLASSES, facts["confusion"], per_class(shown.confusion), strict=True):
        recall = "–" if figures.recall is None else percent(figures.recall)
        print(f"{name:<{width}}" + "".join(f"{count:>7,}" for count in row) + f"{recall:>9}")
    calibration = facts["calibration"]
    print(
        f"\ncalibration error {calibration['error']:.4f}, with temperature {calibration['temperature']:.3f} "
        f"{calibration['error_with_temperature']:.4f} ({calibration['bins']} bins)"
    )
    if twice := facts["in_both_sets"]:
        print(
            f"{twice['pictures']} test pictures are also in the training set; "
            f"accuracy without them {percent(twice['accuracy_without'])}"
        )
    if facts["looks"]:
        print(cost_words(facts["looks"], shown.accuracy, shown.total))
    return 0


def _count_looks(runs: Sequence[Run]) -> int:
    """Count that the test results of some networks are seen; return how many have been from the command line.

    Those whose training from the command line ended with a test result are counted, too.
    """
    own = RunStore(settings.runs_folder()).runs(OWNER)
    seen = tested(own) | {f"{run.id}/{newest_snapshot(run).step}" for run in runs}
    try:
        return note_looks(OWNER, seen)
    except RunError:  # the disk is full: what is seen is shown all the same
        return len(looks(OWNER) | seen)


def facts_of(run: Run, shown: Evaluation, validation: Evaluation) -> dict[str, Any]:
    """Return what `evaluate --json` prints; shares are from 0 to 1."""
    temperature = validation.temperature
    before = reliability(shown.probabilities, shown.labels)
    after = reliability(with_temperature(shown.scores, temperature), shown.labels)
    return {
        "run": run.id,
        "name": run.name,
        "step": newest_snapshot(run).step,
        "dataset": shown.dataset,
        "source": shown.source,
        "part": shown.part,
        "accuracy": shown.accuracy,
        "correct": shown.correct,
        "total": shown.total,
        "interval": list(shown.interval),
        "top2": top_k(shown.scores, shown.labels, 2) / shown.total,
        "top3": top_k(shown.scores, shown.labels, 3) / shown.total,
        "classes": list(CLASSES),
        "confusion": shown.confusion.tolist(),
        "per_class": [asdict(figures) for figures in per_class(shown.confusion)],
        "calibration": {
            "temperature": temperature,
            "error": before.error,
            "error_with_temperature": after.error,
            "bins": len(before.counts),
        },
        "in_both_sets": _twice(shown),
    }


def _twice(shown: Evaluation) -> dict[str, Any] | None:
    found = duplicates.of_test(shown)
    if found is None:
        return None
    right = int((shown.said[found.test] == shown.labels[found.test]).sum())
    rest = shown.total - len(found.test)
    return {"pictures": len(found.test), "correct": right, "accuracy_without": (shown.correct - right) / rest}


def add_compare(command: argparse.ArgumentParser) -> None:
    """Give the command `compare` its arguments."""
    command.add_argument("targets", nargs="+", metavar="RUN", help=f"two to {MOST}: ids, folders, or names")
    command.add_argument("--part", choices=PARTS, default="test", help="which pictures (test)")
    command.add_argument(
        "--dataset", choices=NAMES, help="data set (the one the first network was trained on)"
    )
    command.set_defaults(refuse=command.error)


def compare(options: argparse.Namespace) -> int:
    """Compare networks on the same pictures: what differs in them, and for each pair whether it is real."""
    if not 2 <= len(options.targets) <= MOST:
        options.refuse(f"expected 2 to {MOST} networks, got {len(options.targets)}")
    store = RunStore(settings.runs_folder())
    runs = [find_model(name, store) for name in options.targets]
    dataset = options.dataset or runs[0].dataset
    found = [evaluations(run, dataset, (options.part,), quiet=options.json)[options.part] for run in runs]
    rows = differing([settings_of(run) for run in runs])
    names = [run.name or run.id for run in runs]
    names = [name if names.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(names)]
    try:
        tested = pairs(found)
    except ValueError as error:
        raise RunError(str(error)) from None
    count = _count_looks(runs) if options.part == "test" else None
    if options.json:
        emit(
            {
                "part": options.part,
                "looks": count,
                "dataset": dataset,
                "source": found[0].source,
                "total": found[0].total,
                "runs": [
                    {
                        "run": run.id,
                        "name": run.name,
                        "accuracy": one.accuracy,
                        "correct": one.correct,
                        "interval": list(one.interval),
                    }
                    for run, one in zip(runs, found, strict=True)
                ],
                "differing": rows,
                "mcnemar": [
                    {
                        "runs": [runs[pair.first].id, runs[pair.second].id],
                        "both": pair.both,
                        "only_first": pair.only_first,
                        "only_second": pair.only_second,
                        "neither": pair.neither,
                        "p": pair.chance,
                        "p_holm": pair.corrected,
                    }
                    for pair in tested
                ],
            }
        )
        return 0
    for name, one in zip(names, found, strict=True):
        print(
            f"{name}: {percent(one.accuracy)}, {one.correct:,} right (95 % interval {between(*one.interval)})"
        )
    for name, values in rows.items():
        print(f"  {name}: " + ", ".join(value_text(value) for value in values))
    for pair in tested:
        print(pair_words(pair, names, found[0].total))
    if count:
        print(cost_words(count, max(one.accuracy for one in found), found[0].total))
    return 0


def add_grid(command: argparse.ArgumentParser) -> None:
    """Give the command `grid` its arguments."""
    command.add_argument(
        "spec",
        metavar="SPEC",
        help="a grid as JSON: base, axes, seeds, epochs or seconds, halving; or the id grid-… of one to continue",
    )
    command.add_argument("--dry-run", action="store_true", help="list the runs, and train nothing")


def grid(options: argparse.Namespace) -> int:
    """Train a grid on this machine's workers (`CNN_LAB_WORKERS`) or on a cluster, as one experiment.

    Ctrl-C interrupts it: `grid ID` continues it, and so does a server with the same home.
    """
    store = RunStore(settings.runs_folder())
    experiments = ExperimentStore(experiments_folder(store.folder))
    if ID.match(options.spec):
        experiment = experiments.own(options.spec, OWNER)
    else:
        spec = _read_grid(options.spec)
        if spec.dataset == "cifar10":
            require_cifar10()
        spec.check_memory()
        if options.dry_run:
            return _show_plan(spec, options.json)
        experiment = experiments.create(spec, OWNER)
    if experiment.asked == "pause":
        experiment_driver.steer(experiment, store, "run")
    if options.json:
        emit({"event": "started", "experiment": experiment.id, "runs": experiment.grid.count})
    else:
        print(f"{experiment.id}: {experiment.grid.count} runs")
    engine = Engine(store, read_settings())
    carry = Driver(experiments, store, engine)
    interrupted = threading.Event()
    try:
        with ctrl_c(interrupted.set):
            engine.start()
            carry.start()
            _watch(experiment, store, engine, interrupted, options.json)
    finally:
        carry.close()
        engine.close()
    results = experiment.results(store)
    words = sentence(experiment, results)
    if not experiment.is_over():
        raise CnnLabError(f"The grid is not finished. To continue: python -m cnn grid {experiment.id}")
    if options.json:
        emit(
            {
                "event": "finished",
                "experiment": experiment.id,
                "summary": words,
                "runs": _result_rows(experiment, store),
            }
        )
    else:
        print(words)
    return 0


def _read_grid(name: str) -> Grid:
    try:
        return Grid.from_text(Path(name).read_bytes())
    except OSError as error:
        raise CnnLabError(f"{name[:80]} cannot be read: {error.strerror}.") from None


def _show_plan(spec: Grid, as_json: bool) -> int:
    names = [name_of(spec, trial) for trial in spec.trials]
    if as_json:
        emit({"runs": names, "epochs": spec.epochs, "seconds": spec.seconds, "halving": spec.halving})
    else:
        print("\n".join(names))
    return 0


def _watch(
    experiment: Experiment, store: RunStore, engine: Engine, interrupted: threading.Event, as_json: bool
) -> None:
    """Print each run that ends, until all have ended, Ctrl-C is pressed, or the engine fails."""
    told: set[int] = set()
    said = ""
    over = False
    while not over and not interrupted.wait(LOOK_SECONDS):
        over = experiment.is_over()  # before the rows are told, so that the last ones are
        status = engine.status()
        if status.state == "failed":
            raise CnnLabError(f"The workers could not be started: {status.message}")
        if status.message and status.message != said and not as_json:
            said = status.message
            print(said, file=sys.stderr)
        for row in _result_rows(experiment, store):
            if row["state"] in RESULT_ENDED and row["number"] not in told:
                told.add(row["number"])
                if as_json:
                    emit({"event": "run", **row})
                else:
                    shown = (
                        "" if row["validation"] is None else f" {percent(row['validation'])} on validation"
                    )
                    print(
                        f"{len(told)}/{experiment.grid.count} {row['name']}: {row['state']}{shown}",
                        flush=True,
                    )


def _result_rows(experiment: Experiment, store: RunStore) -> list[dict[str, Any]]:
    return [
        {
            "number": trial.number,
            "run": experiment.run_id(trial),
            "name": name_of(experiment.grid, trial),
            "values": dict(zip((name for name, _ in experiment.grid.axes), trial.values, strict=True)),
            "seed": trial.setup.training.seed,
            "state": result.state,
            "validation": result.validation,
            "test": result.test,
            "seconds": result.seconds,
            "share": result.share,
        }
        for trial, result in zip(experiment.grid.trials, experiment.results(store), strict=True)
    ]


def evaluations(run: Run, dataset: str, parts: Sequence[str], quiet: bool) -> dict[str, Evaluation]:
    """Return the evaluations of a run's newest snapshot, computed in this process where none is saved.

    Raises:
        CnnLabError: where weights or pictures cannot be read.
    """
    if dataset == "cifar10":
        require_cifar10()
    snapshot = newest_snapshot(run)
    if missing := missing_parts(run, snapshot, dataset, parts):
        from cnn.training.runtime import prepare_tensorflow

        prepare_tensorflow()
        with _bar(f"{run.name or run.id}: {' and '.join(missing)} pictures", quiet) as report:
            made = queries.evaluate(report, str(run.folder), str(snapshot.path), dataset, missing)
        for found in made.values():
            write_evaluation(run, snapshot, found)
    kept = {part: read_evaluation(run, snapshot, dataset, part) for part in parts}
    return {part: found for part, found in kept.items() if found is not None}


@contextmanager
def _bar(title: str, quiet: bool) -> Iterator[Callable[[float], None]]:
    if quiet:
        yield lambda share: None
        return
    from rich.progress import Progress

    with Progress(transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)
