"""How good a network is: on which pictures, by how much, where it fails, and how far to trust it."""

import streamlit as st

from cnn.core.errors import CnnLabError
from cnn.evaluation.evaluations import missing_parts, newest_snapshot
from cnn.web.app import widgets
from cnn.web.app.answers import show_waiting
from cnn.web.app.evaluations import PART_TITLES, ask_evaluation, kept_evaluation
from cnn.web.app.view import epoch_words
from cnn.web.evaluate import confidence, doubles, failures, headline

VIEWS = ("Confusion", "Classes", "Worst", "Confidence", "In both sets")


@st.fragment
def evaluate() -> None:
    """Let the visitor choose the pictures, evaluate once, and show what follows from it."""
    parts = {title: part for part, title in PART_TITLES.items()}
    title = st.segmented_control(
        "On which pictures",
        list(parts),
        default="Test pictures",
        required=True,
        key="on",
        bind="query-params",
    )
    part, dataset = parts[title or "Test pictures"], widgets.dataset_name()
    try:
        snapshot = newest_snapshot(run)
        wanted = f"evaluate/{run.id}/{snapshot.step}/{part}"
        needed = tuple(dict.fromkeys(("validation", part)))
        if missing_parts(run, snapshot, dataset, needed):
            if not st.session_state.get(wanted):
                _offer(part, wanted)
                return
            asked = ask_evaluation(run, snapshot, dataset, needed)
            if asked:
                show_waiting([asked], "evaluate")
                return
        shown = kept_evaluation(run, dataset, part)
        validation = kept_evaluation(run, dataset, "validation")
    except CnnLabError as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    if shown is None or validation is None:
        st.error("The evaluation could not be saved. Free some space on the disk.", icon=":material/save:")
        return
    headline.show_headline(run, shown)
    headline.show_looks(run, snapshot, shown)
    if part == "test":
        headline.show_doubles_line(shown)
    view = st.segmented_control(
        "Show", VIEWS, default="Confusion", required=True, key="show", bind="query-params"
    )
    match view:
        case "Classes":
            failures.show_classes(shown)
        case "Worst":
            failures.show_worst(run, shown)
        case "Confidence":
            confidence.show_confidence(shown, validation)
        case "In both sets":
            doubles.show_doubles(run, shown)
        case _:
            failures.show_confusion(run, shown)
    st.caption(
        f"Evaluated {epoch_words(run, snapshot)}. Everything on this page is computed from the stored scores."
    )


def _offer(part: str, wanted: str) -> None:
    st.markdown(
        "The network classifies every validation picture. This takes some seconds; the result is saved "
        "with the network."
        if part == "validation"
        else "The network classifies every test picture, and every validation picture to calibrate its "
        "confidence. This takes some seconds; the result is saved with the network. Each evaluation on the "
        "test pictures is counted."
    )
    st.button(
        f"Evaluate on the {part} pictures",
        type="primary",
        icon=":material/fact_check:",
        on_click=st.session_state.__setitem__,
        args=(wanted, True),
    )


with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("How good is it?", width="content")
    run = widgets.network_picker()
widgets.run_note(run)
evaluate()
widgets.data_notice()
