"""The frame of every page, and the way between pages."""

import streamlit as st

from cnn import paths
from cnn.ui import address
from cnn.ui.lesson import LESSONS


def show() -> None:
    """Show the page that the address names, in its frame."""
    st.set_page_config(page_title="CNN Lab", page_icon=paths.PROJECT / "cnn/ui/icon.png", layout="wide")

    lessons = [st.Page("learn.py", title="All lessons", icon=":material/school:")]
    lessons += [st.Page(item.page, title=item.title, icon=f":material/{item.icon}:") for item in LESSONS]
    page = st.navigation(
        {
            "": [
                st.Page("home.py", title="Home", icon=":material/home:", default=True),
                st.Page("build.py", title="Build", icon=":material/dashboard_customize:"),
                st.Page("train.py", title="Train", icon=":material/model_training:"),
                st.Page("inside.py", title="Inside", icon=":material/grid_view:"),
                st.Page("classify.py", title="Classify", icon=":material/image_search:"),
            ],
            "Learn": lessons,
        },
        position="top",
    )
    address.enter(page.url_path)
    page.run()
