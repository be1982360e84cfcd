"""Is the difference real? An exact test on the same pictures, several seeds, and confusion cells that differ."""

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.core.numbers import minus
from cnn.core.shares import IN_TABLES, between, in_percent, percent
from cnn.data import CLASSES
from cnn.evaluation.compare import (
    confusion_difference,
    differ_in_seed,
    pair_words,
    pairs,
    seeds_words,
)
from cnn.evaluation.evaluations import Evaluation, missing_parts, newest_snapshot
from cnn.evaluation.looks import note_looks
from cnn.figures.colours import Scale
from cnn.runs.store import Run
from cnn.web.app.answers import show_waiting
from cnn.web.app.evaluations import PART_TITLES, ask_evaluation, kept_evaluation
from cnn.web.app.matrix import show_matrix
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.app.session import session, theme
from cnn.web.app.widgets import dataset_name
from cnn.web.evaluate.pictures import show_pictures

WANTED = "compare-evaluate"
CELL = "compare-cell"
SEED = re.compile(r",? ?seed \d+\Z")


def evaluated(runs: Sequence[Run]) -> tuple[list[Evaluation], list[int]]:
    """Return evaluations on the same pictures and which of the runs they are of; ask for those that are missing."""
    titles = {title: part for part, title in PART_TITLES.items()}
    title = st.segmented_control(
        "On which pictures", list(titles), default="Validation pictures", required=True, key="compare-on"
    )
    part, dataset = titles[title or "Validation pictures"], dataset_name()
    missing = []
    for run in runs:
        try:
            if missing_parts(run, newest_snapshot(run), dataset, (part,)):
                missing.append(run)
        except CnnLabError as error:
            st.error(str(error), icon=":material/broken_image:")
    if missing:
        _evaluate(missing, dataset, part, f"{part}/{','.join(run.id for run in runs)}")
    found = [(i, kept_evaluation(run, dataset, part)) for i, run in enumerate(runs)]
    there = [(i, one) for i, one in found if one is not None]
    alike = [(i, one) for i, one in there if one.same_pictures(there[0][1])]
    for i in {i for i, _ in there} - {i for i, _ in alike}:
        st.warning(
            f"{plain(runs[i].name or runs[i].id)} was not evaluated on the same pictures as the first "
            "network, so it is left out.",
            icon=":material/difference:",
        )
    if part == "test" and alike:
        _count_looks([runs[i] for i, _ in alike])
    return [one for _, one in alike], [i for i, _ in alike]


def _evaluate(missing: Sequence[Run], dataset: str, part: str, wanted: str) -> None:
    """Offer to evaluate what is missing, one after another; then show the progress."""
    names = ", ".join(plain(run.name or run.id) for run in missing)
    if st.session_state.get(WANTED) != wanted:
        st.markdown(f"Not evaluated on the {part} pictures yet: {names}.")
        st.button(
            f"Evaluate {len(missing)} on the {part} pictures",
            type="primary",
            icon=":material/fact_check:",
            on_click=st.session_state.__setitem__,
            args=(WANTED, wanted),
        )
        return
    asked = []
    for run in missing:
        try:
            asked.append(ask_evaluation(run, newest_snapshot(run), dataset, (part,)))
        except CnnLabError as error:
            st.error(f"{plain(run.name or run.id)}: {error}", icon=":material/broken_image:")
    show_waiting([one for one in asked if one], "compare-evaluate")


def _count_looks(runs: Sequence[Run]) -> None:
    seen = {f"{run.id}/{newest_snapshot(run).step}" for run in runs}
    try:
        count = note_looks(session().owner, seen)
    except CnnLabError:
        return
    st.caption(
        f":material/visibility: You have seen the test results of {count} networks. Choose by validation accuracy; use "
        "the test pictures only for the one you chose."
    )


def show_difference(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Say for each pair whether its difference could be chance, also over several seeds where there are some."""
    found, places = evaluated(runs)
    if len(found) < 2:
        st.caption("Two networks evaluated on the same pictures are needed.")
        return
    shown = [names[i] for i in places]
    st.dataframe(
        {
            "network": shown,
            "correct": [one.correct for one in found],
            "accuracy": [in_percent(one.accuracy) for one in found],
            "95 % interval": [between(*one.interval) for one in found],
        },
        hide_index=True,
        height="content",
        column_config={"accuracy": st.column_config.NumberColumn(format=IN_TABLES)},
    )
    tested = pairs(found)
    st.markdown("  \n".join(f"- {plain(pair_words(pair, shown, found[0].total))}" for pair in tested))
    many = f" Corrected for {len(tested)} pairs (Holm)." if len(tested) > 1 else ""
    st.caption(
        "McNemar's exact test uses only the pictures that exactly one of the two gets right. If both networks were "
        f"equally good, each such picture would be like the toss of a fair coin.{many} The result is about these "
        "trained networks: with other random seeds, the same settings may give another result."
    )
    _show_seeds([runs[i] for i in places], shown)


def _show_seeds(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Compare settings over the seeds with which the visitor has trained them."""
    finished = [
        (own, own.status().validation_accuracy)
        for own in service().store.runs(session().owner)
        if own.status().state == "finished"
    ]
    several = []
    for place, (run, name) in enumerate(zip(runs, names, strict=True)):
        if any(differ_in_seed(run, earlier) for earlier in runs[:place]):
            continue
        accuracies = [share for own, share in finished if share is not None and differ_in_seed(run, own)]
        if len(accuracies) > 1:  # what the grid or the legend says of the seed is not true of all of them
            several.append((SEED.sub("", name) or name, accuracies))
    if len(several) < 2:
        st.caption(
            "With two or more finished runs of each network that differ only in their random seed, their spread is "
            "compared here too. The page Grid trains such runs."
        )
        return
    for first, second in combinations(several, 2):
        st.markdown(f"- Over seeds: {plain(seeds_words((first[0], second[0]), (first[1], second[1])))}")


def show_confusion_difference(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Show which classes the second of two networks predicts more or less often than the first."""
    found, places = evaluated(runs)
    if len(found) < 2:
        st.caption("Two networks evaluated on the same pictures are needed.")
        return
    shown = [names[i] for i in places]
    order = list(range(len(shown)))
    with st.container(horizontal=True):
        first = st.selectbox("From", order, 0, format_func=shown.__getitem__, key="from")
        second = st.selectbox("To", order, 1, format_func=shown.__getitem__, key="to")
    before, after = found[first], found[second]
    table = confusion_difference(before, after)
    reach = float(max(np.abs(table).max(), 1))
    chosen: tuple[int, int] = st.session_state.get(CELL, (3, 3))
    left, right = st.columns([7, 6], gap="medium")
    with left:
        show_matrix(
            table,
            Scale(-reach, reach, signed=True),
            theme(),
            "confusion-difference",
            lambda i, j: st.session_state.__setitem__(CELL, (i, j)),
            rows=CLASSES,
            columns=CLASSES,
            corner="true ↓ predicted →",
            text=lambda i, j: minus(f"{table[i, j]:+d}") if table[i, j] else "",
            title=lambda i, j: (
                f"{CLASSES[i]} classified as {CLASSES[j]}: {before.confusion[i, j]} before, {after.confusion[i, j]} now"
            ),
            chosen=chosen,
        )
        st.caption(
            f"Orange: more often in {plain(shown[second])}; blue: less often. On the diagonal more is better, "
            f"elsewhere less is better. The scale goes from −{reach:.0f} to +{reach:.0f} pictures."
        )
    with right:
        true, said = chosen
        cell = after.labels == true
        new = np.flatnonzero(cell & (after.said == said) & (before.said != said))
        new = new[np.argsort(-after.probabilities[new, said], kind="stable")]
        sure = percent(float(after.probabilities[new, said].mean())) if len(new) else ""
        title = f"{CLASSES[true]} classified as {CLASSES[said]} only by {plain(shown[second])}: {len(new)}"
        show_pictures(
            runs[places[second]],
            after,
            new,
            f"new-{true}-{said}",
            f"{title}, mean confidence {sure}" if sure else title,
        )
