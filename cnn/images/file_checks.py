"""Parses the structure of a picture file: its kind and size, and the parts that may be decoded.

Text, animation and EXIF directories, common places for decompression bombs, are not passed on to the decoder;
declared colours are passed on separately.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from cnn.core.errors import PictureError
from cnn.images.colour import (
    BROKEN,
    CURVES,
    HDR,
    HDR_CURVES,
    MAX_PROFILE,
    PRIMARIES,
    TOO_LARGE,
    Colours,
    gamma_curve,
)

MAX_BYTES = 20 * 1024 * 1024  # 20 MB
MARKER = re.compile(rb"\xff+[^\xff]")  # of a JPEG segment
SCAN_END = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")  # the next marker that is neither stuffed nor a restart
MAX_SCANS = 32  # of a progressive JPEG: each is a pass over the entire picture; 10 are common
MAX_COEFFICIENTS = (
    80_000_000  # of two bytes each; a JPEG of several passes allocates them before the first pixel
)
FORMATS = ("JPEG", "PNG", "WEBP")

# Names of other file types by their first bytes, for the sentence that refuses them.
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
    """The structure of a file, and the bytes that may be decoded."""

    format: str
    size: tuple[int, int]  # (width, height), before its orientation is applied
    body: bytes
    exif: bytes = b""
    frames: int = 1
    bits: int = 8  # per channel
    transparent: int | tuple[int, ...] | None = None  # the grey or colour, 8-bit, that is transparent
    colours: Colours = Colours()
    frame: tuple[int, int, int, int] | None = None  # (left, top, width, height) of the first, if smaller
    open_end: bool = False  # the end mark is missing, perhaps more


def check_kind(data: bytes) -> str:
    """Return which of `FORMATS` the file has, by its content.

    Raises PictureError, with one sentence to show, if it is empty, too large, or none of them.
    """
    if not data:
        raise PictureError("The file is empty (0 bytes); choose a JPEG, PNG or WebP picture.")
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} (20 MB) are allowed: "
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
    """Return the usual name of a kind."""
    return "WebP" if kind == "WEBP" else kind


def _read_png(data: bytes) -> PictureFile:
    """Keep the chunks of the first picture, and read the declared colours."""
    width, height, bits, colour = struct.unpack_from(">IIBB", data, 16)
    kept, pixels, fading, exif = [], [], b"", b""
    transparent: int | tuple[int, ...] | None = None
    said: dict[bytes, bytes] = {}  # chunks about colours; the first of each kind counts
    frames, hidden = 0, True  # of an animation; whether its default picture is none of its frames
    controls: list[bytes] = []  # of the frames after the default picture
    first: list[bytes] = []  # the pixels of the first of them
    for kind, body in _png_chunks(data):
        if kind == b"IDAT":
            pixels.append(body)
        elif kind == b"fdAT" and len(controls) == 1:
            first.append(body[4:])
        elif kind == b"acTL" and not pixels:
            frames = int.from_bytes(body[:4])
        elif kind == b"fcTL":
            hidden &= bool(pixels)  # without a frame control before it, the default picture is not a frame
            controls += [body] if pixels else []
        elif kind == b"eXIf":
            exif = exif or body
        elif kind in (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM") and not pixels:
            said.setdefault(kind, body)
        elif kind == b"tRNS" and colour in (0, 2):  # Pillow would not scale it to 8-bit
            values = struct.unpack_from(">H" if colour == 0 else ">3H", body)
            scaled = tuple(value >> 8 if bits == 16 else value * 255 // (2**bits - 1) for value in values)
            transparent = scaled if colour == 2 else scaled[0]
        elif kind == b"tRNS":
            fading = _chunk(kind, body)
        elif kind == b"PLTE":
            kept.append(_chunk(kind, body))
    frame = _frame(controls[0], width, height) if frames and hidden and first else None
    part = frame[2:] if frame else (width, height)
    header = _chunk(b"IHDR", struct.pack(">II", *part) + data[24:29])
    coded = _chunk(b"IDAT", b"".join(first if frame else pixels))
    body = b"".join([data[:8], header, *kept, fading, coded, _chunk(b"IEND", b"")])
    return PictureFile(
        "PNG", (width, height), body, exif, frames or 1, bits, transparent, _png_colours(said), frame
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, body) of the chunks; the header must come first and only once.

    As in browsers, a chunk without pixels is ignored if its checksum is wrong, and the end chunk may be missing:
    the decoder finds out whether all pixels are there.
    """
    start, kind = 8, b""
    while kind != b"IEND" and start + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        checked, checksum = (
            data[start + 4 : start + 8 + length],
            data[start + 8 + length : start + 12 + length],
        )
        cut_short, pixels = len(checksum) < 4, kind in (b"IHDR", b"PLTE", b"IDAT", b"fdAT")
        sound = not cut_short and zlib.crc32(checked) == int.from_bytes(checksum)
        if (kind == b"IHDR") != (start == 8) or (
            pixels and not sound and not (cut_short and kind == b"IDAT")
        ):
            raise ValueError("header not in its place, or a wrong checksum")
        if sound or pixels:
            yield kind, checked[4:]
        start += length + 12


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _frame(control: bytes, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Return (left, top, width, height) of a frame, None if it is not inside the picture."""
    across, down, left, top = struct.unpack_from(">4I", control, 4)
    inside = 0 < across <= width - left and 0 < down <= height - top
    return (left, top, across, down) if inside else None


def _png_colours(said: dict[bytes, bytes]) -> Colours:
    """Return the colours by precedence: cICP, iCCP, sRGB, gAMA with cHRM (PNG, third edition, section 4.3)."""
    code, problem = said.get(b"cICP", b""), ""
    if len(code) == 4 and code[0] in PRIMARIES and code[2:] == b"\0\1":
        if code[1] in CURVES:
            return Colours(primaries=PRIMARIES[code[0]], curve=CURVES[code[1]])
        if code[1] in HDR_CURVES:
            return Colours(problem=HDR)
    if b"iCCP" in said:
        packed = said[b"iCCP"].partition(b"\0")[2][1:]
        try:
            found = _profile(zlib.decompressobj().decompress(packed, MAX_PROFILE + 1))
        except zlib.error:
            found = Colours(problem=BROKEN)
        if found.profile:
            return found
        problem = found.problem
    gamma = int.from_bytes(said.get(b"gAMA", b"")) / 100_000
    if b"sRGB" in said or not gamma:
        return Colours(problem=problem)
    chroma = said.get(b"cHRM", b"")
    values = [value / 100_000 for value in struct.unpack(">8I", chroma)] if len(chroma) == 32 else []
    white, *primaries = zip(values[::2], values[1::2], strict=True) if values else [(0.0, 0.0)]
    around = (*primaries, white) if primaries else ()
    return Colours(problem=problem, primaries=around, curve=gamma_curve(gamma, bool(primaries)))


def _profile(data: bytes) -> Colours:
    """Return an ICC profile, or the problem with it."""
    if len(data) > MAX_PROFILE:
        return Colours(problem=TOO_LARGE)
    return Colours(data) if data[36:40] == b"acsp" else Colours(problem=BROKEN)


def _read_jpeg(data: bytes) -> PictureFile:
    """Keep the segments that encode pixels; of the APP segments only JFIF and Adobe, which define the colour coding.

    Between two scans there may be any segment that may come before the first, and between two segments
    meaningless bytes, which libjpeg skips as well.
    """
    body, exif, width, height, scans, ended = [data[:2]], b"", 0, 0, 0, False
    pieces: dict[int, bytes] = {}  # of an ICC profile, by their numbers
    count, start, progressive, sampled = 0, 2, False, 1.0
    while found := MARKER.search(data, start):
        start, marker = found.end(), found.group()[-1]
        if marker == 0xD9:  # the end; anything after it is dropped
            ended = True
            break
        if marker <= 0x01 or marker == 0xD8:  # stands alone
            continue
        (length,) = struct.unpack_from(">H", data, start)
        segment = b"\xff" + bytes([marker]) + data[start : start + length]
        if length < 2 or len(segment) < length + 2:
            raise ValueError("no segment")
        start += length
        if marker == 0xE1 and segment[4:8] == b"Exif":
            exif = exif or segment[4:]
        elif marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0" and length >= 16:
            pieces.setdefault(segment[16], segment[18:])
            count = segment[17]
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # start of frame
            bits, height, width = struct.unpack_from(">BHH", segment, 4)
            progressive, sampled = marker == 0xC2, _sampled(segment)
            if marker > 0xC2 or bits != 8:  # lossless, hierarchical or arithmetic
                raise PictureError(
                    "This JPEG is of a rare kind, lossless, arithmetic or of more than 8 bits a channel: "
                    "save it again as an ordinary JPEG and try again."
                )
        if marker in (0xE0, 0xEE) or marker < 0xE0:
            body.append(segment)
        if marker == 0xDA:  # start of scan
            scans += 1
            if scans > MAX_SCANS:
                raise PictureError(
                    f"This JPEG is stored in more than {MAX_SCANS} passes, which takes too long to decode: "
                    "save it again as an ordinary JPEG and try again."
                )
            end = SCAN_END.search(data, start)
            body.append(data[start : end.start() if end else len(data)])
            start = end.start() if end else len(data)
    if not scans:
        raise ValueError("no pixels")
    if (progressive or scans > 1) and width * height * sampled > MAX_COEFFICIENTS:
        raise PictureError(
            "This JPEG is stored in several passes, which takes more memory than there is for it: "
            "make it smaller, or save it as an ordinary JPEG, and try again."
        )
    colours = Colours()
    if pieces:
        whole = sorted(pieces) == list(range(1, count + 1))
        colours = (
            _profile(b"".join(pieces[place] for place in sorted(pieces)))
            if whole
            else Colours(problem=BROKEN)
        )
    coded = b"".join([*body, b"\xff\xd9"] if ended else body)
    return PictureFile("JPEG", (width, height), coded, exif, colours=colours, open_end=not ended)


def _sampled(frame: bytes) -> float:
    """Return the samples per pixel by the frame header of a JPEG: 3.0, or 1.5 with chroma subsampled by 2 each way."""
    factors = [(pair >> 4, pair & 15) for pair in frame[11 : 10 + 3 * frame[9] : 3]]
    whole = max((across for across, _ in factors), default=0) * max((down for _, down in factors), default=0)
    return sum(across * down for across, down in factors) / max(whole, 1)


def _read_webp(data: bytes) -> PictureFile:
    """Read size and profile only; libwebp checks all chunks itself before it decodes."""
    return PictureFile("WEBP", _webp_size(data[12:30]), data, colours=_webp_colours(data))


def _webp_colours(data: bytes) -> Colours:
    """Return the profile; as in Chromium, not that of an animation (RFC 9649, sections 2.7 and 2.7.1.4)."""
    flags, start = data[20], 12
    if data[12:16] != b"VP8X" or not flags & 0x20 or flags & 0x02:
        return Colours()
    while start + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, start)
        if kind == b"ICCP":
            return _profile(data[start + 8 : start + 8 + length])
        start += 8 + length + length % 2
    return Colours()


def _webp_size(chunk: bytes) -> tuple[int, int]:
    """Return (width, height) from the first chunk (RFC 9649, sections 2.5 to 2.7 and 3)."""
    if chunk[:4] == b"VP8X":
        return int.from_bytes(chunk[12:15], "little") + 1, int.from_bytes(chunk[15:18], "little") + 1
    if chunk[:4] == b"VP8L":
        bits = int.from_bytes(chunk[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", chunk, 14)
    return width & 0x3FFF, height & 0x3FFF


READERS = {"JPEG": _read_jpeg, "PNG": _read_png, "WEBP": _read_webp}


def read_file(data: bytes, kind: str) -> PictureFile:
    """Parse a file of the kind from `check_kind`; a damaged one can raise nearly any exception."""
    return READERS[kind](data)
