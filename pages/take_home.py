"""Take a network home in any form, or bring one in."""

import streamlit as st

from cnn.web.app import widgets
from cnn.web.take_home.downloads import show_downloads
from cnn.web.take_home.incoming import show_bring_in

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Take it home", width="content")
    run = widgets.network_picker()
show_downloads(run)
st.header("Bring one in", anchor=False)
show_bring_in()
