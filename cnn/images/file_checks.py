"""A walk through the bytes of a picture file: its kind and size, and the parts that may be decoded.

Text, colour profiles, animation and EXIF directories (the places for bombs and odd warnings) are left out of
what is passed on.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from cnn.core.errors import PictureError

MAX_BYTES = 5 * 1024 * 1024  # 5 MB
MAX_SCANS = 32  # of a progressive JPEG: each costs a pass over the whole picture; usual are 10
FORMATS = ("JPEG", "PNG", "WEBP")

# What a file looks like by its first bytes, for the sentence that refuses it.
OTHER_KINDS = {
    r"GIF8[79]a": "a GIF file",
    r"II[*+]\0|MM\0[*+]": "a TIFF file",
    r"BM.{4}\0{4}": "a BMP file",
    r".{4}ftypavi[fs]": "an AVIF file",
    r".{4}ftyp(hei|hev|mif|msf)": "a HEIC file",
    r".{4}ftyp": "a video",
    r"%PDF": "a PDF file",
    r"%!PS|\xc5\xd0\xd3\xc6": "an EPS or PostScript file",
    r"PK(\x03\x04|\x05\x06)": "a ZIP file",
    r"8BPS": "a Photoshop file",
    r"\0{3}\x0cJXL |\xff\x0a": "a JPEG XL file",
    r"(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg).*<svg|(\xef\xbb\xbf)?\s*<svg": "an SVG drawing",
    r"(\xef\xbb\xbf)?\s*<(!DOCTYPE )?html": "an HTML page",
}


class PictureFile(NamedTuple):
    """What the walk through a file found, and the bytes that may be decoded."""

    format: str
    size: tuple[int, int]  # (width, height), not yet upright
    body: bytes
    exif: bytes = b""
    frames: int = 1
    bits: int = 8  # a channel
    transparent: int | tuple[int, ...] | None = None  # the one grey or colour, 8-bit, that is not drawn


def check_kind(data: bytes) -> str:
    """Return which of `FORMATS` the file is, by its content.

    Raises PictureError, with one sentence to show, if it is empty, too large, or none of them.
    """
    if not data:
        raise PictureError("The file is empty (0 bytes); choose a JPEG, PNG or WebP picture.")
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} (5 MB) are allowed: "
            "make the picture smaller, or save it as a JPEG, and try again."
        )
    for kind, magic in zip(FORMATS, (rb"\xff\xd8\xff", rb"\x89PNG\r\n\x1a\n", rb"RIFF.{4}WEBP"), strict=True):
        if re.match(magic, data, re.DOTALL):
            return kind
    raise PictureError(
        f"This is {_looks_like(data[:1024])}; JPEG, PNG and WebP pictures can be used: "
        "save it as one of these and try again."
    )


def _looks_like(start: bytes) -> str:
    for magic, kind in OTHER_KINDS.items():
        if re.match(magic.encode("latin-1"), start, re.DOTALL | re.IGNORECASE):
            return kind
    return "not a picture of a kind that is known here"


def kind_name(kind: str) -> str:
    """Return the kind as people write it."""
    return "WebP" if kind == "WEBP" else kind


def _read_png(data: bytes) -> PictureFile:
    """Keep the chunks that make the default picture."""
    body, exif, frames, transparent = [data[:8]], b"", 1, None
    width, height, bits, colour = struct.unpack_from(">IIBB", data, 16)
    for kind, chunk in _png_chunks(data):
        if kind == b"acTL":
            frames = int.from_bytes(chunk[8:12])
        elif kind == b"eXIf":
            exif = chunk[8:-4]
        elif kind == b"tRNS" and colour in (0, 2):  # Pillow would not scale it to 8-bit
            values = struct.unpack_from(">H" if colour == 0 else ">3H", chunk, 8)
            scaled = tuple(value >> 8 if bits == 16 else value * 255 // (2**bits - 1) for value in values)
            transparent = scaled if colour == 2 else scaled[0]
        elif kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            body.append(chunk)
    return PictureFile("PNG", (width, height), b"".join(body), exif, frames, bits, transparent)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, chunk): the header first and only there, the end present, every checksum right."""
    start, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, start)
        chunk = data[start : start + length + 12]
        if (kind == b"IHDR") != (start == 8) or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            raise ValueError("header not in its place, or a wrong checksum")
        yield kind, chunk
        start += length + 12


def _read_jpeg(data: bytes) -> PictureFile:
    """Keep what codes pixels: of the APP segments only JFIF and Adobe, which say how colours are coded."""
    start, marker, body, exif, width, height = 2, 0, [data[:2]], b"", 0, 0
    while marker != 0xFFDA:  # start of scan
        marker, length = struct.unpack_from(">HH", data, start)
        if marker == 0xFFFF:  # padding
            start += 1
            continue
        if marker < 0xFFC0 or length < 2:
            raise ValueError("no segment")
        segment = data[start : start + 2 + length]
        if marker == 0xFFE1 and segment[4:8] == b"Exif":
            exif = exif or segment[4:]
        elif 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):  # start of frame
            bits, height, width = struct.unpack_from(">BHH", segment, 4)
            if marker > 0xFFC2 or bits != 8:  # lossless, hierarchical or arithmetic
                raise PictureError(
                    "This JPEG is of a rare kind, lossless, arithmetic or of more than 8 bits a channel: "
                    "save it again as an ordinary JPEG and try again."
                )
        if marker in (0xFFE0, 0xFFEE) or marker < 0xFFE0:
            body.append(segment)
        start += 2 + length
    return PictureFile("JPEG", (width, height), b"".join([*body, _scans(data, start)]), exif)


def _scans(data: bytes, start: int) -> bytes:
    end = data.index(b"\xff\xd9", start) + 2  # cuts off what hides behind the picture
    if data.count(b"\xff\xda", start, end) >= MAX_SCANS:
        raise PictureError(
            f"This JPEG is stored in more than {MAX_SCANS} passes, which takes too long to decode: "
            "save it again as an ordinary JPEG and try again."
        )
    return data[start:end]


def _read_webp(data: bytes) -> PictureFile:
    """Leave the chunks to libwebp, which reads them all before it decodes; only the size is checked first."""
    return PictureFile("WEBP", _webp_size(data[12:30]), data)


def _webp_size(chunk: bytes) -> tuple[int, int]:
    """(width, height) in the first chunk; RFC 9649, sections 2.5 to 2.7 and 3."""
    if chunk[:4] == b"VP8X":
        return int.from_bytes(chunk[12:15], "little") + 1, int.from_bytes(chunk[15:18], "little") + 1
    if chunk[:4] == b"VP8L":
        bits = int.from_bytes(chunk[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", chunk, 14)
    return width & 0x3FFF, height & 0x3FFF


READERS = {"JPEG": _read_jpeg, "PNG": _read_png, "WEBP": _read_webp}


def read_file(data: bytes, kind: str) -> PictureFile:
    """Walk through a file of a kind that `check_kind` found; raises nearly anything where it is damaged."""
    return READERS[kind](data)
