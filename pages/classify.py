"""Bring a picture or take a sample; see what networks get of it, what they say, and how far to trust them."""

import streamlit as st

from cnn.ui import judges, reminds, samples, trust, uploads, widgets
from cnn.ui.run_words import plain
from cnn.ui.session import session


@st.fragment
def bench() -> None:
    """Show the picture, what the networks say of it, and below it what helps to judge that."""
    way = uploads.choose_way()
    upload = None if way == "Sample" else uploads.bring(way)
    sample = samples.choose_sample(first.run) if way == "Sample" else None
    if upload:
        sample = widgets.own_sample(upload.picture)
    if sample is None:
        if way != "Sample":
            st.info("Your picture appears here, with the 32×32 pixels the network gets of it, and ten bars.")
        return
    switches = judges.choose_switches()
    if upload:
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
    trust.show_cards([(one.run, one.card) for one in asked])


st.title("What does it see in your picture?")
asked = judges.choose_judges()
if asked:
    first = asked[0]
    bench()
widgets.data_notice()
