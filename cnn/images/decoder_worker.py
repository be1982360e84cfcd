"""What a child of `cnn.images.decoder_pool` does: decode what comes by standard input, with next to no rights.

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

MARGIN = 2  # seconds after which a child ends by itself what its parent should have ended


def serve(seconds: float, memory: int) -> None:
    """Decode files until standard input ends, which it does as soon as the parent is gone.

    Args:
        seconds: how long one picture may take.
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
    """Return the header, JSON, and the pixels for a file."""
    try:
        picture = decode_picture(data)
    except PictureError as error:
        return to_json({"refused": str(error)}).encode(), b""
    header = {"size": (picture.width, picture.height), "notes": picture.notes}
    return to_json(header).encode(), picture.original.tobytes()


def _import_readers() -> None:
    """Have Pillow import its readers, as it does at their first use: later no file can be opened."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in FORMATS:
        file = io.BytesIO()
        Image.new("RGB", (1, 1)).save(file, kind, icc_profile=profile)
        decode_picture(file.getvalue())


def _limit(memory: int) -> None:
    """Take from this process what decoding does not need; where a system lacks a limit, it goes without."""
    import resource

    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stderr.fileno())  # a file shall write nothing into the server's log
    os.close(nothing)
    limits = {
        "RLIMIT_DATA": memory,
        "RLIMIT_NOFILE": 0,  # no file and no connection can be opened any more
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
    for name, most in limits.items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))


def _set_alarm(seconds: int) -> None:
    """Have the system end this process after `seconds`, in case its parent is no longer there to do it."""
    import resource

    signal.alarm(seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    serve(float(sys.argv[1]), int(sys.argv[2]))
