"""The result of an experiment in plain sentences with numbers, which claim no more than the spread allows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn.core.shares import percent, plus_minus, points
from cnn.experiments.experiment import Experiment, Result
from cnn.experiments.grid import Grid
from cnn.network.spec import value_text

SHUFFLES = 5000
ALPHA = 0.05


@dataclass(frozen=True)
class Effect:
    """The effect of one setting, averaged over all others: the mean of each value in `means`, None for a value
    without a run, and in `chance` the p value of a permutation within the cells of the other settings.
    """

    axis: int
    means: tuple[float, ...]
    chance: float

    @property
    def reach(self) -> float:
        """The largest mean minus the smallest."""
        return max(self.means) - min(self.means)


def cell_values(grid: Grid, results: Sequence[Result]) -> list[list[float]]:
    """Return the validation accuracies of each cell's seeds that have one."""
    found: list[list[float]] = [[] for _ in grid.cells]
    for trial, result in zip(grid.trials, results, strict=True):
        if result.validation is not None:
            found[trial.cell].append(result.validation)
    return found


def effects(grid: Grid, results: Sequence[Result]) -> list[Effect]:
    """Return the effect of every setting with two values or more, from the runs that were trained to the end.

    A permutation test within blocks (Fisher 1935): runs that agree in all other settings but the seed are
    shuffled among the values of this one, 5,000 times.
    """
    done = [
        (t.values, r.validation)
        for t, r in zip(grid.trials, results, strict=True)
        if r.whole and r.validation is not None
    ]
    found = []
    for axis, (_, values) in enumerate(grid.axes):
        level = np.array([values.index(own[axis]) for own, _ in done])
        scores = np.array([score for _, score in done], float)
        if len(values) < 2 or set(level.tolist()) != set(range(len(values))):
            continue
        keys = [own[:axis] + own[axis + 1 :] for own, _ in done]
        names = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        block = np.array([names[key] for key in keys])
        means = _means(scores[None], level, len(values))[0]
        rng = np.random.default_rng(0)
        order = np.lexsort(
            (rng.random((SHUFFLES, len(block))), np.broadcast_to(block, (SHUFFLES, len(block))))
        )
        home = np.argsort(block, kind="stable")
        shuffled = np.empty((SHUFFLES, len(block)))
        shuffled[:, home] = scores[order]
        drawn = _means(shuffled, level, len(values))
        seen = means.max() - means.min() - 1e-12
        hits = ((drawn.max(axis=1) - drawn.min(axis=1)) >= seen).sum()
        found.append(Effect(axis, tuple(means.tolist()), float((hits + 1) / (SHUFFLES + 1))))
    return found


def _means(scores: NDArray[np.float64], level: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    return np.stack([scores[:, level == one].mean(axis=1) for one in range(count)], axis=1)


def spread(grid: Grid, results: Sequence[Result]) -> float | None:
    """Return the pooled standard deviation between seeds of one cell, None with one seed."""
    whole = [r if r.whole else Result("") for r in results]
    groups = [np.array(values) for values in cell_values(grid, whole) if len(values) > 1]
    if not groups:
        return None
    squares = sum(float(((one - one.mean()) ** 2).sum()) for one in groups)
    return float(np.sqrt(squares / sum(len(one) - 1 for one in groups)))


def sentence(experiment: Experiment, results: Sequence[Result]) -> str:
    """Return the result in a few sentences of plain text."""
    grid = experiment.grid
    whole = [r for r in results if r.whole and r.validation is not None]
    if not whole:
        return "No run was trained to the end, so there is no result."
    between = spread(grid, results)
    parts = [_counted(experiment, results)]
    halved = bool(experiment.halvings)
    if halved:
        parts.append(_saved(experiment, results))
        parts.append(
            "Because of halving, the cells were trained for different times, so no effect of a single "
            "setting is stated."
        )
    else:
        parts += [_effect_words(grid, one, between) for one in effects(grid, results)]
    parts.append(_best_words(grid, results, between))
    return " ".join(parts)


def _counted(experiment: Experiment, results: Sequence[Result]) -> str:
    grid = experiment.grid
    dropped = {cell for halving in experiment.halvings for cell in halving.dropped}
    ended = sum(r.whole for r in results)
    stopped = sum(
        r.state == "stopped" and t.cell not in dropped for t, r in zip(grid.trials, results, strict=True)
    )
    broken = sum(r.state in ("failed", "interrupted", "gone") for r in results)
    seeds = "one seed each" if grid.seeds == 1 else f"{grid.seeds} seeds each"
    were = "was" if ended == 1 else "were"
    words = f"{ended} of {grid.count} runs {were} trained to the end ({len(grid.cells)} cells, {seeds})."
    words += f" {stopped} {'was' if stopped == 1 else 'were'} stopped before." if stopped else ""
    return words + (f" {broken} failed." if broken else "")


def _effect_words(grid: Grid, effect: Effect, between: float | None) -> str:
    name, values = grid.axes[effect.axis]
    title = name.replace("_", " ").capitalize()
    low, high = int(np.argmin(effect.means)), int(np.argmax(effect.means))
    spans = f"{points(effect.reach)} points between {value_text(values[low])} and {value_text(values[high])}"
    against = "" if between is None else f"; seeds spread by {points(between)}"
    if effect.chance >= ALPHA:
        return f"{title}: {spans} on average (p = {effect.chance:.2g}{against}): no effect is shown."
    return (
        f"{title} matters: validation accuracy goes from {percent(effect.means[low])} "
        f"({value_text(values[low])}) to {percent(effect.means[high])} ({value_text(values[high])}) on average "
        f"(p = {effect.chance:.2g}{against})."
    )


def _best_words(grid: Grid, results: Sequence[Result], between: float | None) -> str:
    whole = [r if r.whole else Result("") for r in results]
    means = {cell: values for cell, values in enumerate(cell_values(grid, whole)) if values}
    order = sorted(means, key=lambda cell: -float(np.mean(means[cell])))
    best = order[0]
    tests = [r.test for t, r in zip(grid.trials, whole, strict=True) if t.cell == best and r.test is not None]
    words = f"Best on validation: {cell_words(grid, best)} with {_mean_words(means[best])}"
    if tests:
        words += f"; {percent(float(np.mean(tests)))} on test pictures"
    if len(order) < 2:
        return f"{words}."
    second = order[1]
    gap = float(np.mean(means[best]) - np.mean(means[second]))
    behind = f"{words}. The next, {cell_words(grid, second)}, is {points(gap)} points behind"
    if between is None:
        return f"{behind}; with one seed it cannot be said whether that is chance."
    error = between * np.sqrt(1 / len(means[best]) + 1 / len(means[second]))
    near = "within" if gap < 2 * error else "more than"
    return f"{behind}, {near} twice its standard error of {points(error)}."


def _mean_words(values: Sequence[float]) -> str:
    mean = float(np.mean(values))
    if len(values) < 2:
        return percent(mean)
    return f"{plus_minus(mean, float(np.std(values, ddof=1)))} over {len(values)} seeds"


def _saved(experiment: Experiment, results: Sequence[Result]) -> str:
    grid = experiment.grid
    dropped = {cell for one in experiment.halvings for cell in one.dropped}
    early = [r for t, r in zip(grid.trials, results, strict=True) if t.cell in dropped and not r.whole]
    spared = sum(1 - r.share for r in early)
    times = [r.seconds for r in results if r.whole]
    seconds = spared * float(np.mean(times)) if times else 0.0
    return (
        f"Halving stopped {len(dropped)} of {len(grid.cells)} cells early and saved {spared:.1f} of {grid.count} "
        f"whole runs, about {seconds:.0f} s of training."
    )


def cell_words(grid: Grid, cell: int) -> str:
    """Return the values of a cell: "filters 12, depth 2"."""
    names = (
        f"{name.replace('_', ' ')} {value_text(value)}"
        for (name, _), value in zip(grid.axes, grid.cells[cell], strict=True)
    )
    return ", ".join(names)
