"""The pictures that a visitor brought: in this server's memory only, bounded for each visitor and for all."""

import io
import secrets
import threading
import time
import weakref
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnn.core.errors import PictureError
from cnn.core.settings import read_settings
from cnn.images.image import Picture

MOST = 12  # pictures a visitor has at once
MAX_NAME = 40
FORGET_SECONDS = 30.0
QUALITY = 90  # of the JPEG that the browser gets


@dataclass(frozen=True, eq=False)
class Upload:
    """One picture: `key` names it in this session, `preview` is a newly encoded copy for the browser."""

    key: str
    name: str
    picture: Picture
    preview: bytes

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        return self.picture.original.nbytes + len(self.preview)


@dataclass
class Tray:
    """The pictures of one visitor, the oldest first, and which one is looked at.

    `problems` are sentences on what came last and could not be taken. `taken` are the ids of the files that
    were taken from the widgets, the last at `taken_at`, and `widgets` counts how often these were recreated.
    `token` is in the names of the widgets: a page that was open while the server was restarted would show its
    old ones again, with files that nobody has any more.
    `shown` is the key of the picture whose square the browser shows, and `placed` is how often Python moved
    that square by itself, and where.
    """

    uploads: list[Upload] = field(default_factory=list)
    chosen: str = ""
    problems: list[str] = field(default_factory=list)
    widgets: int = 0
    token: str = field(default_factory=lambda: secrets.token_hex(4))
    taken: dict[str, str] = field(default_factory=dict)
    taken_at: float = 0.0
    shown: str = ""
    placed: tuple[int, tuple[int, int, int]] = (0, (0, 0, 0))

    @property
    def current(self) -> Upload | None:
        """The picture that is looked at."""
        return next((upload for upload in self.uploads if upload.key == self.chosen), None)

    def add(self, picture: Picture, name: str) -> Upload:
        """Take a picture and look at it.

        Raises:
            PictureError: when the visitor has too many, or the server.
        """
        self.require_place()
        upload = Upload(secrets.token_hex(4), tidy_name(name), picture, _preview(picture.original))
        room().take(upload)
        self.uploads.append(upload)
        self.chosen = upload.key
        return upload

    def require_place(self) -> None:
        """Hold that the visitor may have one more picture.

        Raises:
            PictureError: if not.
        """
        if len(self.uploads) >= MOST:
            raise PictureError(
                f"You have {len(self.uploads)} pictures here, and at most {MOST} are allowed: remove one "
                "and try again."
            )

    def refuse(self, problem: str) -> None:
        """Have one sentence shown on what came last."""
        self.problems = [problem]

    def remove(self, key: str) -> None:
        """Let a picture go; the one before it, or after it, is looked at instead."""
        place = next((i for i, upload in enumerate(self.uploads) if upload.key == key), None)
        if place is None:
            return
        del self.uploads[place]
        if self.chosen == key:
            left = self.uploads[max(place - 1, 0) : place + 1]
            self.chosen = left[0].key if left else ""

    def crop(self, key: str, left: int, top: int, side: int) -> None:
        """Move and size the square of a picture, in pixels of what is shown of it."""
        for place, upload in enumerate(self.uploads):
            if upload.key == key:
                self.uploads[place] = replace(upload, picture=upload.picture.with_crop(left, top, side))

    def take(self, file_id: str, key: str) -> None:
        """Remember that a file of the widgets was taken, and the key of its picture, if there is one."""
        self.taken[file_id] = key
        self.taken_at = time.monotonic()

    def forget_widgets(self) -> None:
        """Recreate the widgets, empty, some time after an upload: more files may be coming."""
        if self.taken and time.monotonic() - self.taken_at > FORGET_SECONDS:
            self.taken.clear()
            self.widgets += 1

    def place(self, crop: tuple[int, int, int]) -> None:
        """Have the browser put its square where `crop` says: left, top and side."""
        self.placed = (self.placed[0] + 1, crop)


class Room:
    """Counts the bytes of all visitors' pictures; those of a session that has ended are free again."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self._lock = threading.RLock()  # a picture may be freed, and released, while one is taken

    def take(self, upload: Upload) -> None:
        """Count a picture for as long as its pixels are in memory.

        Raises:
            PictureError: where that would be too much.
        """
        size = upload.bytes
        with self._lock:
            if self.held + size > self.limit:
                raise PictureError(
                    f"This server holds {self.held / 1e6:,.0f} MB of pictures, and at most "
                    f"{self.limit / 1e6:,.0f} MB are allowed: try again when others have left."
                )
            self.held += size
        weakref.finalize(upload.picture.original, self._release, size)

    def _release(self, size: int) -> None:
        with self._lock:
            self.held -= size


@st.cache_resource(show_spinner=False)
def room() -> Room:
    """Return what all sessions of this server share."""
    return Room(read_settings().uploads_mb * 10**6)


def tidy_name(name: str) -> str:
    """Return a file's name as it may be shown: without its folder, one line of printable characters.

    >>> tidy_name("C:/photos/my\\ncat.jpg"), tidy_name("")
    ('my cat.jpg', 'picture')
    """
    last = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    return "".join(letter for letter in last if letter.isprintable())[:MAX_NAME].strip() or "picture"


def _preview(rgb: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
