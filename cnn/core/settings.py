"""Environment variables: where things are on disk, and the limits of a server (docs/classroom.md).

Every variable that the app reads is read and checked here; an error names the variable and what is allowed.
"""

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cnn.core.errors import CnnLabError

INSTALLED = Path(__file__).resolve().parents[1] / "served"
# The folder with app.py, pages/ and models/: the project's, or where pip put them (pyproject.toml, force-include).
PROJECT = INSTALLED if INSTALLED.is_dir() else Path(__file__).resolve().parents[2]
MEGABYTE = 10**6
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\Z", re.IGNORECASE)
ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?", re.IGNORECASE)
POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
LEAST_MEMORY = 2**30  # a worker with TensorFlow and CIFAR-10 in its memory is near this already


@dataclass(frozen=True)
class Settings:
    """The settings of a server; `worker_memory` is in bytes, None stands for a share of the machine's memory.

    `scheduler` is the address of a Dask scheduler, "" for workers of the server's own. `uploads_mb` is the
    memory in MB for the uploaded pictures of all visitors. `frame` are the origins whose pages
    may show the lab in a frame.
    """

    workers: int = 1
    worker_memory: int | None = None
    scheduler: str = ""
    uploads_mb: int = 1000
    frame: tuple[str, ...] = ()


def read_settings() -> Settings:
    """Return the settings of the environment.

    Raises:
        CnnLabError: if a variable is not allowed; the message names it and says what is.
    """
    return Settings(
        whole_number("CNN_LAB_WORKERS", 1, 1, 64),
        size("CNN_LAB_WORKER_MEMORY", None, LEAST_MEMORY),
        scheduler_address(os.environ.get("CNN_LAB_SCHEDULER", "")),
        whole_number("CNN_LAB_UPLOADS_MB", 1000, 10, 1_000_000),
        frame_origins(os.environ.get("CNN_LAB_FRAME", "")),
    )


def unused_text() -> str:
    """Return a sentence about a variable of an earlier version that is set and has no effect; "" if none is."""
    if not os.environ.get("CNN_LAB_FILES"):
        return ""
    return (
        "CNN_LAB_FILES is set but no longer used: server and workers must share one folder, named by CNN_LAB_HOME "
        "(docs/decisions/shared-run-folder.md). Unset CNN_LAB_FILES."
    )


def home_folder() -> Path:
    """Return the folder of runs, rooms and caches: `CNN_LAB_HOME`, by default `~/.cnn-lab`."""
    named = os.environ.get("CNN_LAB_HOME")
    return Path(named).expanduser() if named else Path.home() / ".cnn-lab"


def runs_folder() -> Path:
    """Return the folder that holds one folder per run."""
    return home_folder() / "runs"


def models_folder() -> Path:
    """Return the folder of the pretrained networks."""
    return PROJECT / "models"


def data_folder() -> Path | None:
    """Return the folder that `CNN_LAB_DATA` names for CIFAR-10, None if it is not set."""
    named = os.environ.get("CNN_LAB_DATA")
    return Path(named).expanduser() if named else None


def is_offline() -> bool:
    """Whether `CNN_LAB_OFFLINE` forbids downloads."""
    return os.environ.get("CNN_LAB_OFFLINE", "") not in ("", "0")


def queue_limit() -> int:
    """Return how many runs of one owner may wait: `CNN_LAB_QUEUED`, by default 10.

    Raises:
        CnnLabError: if the variable is not such a number.
    """
    return whole_number("CNN_LAB_QUEUED", 10, 1, 1000)


def owner_limit() -> int:
    """Return the bytes that the runs of one owner may take: `CNN_LAB_OWNER_MB`, by default 2,000 MB.

    Raises:
        CnnLabError: if the variable is not such a number.
    """
    return whole_number("CNN_LAB_OWNER_MB", 2000, 1, 10**9) * MEGABYTE


def server_limit() -> int:
    """Return the bytes that all runs may take: `CNN_LAB_SERVER_MB`, by default 20,000 MB.

    Raises:
        CnnLabError: if the variable is not such a number.
    """
    return whole_number("CNN_LAB_SERVER_MB", 20_000, 1, 10**9) * MEGABYTE


def whole_number(name: str, default: int, least: int, most: int) -> int:
    """Return the whole number that the variable `name` holds.

    Raises:
        CnnLabError: if it is not a whole number, or out of range.
    """
    text = os.environ.get(name, "") or str(default)
    if not (text.isdecimal() and text.isascii() and least <= int(text[:20]) <= most):
        raise CnnLabError(f"{name} is {text!r}; give a whole number from {least} to {most:,}.")
    return int(text)


def size(name: str, default: int | None, least: int) -> int | None:
    """Return the bytes that the variable `name` holds, such as 4GiB, 4GB or 4000000000.

    Raises:
        CnnLabError: if it is not a size, or less than `least` bytes.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    match = SIZE.match(text)
    count = 0.0
    if match:
        number, letter, binary = match.groups()
        count = float(number) * (1024 if binary else 1000) ** POWERS[letter.upper()]
    if not least <= count <= 2**60:
        raise CnnLabError(f"{name} is {text!r}; give a size of at least {least / 2**30:g} GiB, such as 4GiB.")
    return int(count)


def scheduler_address(text: str) -> str:
    """Return the address of a Dask scheduler, checked: anyone who reaches an open one can run programs there.

    >>> scheduler_address("tcp://127.0.0.1:8786"), scheduler_address("tls://lab.example:8786")
    ('tcp://127.0.0.1:8786', 'tls://lab.example:8786')

    Raises:
        CnnLabError: if it is not an address, or `tcp://` to another machine.
    """
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if scheme not in ("tcp", "tls") or not host or not port:
        raise CnnLabError(
            f"CNN_LAB_SCHEDULER is {text!r}; give tcp://127.0.0.1:8786 or tls://HOST:PORT, "
            "the address that dask scheduler prints."
        )
    if scheme == "tcp" and not _is_loopback(host):
        raise CnnLabError(
            f"CNN_LAB_SCHEDULER is {text!r}: outside this machine only tls:// is allowed, because anyone who "
            "reaches a tcp:// scheduler can run programs on its workers; docs/classroom.md says how."
        )
    return text


def frame_origins(text: str) -> tuple[str, ...]:
    """Return the origins whose pages may show the lab in a frame, checked; they go into a header as they are.

    >>> frame_origins("https://moodle.example.edu https://*.school.example:8443")
    ('https://moodle.example.edu', 'https://*.school.example:8443')

    Raises:
        CnnLabError: if one is not an origin.
    """
    origins = tuple(text.split())
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise CnnLabError(
                f"CNN_LAB_FRAME has {origin!r}; give the origins of the pages that may show the lab in a frame, "
                "without a path and with a space between two, such as https://moodle.example.edu."
            )
    return origins


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
