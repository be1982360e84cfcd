"""The lessons at a glance, and how far this browser is."""

import streamlit as st

from cnn.web.app import widgets
from cnn.web.learn import lesson

st.title("Learn by doing")
st.markdown(
    "Six lessons of five minutes. Each starts with a question, and every number is computed from what "
    "you set."
)
done = lesson.progress()
columns = widgets.columns_in_rows(len(lesson.LESSONS), 3)
for place, (column, item) in enumerate(zip(columns, lesson.LESSONS, strict=True)):
    with column.container(border=True, height="stretch"):
        st.markdown(f"## :material/{item.icon}: {place + 1}. {item.title}")
        st.markdown(item.question)
        count = min(done.count(item.key), item.checks)
        st.progress(count / item.checks, f"{count} of {item.checks} checks")
        st.page_link(item.page, label="Open", icon=":material/arrow_forward:")
if done.done:
    st.button("Reset my progress", icon=":material/restart_alt:", on_click=lesson.reset_progress)
