"""A visitor's own pictures: uploaded, pasted, or from the camera; decoded away from this process first."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnn.core.errors import PictureError
from cnn.images.file_checks import MAX_BYTES
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.thumbnails import Tag, show_thumbnails
from cnn.web.app.upload_store import MOST, Tray, Upload, tidy_name
from cnn.web.classify.crop import KEY as CROP
from cnn.web.classify.crop import show_crop
from cnn.web.classify.paste import show_paste

MOST_PROBLEMS = 5  # that are shown one by one
WAYS = ("Upload", "Camera", "Sample")
PRIVATE = (
    "Your pictures stay in this server's memory while you are here. They are never written to disk, and no link "
    "contains them."
)


NO_CAMERA = (
    "A browser allows the camera only on pages served by https or from the same machine. This page came by http "
    "from another machine. Use *Upload* instead: a phone offers its camera there. Whoever runs this server can "
    "serve https with `make run CERT=… KEY=…`; see docs/classroom.md."
)


def camera_allowed(url: str) -> bool:
    """Say whether a browser offers the camera to a page of that address; W3C, Secure Contexts, section 3.1.

    >>> camera_allowed("http://192.168.1.5:8501/classify"), camera_allowed("http://localhost:8501/classify")
    (False, True)
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def choose_way() -> str:
    """Let the visitor choose where pictures come from; the choice is in the page's address."""
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
    return str(way)


def bring(way: str) -> Upload | None:
    """Let the visitor upload pictures and choose one; None until there is one."""
    tray = session().tray
    _show_intake(way, tray)
    with st.container():  # always present: otherwise the elements below it would be recreated
        _show_problems(tray.problems)
        if len(tray.uploads) > 1 or (tray.uploads and tray.current is None):
            _show_tray(tray)
    return tray.current


def _show_problems(problems: list[str]) -> None:
    for problem in problems[:MOST_PROBLEMS]:
        st.error(problem, icon=":material/broken_image:")
    if more := len(problems[MOST_PROBLEMS:]):
        st.error(f"{more:,} more could not be used either.", icon=":material/broken_image:")


def show_square(upload: Upload) -> None:
    """Show a visitor's picture with the square that the network gets, which can be moved and sized."""
    tray, picture = session().tray, upload.picture
    if CROP not in st.session_state or tray.shown != upload.key:  # the browser does not know yet where it is
        tray.place(picture.crop)
        tray.shown = upload.key
    show_crop(upload, tray.placed, tray.crop)
    left, top, side = picture.crop_as_came
    facts = (
        f"{picture.width:,}×{picture.height:,} {picture.format}. The square: {side:,}×{side:,} from column "
        f"{left:,}, row {top:,}."
    )
    st.caption(" ".join([facts, *(f"{note}." for note in picture.notes)]))
    with st.container(horizontal=True):
        st.button(
            "Centre",
            icon=":material/filter_center_focus:",
            on_click=_to_middle,
            args=(tray, upload),
            help="The largest square at the centre",
        )
        st.button("Remove", icon=":material/delete:", on_click=tray.remove, args=(upload.key,))


def _to_middle(tray: Tray, upload: Upload) -> None:
    height, width = upload.picture.original.shape[:2]
    side = min(width, height)
    tray.crop(upload.key, (width - side) // 2, (height - side) // 2, side)
    if tray.current:
        tray.place(tray.current.picture.crop)


def _show_intake(way: str, tray: Tray) -> None:
    tray.forget_widgets()
    key = f"{way.lower()}-{tray.token}-{tray.widgets}"
    if key not in st.session_state:  # the widget was away, and comes back empty
        tray.taken.clear()
    taken: dict[str, Any] = {"key": key, "on_change": lambda: _take_files(key, tray)}
    if way == "Camera" and not camera_allowed(st.context.url or ""):
        st.info(NO_CAMERA, icon=":material/no_photography:")
    elif way == "Camera":
        st.camera_input("Take a photo", **taken)
    else:
        megabytes = MAX_BYTES // 2**20
        st.file_uploader(
            f"JPEG, PNG or WebP, at most {megabytes} MB each and {MOST} at once",
            type=None,  # by its content, whatever it is called: .jfif, .jpe, no ending at all
            accept_multiple_files=True,
            max_upload_size=megabytes,
            **taken,
        )
    show_paste(lambda data: _take_pasted(data, tray), tray.refuse, tray.token, len(tray.uploads))
    st.caption(PRIVATE)


def _take_pasted(data: bytes, tray: Tray) -> None:
    tray.problems = []
    _take(data, "pasted", tray)


def _take_files(key: str, tray: Tray) -> None:
    """Take new files, and drop those that were removed.

    Several may come one after the other. A photo of the camera stays when the next one is to be taken.
    """
    given = st.session_state[key]
    files = given if isinstance(given, list) else [given] if given else []
    gone = tray.taken.keys() - {file.file_id for file in files} if isinstance(given, list) else set()
    for file_id in gone:
        tray.remove(tray.taken.pop(file_id))
    new = [file for file in files if isinstance(file, UploadedFile) and file.file_id not in tray.taken]
    if new or gone:
        tray.problems = []
    for file in new:
        tray.take(file.file_id, _take(file.getvalue(), file.name, tray))
        _let_go(file)


def _let_go(file: UploadedFile) -> None:
    """Have Streamlit drop an uploaded file, which it would otherwise keep for as long as the visitor stays."""
    context = get_script_run_ctx()
    remove = getattr(context and context.uploaded_file_mgr, "remove_file", None)
    if context and remove:
        remove(session_id=context.session_id, file_id=file.file_id)


def _take(data: bytes, name: str, tray: Tray) -> str:
    """Decode a file, keep the picture and return its key; what cannot be used leaves a sentence and ""."""
    try:
        tray.require_place()
        return tray.add(service().decoders.decode(data), name).key
    except PictureError as error:
        tray.problems.append(f"{plain(tidy_name(name))}: {error}")
        return ""


def _show_tray(tray: Tray) -> None:
    keys = [upload.key for upload in tray.uploads]

    def choose(place: int) -> None:
        tray.chosen, tray.problems = keys[place], []

    show_thumbnails(
        np.stack([upload.picture.pixels for upload in tray.uploads]),
        [Tag(upload.name) for upload in tray.uploads],
        keys.index(tray.chosen) if tray.chosen in keys else None,
        "tray",
        choose,
        lambda place: tray.remove(keys[place]),
    )
