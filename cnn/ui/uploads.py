"""A visitor's own pictures: uploaded or from the camera, decoded before anything else is done with them."""

import streamlit as st

from cnn.errors import PictureError
from cnn.images import decode_picture, encode_png
from cnn.picture_files import MAX_BYTES
from cnn.runs.store import Run
from cnn.ui import widgets
from cnn.ui.session import session
from cnn.ui.widgets import Sample

WAYS = ("Upload", "Camera", "Sample")


def choose_picture() -> Sample | None:
    """Let the visitor give a picture in one of three ways; None until there is one."""
    way = st.segmented_control(
        "From",
        list(WAYS),
        default="Sample",
        required=True,
        key="from",
        bind="query-params",
        label_visibility="collapsed",
        width="stretch",
    )
    if way == "Sample":
        return widgets.sample_picker()
    if way == "Camera":
        given = st.camera_input("Take a photo")
    else:
        given = st.file_uploader(
            f"JPEG, PNG or WebP, at most {MAX_BYTES // 2**20} MB",
            type=["jpg", "jpeg", "png", "webp"],
            key="upload",
            max_upload_size=MAX_BYTES // 2**20,
        )
    if given is not None:
        _take(given.getvalue())
    elif session().upload is None:
        st.caption("The picture stays in this server's memory until you leave; it is not stored.")
    return _own_sample()


def _take(data: bytes) -> None:
    try:
        session().upload = decode_picture(data)
    except PictureError as error:
        session().upload = None
        st.error(str(error), icon=":material/broken_image:")


def _own_sample() -> Sample | None:
    picture = session().upload
    if picture is None:
        return None
    st.image(
        encode_png(picture.original),
        alt="Your picture, upright",
        caption=f"{picture.width:,}×{picture.height:,} {picture.format}",
    )
    for note in picture.notes:
        st.caption(note)
    return widgets.own_sample(picture)


def inside_link(run: Run, sample: Sample) -> None:
    """Offer the way to the maps of the same network on the same picture."""
    wanted = {"network": run.id}
    for name in ("class", "number"):
        if value := st.query_params.get(f"sample_{name}"):
            wanted[name] = value
    if sample.true_class is not None:
        wanted["picture"] = "Sample"
    st.page_link(
        "inside.py", label="See its maps on this picture", icon=":material/grid_view:", query_params=wanted
    )
