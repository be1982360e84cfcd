"""Untrusted bytes → a checked RGB picture, and the 32×32 pixels the network sees.

A file is walked here first, chunk by chunk: its size is known before anything is decoded, and only
the chunks that carry pixels reach Pillow. Text, colour profiles, animation and EXIF directories (the
places for bombs and odd warnings) never do. Colour profiles are therefore not applied.
"""

import io
import math
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops

from cnn.errors import PictureError

MAX_BYTES = 5 * 1024 * 1024  # 5 MB
MAX_PIXELS = 16_000_000
MAX_ASPECT = 20  # the longer side, in shorter sides
MAX_SCANS = 32  # of a progressive JPEG: each costs a pass over the whole picture; usual are 10
FORMATS = ("JPEG", "PNG", "WEBP")
SIDE = 32  # pixels, what the network sees
DISPLAY_SIDE = 800  # pixels, the longest side of `Picture.original`
BACKGROUND = (255, 255, 255, 255)  # white: what transparent parts are put on

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
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF orientation → what turns the picture upright


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    `original`: uint8 (h, w, 3) in [0, 255], upright, made smaller so that no side is over 800 pixels.
    `width`, `height`: pixels of the upright picture as it came. `format`: one of `FORMATS`.
    `pixels`: uint8 (32, 32, 3), what the network sees.
    `crop`: (left, top, side) of the square that `pixels` shows, in pixels of the picture as it came.
    `notes`: what was done to it, one short sentence each.
    """

    original: np.ndarray
    width: int
    height: int
    format: str
    pixels: np.ndarray
    crop: tuple[int, int, int]
    notes: tuple[str, ...]


def decode_picture(data: bytes) -> Picture:
    """Decode a JPEG, PNG or WebP picture that nobody vouches for.

    Raises PictureError, with one sentence to show, for everything else: too large, another kind,
    cut short, damaged.
    """
    kind = _check_kind(data)
    try:
        return _decode(_READERS[kind](data))
    except PictureError:
        raise
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise PictureError(
            f"The {_name(kind)} file is cut short or damaged; only whole pictures can be used: "
            "save it again, or choose another one."
        ) from error


def to_network_size(rgb: np.ndarray) -> np.ndarray:
    """Crop the centre square and average it down: uint8 (h, w, 3) → uint8 (32, 32, 3).

    Pillow's box filter: every source pixel counts the same, no ringing at edges, and a picture of
    32×32 comes through unchanged. A smaller one is enlarged by repeating its pixels.
    """
    height, width = rgb.shape[:2]
    left, top, side = square_crop(width, height)
    square = Image.fromarray(rgb[top : top + side, left : left + side])
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX))


def square_crop(width: int, height: int) -> tuple[int, int, int]:
    """Return (left, top, side) of the largest centred square, in pixels: (640, 480) → (80, 0, 480)."""
    side = min(width, height)
    return (width - side) // 2, (height - side) // 2, side


def encode_png(rgb: np.ndarray, scale: int = 1) -> bytes:
    """Encode uint8 (h, w, 3) as a PNG without metadata, each pixel `scale` × `scale` (scale ≥ 1)."""
    image = Image.fromarray(rgb)
    if scale != 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


class _File(NamedTuple):
    """What the walk through a file found, and the bytes that may be decoded."""

    format: str
    size: tuple[int, int]  # (width, height), not yet upright
    body: bytes
    exif: bytes = b""
    frames: int = 1
    bits: int = 8  # a channel
    transparent: int | tuple[int, ...] | None = None  # the one grey or colour, 8-bit, that is not drawn


def _check_kind(data: bytes) -> str:
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


def _name(kind: str) -> str:
    return "WebP" if kind == "WEBP" else kind


def _read_png(data: bytes) -> _File:
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
    return _File("PNG", (width, height), b"".join(body), exif, frames, bits, transparent)


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


def _read_jpeg(data: bytes) -> _File:
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
            height, width = struct.unpack_from(">HH", segment, 5)
        if marker in (0xFFE0, 0xFFEE) or marker < 0xFFE0:
            body.append(segment)
        start += 2 + length
    return _File("JPEG", (width, height), b"".join([*body, _scans(data, start)]), exif)


def _scans(data: bytes, start: int) -> bytes:
    end = data.index(b"\xff\xd9", start) + 2  # cuts off what hides behind the picture
    if data.count(b"\xff\xda", start, end) >= MAX_SCANS:
        raise PictureError(
            f"This JPEG is stored in more than {MAX_SCANS} passes, which takes too long to decode: "
            "save it again as an ordinary JPEG and try again."
        )
    return data[start:end]


def _read_webp(data: bytes) -> _File:
    """Leave the chunks to libwebp, which reads them all before it decodes; only the size is checked first."""
    return _File("WEBP", _webp_size(data[12:30]), data)


def _webp_size(chunk: bytes) -> tuple[int, int]:
    """(width, height) in the first chunk; RFC 9649, sections 2.5 to 2.7 and 3."""
    if chunk[:4] == b"VP8X":
        return int.from_bytes(chunk[12:15], "little") + 1, int.from_bytes(chunk[15:18], "little") + 1
    if chunk[:4] == b"VP8L":
        bits = int.from_bytes(chunk[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", chunk, 14)
    return width & 0x3FFF, height & 0x3FFF


_READERS = {"JPEG": _read_jpeg, "PNG": _read_png, "WEBP": _read_webp}


def _check_size(width: int, height: int) -> None:
    problem = ""
    if min(width, height) < 1:
        problem = "each side must have at least 1: save it again"
    elif width * height > MAX_PIXELS:
        problem = f"{width * height:,} in all, and at most {MAX_PIXELS:,} are allowed: make it smaller"
    elif max(width, height) > MAX_ASPECT * min(width, height):
        problem = f"the longer side may be at most {MAX_ASPECT} times the shorter: crop it"
    if problem:
        raise PictureError(f"The picture has {width:,} × {height:,} pixels; {problem} and try again.")


def _decode(file: _File) -> Picture:
    _check_size(*file.size)
    image = Image.open(io.BytesIO(file.body), formats=(file.format,))
    if image.size != file.size:
        raise ValueError("two sizes in one file")
    image.draft(None, _draft_size(*file.size))  # JPEG only: decodes at 1/2, 1/4 or 1/8
    frames = max(file.frames, getattr(image, "n_frames", 1))
    orientation = _orientation(file.exif or image.info.get("exif", b""))
    rgb, colour_note = _to_rgb(image, file.transparent)
    width, height = file.size[::-1] if orientation >= 5 else file.size
    if orientation in TURNS:
        rgb = rgb.transpose(TURNS[orientation])
    pixels = to_network_size(np.asarray(rgb))
    rgb.thumbnail((DISPLAY_SIDE, DISPLAY_SIDE), Image.Resampling.BOX)
    notes = {
        f"First frame of {frames:,} taken": frames > 1,
        "16-bit values scaled to 8-bit": file.bits == 16,
        colour_note: bool(colour_note),
        "Turned upright as its EXIF orientation says": orientation != 1,
        f"Shown at {rgb.width} × {rgb.height} pixels": rgb.size != (width, height),
    }
    return Picture(
        original=np.asarray(rgb),
        width=width,
        height=height,
        format=file.format,
        pixels=pixels,
        crop=square_crop(width, height),
        notes=tuple(note for note, holds in notes.items() if holds),
    )


def _draft_size(width: int, height: int) -> tuple[int, int]:
    """Return the least size to decode at: enough to show, and 8 source pixels for one of the 32."""
    scale = min(1.0, max(DISPLAY_SIDE / max(width, height), 8 * SIDE / min(width, height)))
    return math.ceil(width * scale), math.ceil(height * scale)


def _to_rgb(image: Image.Image, transparent: int | tuple[int, ...] | None) -> tuple[Image.Image, str]:
    """Decode to RGB, whatever the mode; and the note for it, or an empty string."""
    image.load()
    if image.mode == "CMYK":
        coded = image if "adobe" in image.info else ImageChops.invert(image)  # Adobe stores it inverted
        return coded.convert("RGB"), "CMYK converted to RGB"
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if transparent is not None:
        image.info["transparency"] = transparent
    if not image.has_transparency_data:
        return image.convert("RGB"), ""
    rgba = image.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, BACKGROUND)
    ground.alpha_composite(rgba)
    opaque = rgba.getchannel("A").histogram()[255] == rgba.width * rgba.height
    return ground.convert("RGB"), "" if opaque else "Transparent parts put on white"


def _orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1, upright, where it is absent or broken."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = ">" if tiff[:2] == b"MM" else "<"
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * entries, 12):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if tag == 0x0112:
                return value if value in TURNS else 1
    except struct.error:
        pass
    return 1
