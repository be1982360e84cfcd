"""Two to eight networks side by side: what differs, and whether it matters."""

import streamlit as st

from cnn.evaluation.compare import MOST
from cnn.web.app import widgets
from cnn.web.compare import choice, difference, panels

VIEWS = ("Curves", "Settings", "Is it real?", "Confusion", "Same picture", "Cost")
VIEWS_OF_MANY = ("Curves", "Cost")


@st.fragment
def compare() -> None:
    """Show one view of the chosen networks."""
    if len(runs) > MOST:
        view = st.segmented_control(
            "View", VIEWS_OF_MANY, default=VIEWS[0], required=True, key="view-of-many"
        )
    else:
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params"
        )
    match view:
        case "Settings":
            panels.show_settings(runs, names)
        case "Is it real?":
            difference.show_difference(runs, names)
        case "Confusion":
            difference.show_confusion_difference(runs, names)
        case "Same picture":
            panels.show_picture(runs, names)
        case "Cost":
            panels.show_cost(runs, names)
        case _:
            panels.show_curves(runs, names)


st.title("Compare")
runs = choice.choose_runs()
if len(runs) < 2:
    st.markdown("Choose two or more networks. Which is better, by how much, and what makes the difference?")
    choice.suggest(runs)
else:
    names = choice.names_of(runs)
    compare()
widgets.data_notice()
