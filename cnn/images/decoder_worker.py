"""The child process of `cnn.images.decoder_pool`: decodes files from standard input with minimal rights.

python -m cnn.images.decoder_worker SECONDS MEMORY
"""

import io
import math
import os
import signal
import struct
import sys
from contextlib import suppress

from PIL import Image, ImageCms

from cnn.core.errors import PictureError
from cnn.core.numbers import to_json
from cnn.images.file_checks import FORMATS
from cnn.images.image import decode_picture

MARGIN = 2  # seconds beyond the time limit after which a child ends itself if its parent has not


def serve(seconds: float, memory: int) -> None:
    """Decode files until standard input ends, which happens at the latest when the parent dies.

    Args:
        seconds: time limit for one picture.
        memory: bytes that this process may allocate.
    """
    _import_readers()
    _limit(memory)
    reader, writer = sys.stdin.buffer, sys.stdout.buffer
    writer.write(b"!")  # ready
    writer.flush()
    while length := reader.read(4):
        data = reader.read(*struct.unpack(">I", length))
        _set_alarm(math.ceil(seconds) + MARGIN)
        header, pixels = answer(data)
        writer.write(struct.pack(">I", len(header)) + header + pixels)
        writer.flush()
        signal.alarm(0)


def answer(data: bytes) -> tuple[bytes, bytes]:
    """Return the header (JSON) and the pixels for a file."""
    try:
        picture = decode_picture(data)
    except PictureError as error:
        return to_json({"refused": str(error)}).encode(), b""
    header = {"size": (picture.width, picture.height), "notes": picture.notes}
    return to_json(header).encode(), picture.original.tobytes()


def _import_readers() -> None:
    """Import Pillow's readers now: Pillow does so on first use, when no file can be opened any more."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in FORMATS:
        file = io.BytesIO()
        Image.new("RGB", (1, 1)).save(file, kind, icc_profile=profile)
        decode_picture(file.getvalue())


def _limit(memory: int) -> None:
    """Restrict this process to what decoding needs; limits that the system lacks are skipped."""
    import resource

    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stderr.fileno())  # a file must not write into the server's log
    os.close(nothing)
    limits = {
        "RLIMIT_DATA": memory,
        "RLIMIT_NOFILE": 0,  # no file or socket can be opened any more
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
    for name, most in limits.items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))


def _set_alarm(seconds: int) -> None:
    """Let the system end this process after `seconds`, in case its parent no longer exists."""
    import resource

    signal.alarm(seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    serve(float(sys.argv[1]), int(sys.argv[2]))
