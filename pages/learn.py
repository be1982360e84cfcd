"""The lessons at a glance, and how far this browser is."""

import streamlit as st

from cnn.web.learn import lesson

st.title("Learn by doing")
st.markdown(
    "Six lessons of five minutes. Each starts with a question, and every number is computed from what "
    "you set."
)
done = lesson.progress()
columns = st.columns(3)
for place, item in enumerate(lesson.LESSONS):
    with columns[place % 3].container(border=True, height="stretch"):
        st.markdown(f"## :material/{item.icon}: {place + 1}. {item.title}")
        st.markdown(item.question)
        count = min(done.count(item.key), item.checks)
        st.progress(count / item.checks, f"{count} of {item.checks} checks")
        st.page_link(item.page, label="Open", icon=":material/arrow_forward:")
if done.done:
    st.button("Reset my progress", icon=":material/restart_alt:", on_click=lesson.reset_progress)
