"""The networks that are compared: their ids are in the page's address, which is not trusted."""

from collections.abc import Sequence

import streamlit as st

from cnn.evaluation.compare import MOST, MOST_CURVES, differing, legends, settings_of
from cnn.runs.store import Run
from cnn.web.app.run_text import plain
from cnn.web.app.widgets import run_labels, usable_runs

RUNS = "runs"
LONGEST_LINK = 60 * MOST_CURVES


def choose_runs() -> list[Run]:
    """Let the visitor choose up to a hundred networks; say which of a link are not here."""
    known = {run.id: run for run in usable_runs()}
    asked = list(dict.fromkeys(filter(None, st.query_params.get(RUNS, "")[:LONGEST_LINK].split(","))))
    here = [name for name in asked if name in known][:MOST_CURVES]
    if st.session_state.get("compare-read") != asked or "compared" not in st.session_state:
        st.session_state["compare-read"] = asked
        st.session_state["compared"] = here

    def chosen() -> None:
        names = st.session_state["compared"]
        st.session_state["compare-read"] = list(names)
        if names:
            st.query_params[RUNS] = ",".join(names)
        else:
            st.query_params.pop(RUNS, None)

    many = len(st.session_state["compared"]) > MOST  # whose names would fill the page
    box = st.expander(f"{len(st.session_state['compared'])} networks") if many else st.container()
    picked = box.multiselect(
        f"Networks, two to {MOST}; only curves and cost of up to {MOST_CURVES}",
        list(known),
        format_func=run_labels(known.values()).__getitem__,
        key="compared",
        max_selections=MOST_CURVES,
        on_change=chosen,
    )
    if gone := len(asked) - len(here):
        what = "1 network" if gone == 1 else f"{gone} networks"
        st.warning(
            f"{what} of this link cannot be shown: deleted, somebody else's, or more than {MOST_CURVES}. "
            "The others are compared.",
            icon=":material/link_off:",
        )
    return [known[name] for name in picked if name in known]


def suggest(chosen: Sequence[Run]) -> None:
    """Offer, as one press, to compare two networks: the chosen one, or the newest, with the next in the list."""
    others = [run for run in usable_runs() if run.id not in {one.id for one in chosen}]
    pair = [*chosen, *others][:2]
    if len(pair) < 2:
        return

    def compare() -> None:
        st.session_state["compared"] = st.session_state["compare-read"] = [run.id for run in pair]
        st.query_params[RUNS] = ",".join(run.id for run in pair)

    first, second = (plain(run.name or run.id) for run in pair)
    label = f"Compare {first} with {second}"
    st.button(label, type="primary", icon=":material/compare:", on_click=compare)


def names_of(runs: Sequence[Run]) -> list[str]:
    """Return a legend for each run that says only what differs, or its name."""
    rows = differing([settings_of(run) for run in runs])
    names = [run.name or run.id for run in runs]
    if len(rows) == 1 and "seed" in rows and len(set(names)) == len(names):
        rows = {}
    return legends(names, rows)
