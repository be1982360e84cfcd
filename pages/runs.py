"""All networks in one table: the visitor's own runs and the pretrained networks."""

import streamlit as st

from cnn.web.app.deletion import show_deleted
from cnn.web.runs import actions, table


@st.fragment
def runs() -> None:
    """Show the table, what can be done with the selected rows, and what was deleted last."""
    found = table.rows()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search", placeholder="name, note, tag, state, data", key="q", bind="query-params", max_chars=200
        )
        known = sorted({tag for row in found for tag in row.tags})
        tags = st.multiselect("Tags", known, key="runs-tags", width=320)
    shown = table.matching(found, text or "", tags)
    actions.show_problem()
    show_deleted()
    if not shown:
        st.info("No run matches. Try fewer words.", icon=":material/search_off:")
        return
    chosen = table.show_table(shown)
    actions.show_ways(chosen)
    actions.show_changes(chosen)
    own = sum(not row.shipped for row in found)
    if not own and st.button("Train your first network", type="primary", icon=":material/play_arrow:"):
        st.switch_page("train.py")
    st.caption(
        f"{len(shown):,} of {len(found):,} shown; {own:,} are your own, {len(found) - own} are pretrained. "
        "Click a column head to sort. Choose between runs by validation accuracy; use the test pictures only "
        "for the one you chose."
    )


st.title("Runs")
runs()
