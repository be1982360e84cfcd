"""Bring a picture or take a sample; see what networks get of it, what they say, and how far to trust them."""

import streamlit as st

from cnn.ui import judges, reminds, samples, trust, uploads, widgets
from cnn.ui.judges import Switches
from cnn.ui.run_words import plain
from cnn.ui.session import session


@st.fragment
def bench() -> None:
    """Let the visitor bring a picture; show what the networks say of it, and how far to trust them."""
    way = uploads.choose_way()
    upload = None if way == "Sample" else uploads.bring(way)
    if upload:
        look(judges.choose_switches(), key=upload.key)
    elif way != "Sample":
        st.info("Your picture appears here, with the 32×32 pixels the network gets of it, and ten bars.")
        return
    elif sample := samples.choose_sample(first.run):
        look(judges.choose_switches(), sample=sample)
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
            judges.show_opinions(asked, sample, switches)
    else:
        judges.show_opinions(asked, sample, switches)
    judges.ways_on(asked, sample)
    if upload:
        trust.show_loss(upload.picture)
    whose = "the network" if len(asked) == 1 else plain(first.name)
    if st.toggle(f"What does it remind {whose} of?", key="reminds"):
        reminds.show_reminds(first.run, sample.pixels)
    if upload and len(session().tray.uploads) > 1:
        judges.show_several(first, session().tray.uploads, switches.averaged)


st.title("What does it see in your picture?")
asked = judges.choose_judges()
if asked:
    first = asked[0]
    bench()
widgets.data_notice()
