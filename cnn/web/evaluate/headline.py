"""The accuracy, how uncertain it is, and what choosing by test results costs."""

import streamlit as st

from cnn.core.errors import RunError
from cnn.core.shares import between, percent, points
from cnn.evaluation import duplicates
from cnn.evaluation.evaluations import Evaluation
from cnn.evaluation.looks import cost_words, looks, note_looks, tested
from cnn.evaluation.metrics import top_k, wilson
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.app.session import session


def show_headline(run: Run, shown: Evaluation) -> None:
    """Show the accuracy with its interval in words, and the top-2 and top-3 accuracy."""
    low, high = shown.interval
    figures = st.container(horizontal=True)
    for title, value in (
        ("Accuracy", percent(shown.accuracy)),
        ("95 % interval", between(low, high)),
        ("Top-2 accuracy", percent(top_k(shown.scores, shown.labels, 2) / shown.total)),
        ("Top-3 accuracy", percent(top_k(shown.scores, shown.labels, 3) / shown.total)),
    ):
        figures.metric(title, value, width="content")
    st.markdown(
        f"{plain(run.name or run.id)} classifies **{shown.correct:,} of {shown.total:,} {shown.part} pictures** "
        f"correctly ({plain(shown.source)}). Other pictures of the same kind would give a slightly different count. "
        "Of 100 intervals computed like this one (Wilson), about 95 contain the true accuracy. A difference smaller "
        f"than about {points(high - low)} points can be chance."
    )
    _show_training_count(run, shown)
    if shown.part == "validation":
        st.caption(
            "Validation pictures: 5,000 pictures of the training set that no network here is trained on. "
            "Evaluate on them as often as you like, and choose between networks by them. Use the test "
            "pictures only for the one you chose."
        )


def _show_training_count(run: Run, shown: Evaluation) -> None:
    """Say where training, which may compute in another precision, counted a different number."""
    status = run.status()
    counted = status.test_accuracy if shown.part == "test" else status.validation_accuracy
    if counted is None or status.state != "finished" or round(counted * shown.total) == shown.correct:
        return
    st.caption(
        f"At the end of training the network got {round(counted * shown.total):,} of them right, in "
        f"{plain(status.precision or 'its own')} precision ({plain(status.source)}). Here it computes in float32, "
        f"as on Inside and Classify, and gets {shown.correct:,} right."
    )


def show_looks(run: Run, snapshot: Snapshot, shown: Evaluation) -> None:
    """Count this evaluation on the test pictures, and say what choosing by them costs."""
    if shown.part != "test":
        return
    owner = session().owner
    seen = {f"{run.id}/{snapshot.step}"}
    seen |= tested(own for own in service().store.runs(owner) if own.owner == owner)
    try:
        count = note_looks(owner, seen)
    except RunError:
        count = len(looks(owner) | seen)
    st.caption(f":material/visibility: {cost_words(count, shown.accuracy, shown.total)}")


def show_doubles_line(shown: Evaluation) -> None:
    """Say how much of the accuracy comes from test pictures that are also in the training set."""
    found = duplicates.of_test(shown)
    if found is None or not len(found.test):
        return
    twice = shown.said[found.test] == shown.labels[found.test]
    right, rest = int(twice.sum()), shown.total - len(twice)
    without = (shown.correct - right) / rest
    low, high = wilson(shown.correct - right, rest)
    st.caption(
        f":material/file_copy: **{len(twice):,} of the {shown.total:,} test pictures are also in the training set**, "
        f"nearly the same. Of these it classifies {percent(right / len(twice))} correctly. Without them its "
        f"accuracy is {percent(without)} ({between(low, high)}) instead of {percent(shown.accuracy)}."
    )
