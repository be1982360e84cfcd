"""Download a network in any format, or upload one."""

import streamlit as st

from cnn.web.app import widgets
from cnn.web.take_home.downloads import show_downloads
from cnn.web.take_home.incoming import show_bring_in

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Take it home", width="content")
    run = widgets.network_picker()
show_downloads(run)
st.header("Upload a network", anchor=False)
show_bring_in()
