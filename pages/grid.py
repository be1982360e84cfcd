"""How much does a setting matter? Every combination of a few of them, trained as one experiment."""

import streamlit as st

from cnn.web.app import widgets
from cnn.web.app.session import read_link, session
from cnn.web.grid import plan, watch

read_link()
st.title("How much does it matter?")
if problem := session().problem:
    session().problem = ""
    st.error(problem, icon=":material/error:")
left, right = widgets.stacking_columns([5, 7])
with left:
    st.header("A new grid")
    plan.show_plan()
with right:
    experiment = watch.choose_experiment()
    if experiment is None:
        st.header("No experiment yet")
        st.markdown(
            "Press **Train**. A table of all combinations fills up here, run by run. In the end a "
            "sentence says what was found."
        )
    else:
        watch.show_experiment(experiment)
widgets.data_notice()
