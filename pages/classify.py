"""Upload a picture or choose a sample; see what networks get, what they answer, and how far to trust them."""

import streamlit as st

from cnn.web.app import widgets
from cnn.web.app.run_text import plain
from cnn.web.app.session import session
from cnn.web.classify import compared_models, nearest_neighbours, samples, trust, uploads
from cnn.web.classify.compared_models import Switches


@st.fragment
def bench() -> None:
    """Let the visitor choose a picture; show the networks' answers, and how far to trust them."""
    way = uploads.choose_way()
    upload = None if way == "Sample" else uploads.bring(way)
    if upload:
        look(compared_models.choose_switches(), key=upload.key)
    elif way != "Sample":
        st.info(
            "Your picture will appear here, with the 32×32 pixels that the network gets and a bar for each class."
        )
        return
    elif sample := samples.choose_sample(first.run):
        look(compared_models.choose_switches(), sample=sample)
    else:
        return
    trust.show_cards([(one.run, one.card) for one in asked])


@st.fragment
def look(switches: Switches, sample: widgets.Sample | None = None, key: str = "") -> None:
    """Show a sample, or the upload `key`, with what depends on its pixels; a moved square runs only this."""
    upload = None
    if sample is None:
        upload = session().tray.current
        if upload is None or upload.key != key:
            st.rerun()  # it was removed
        sample = widgets.own_sample(upload.picture)
        photo, answer = st.columns([4, 7], gap="medium")
        with photo:
            uploads.show_square(upload)
        with answer:
            compared_models.show_opinions(asked, sample, switches)
    else:
        compared_models.show_opinions(asked, sample, switches)
    compared_models.ways_on(asked, sample)
    if upload:
        trust.show_loss(upload.picture)
    whose = "the network" if len(asked) == 1 else plain(first.name)
    if st.toggle(f"Training pictures that {whose} finds similar", key="reminds"):
        nearest_neighbours.show_nearest_neighbours(first.run, sample.pixels)
    if upload and len(session().tray.uploads) > 1:
        compared_models.show_several(first, session().tray.uploads, switches.averaged)


st.title("What does it see in your picture?")
asked = compared_models.choose_models()
if asked:
    first = asked[0]
    bench()
widgets.data_notice()
