"""Pictures as they come from the world, good and bad, made by code; each with what must become of it."""

import io
import random
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

RED, GREEN, BLUE, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)
WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (128, 128, 128)


@dataclass(frozen=True)
class Opens:
    """The four corners of the 32×32 pixels: top left, top right, bottom left, bottom right."""

    corners: tuple[tuple[int, int, int], ...]
    size: tuple[int, int] = (64, 48)
    note: str = ""
    tolerance: int = 0


@dataclass(frozen=True)
class Refused:
    """Words the sentence must contain."""

    words: tuple[str, ...]


Outcome = Opens | Refused
DAMAGED = "cut short or damaged"


def quadrants(width: int = 64, height: int = 48) -> np.ndarray:
    """Red, green over blue, yellow: uint8 (height, width, 3)."""
    rgb = np.empty((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    rgb[:top, :left], rgb[:top, left:] = RED, GREEN
    rgb[top:, :left], rgb[top:, left:] = BLUE, YELLOW
    return rgb


FOUR = (RED, GREEN, BLUE, YELLOW)


def saved(picture: np.ndarray | Image.Image, kind: str, **options: Any) -> bytes:
    """Encode with Pillow."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, bits: int, colour: int, rows: bytes, extra: bytes = b"", level: int = -1
) -> bytes:
    """A PNG by hand, for what Pillow does not write; `rows` with their filter bytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows, level))
    return b"\x89PNG\r\n\x1a\n" + header + extra + pixels + chunk(b"IEND", b"")


@cache
def odd_pictures() -> dict[str, tuple[bytes, Outcome]]:
    """Name → (bytes, what must become of them)."""
    return {
        **_not_pictures(),
        **_damaged(),
        **_sizes(),
        **_turned(),
        **_grey_and_bits(),
        **_transparent(),
        **_jpegs(),
        **_rare_jpegs(),
        **_several_frames(),
        **_stowaways(),
    }


def largest_pictures() -> dict[str, bytes]:
    """The pictures of 16 megapixels that take the most memory to decode; 2 s to make."""
    side = 4000
    rgba = np.zeros((side, side, 4), np.uint8)
    rgba[..., 0] = rgba[..., 3] = np.arange(side) // 16
    row = b"\0" + rgba[0].astype(">u2").tobytes()
    cmyk, options = Image.fromarray(rgba).convert("CMYK"), {"subsampling": 0, "quality": 50}
    return {
        "16-bit RGBA": png(side, side, 16, 6, row * side, level=1),
        "lossless webp": saved(rgba, "WEBP", lossless=True, quality=0, method=0),
        "progressive cmyk": saved(cmyk, "JPEG", progressive=True, **options),
    }


def _not_pictures() -> dict[str, tuple[bytes, Outcome]]:
    rgb = quadrants()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "hello")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    kinds = {
        "one byte": (b"\xff", "not a picture"),
        "text": (b"Dear network, this is not a picture.", "not a picture"),
        "html": (b"\n<!DOCTYPE html><html></html>", "an HTML page"),
        "svg": (svg, "an SVG drawing"),
        "svg with xml": (b'<?xml version="1.0"?>\n' + svg, "an SVG drawing"),
        "zip": (archive.getvalue(), "a ZIP file"),
        "eps": (saved(rgb, "EPS"), "an EPS"),
        "pdf": (saved(rgb, "PDF"), "a PDF file"),
        "tiff": (saved(rgb, "TIFF"), "a TIFF file"),
        "gif": (saved(rgb, "GIF"), "a GIF file"),
        "bmp": (saved(rgb, "BMP"), "a BMP file"),
        "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC file"),
        "avif": (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "an AVIF file"),
        "mp4": (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
        "photoshop": (b"8BPS\0\1" + bytes(20), "a Photoshop file"),
        "gif and script": (b"GIF89a/*" + bytes(8) + b"*/=1;alert(1)//", "a GIF file"),
        "jpeg xl": (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL file"),
        "wave": (b"RIFF\x24\0\0\0WAVEfmt ", "not a picture"),
    }
    sentence = ("JPEG, PNG and WebP", "try again")
    refused: dict[str, tuple[bytes, Outcome]] = {
        name: (data, Refused((f"This is {words}", *sentence))) for name, (data, words) in kinds.items()
    }
    return {
        **refused,
        "nothing": (b"", Refused(("empty (0 bytes)", "choose"))),
        "too many bytes": (
            saved(rgb, "JPEG") + bytes(20 * 1024 * 1024),
            Refused(("at most 20,971,520 (20 MB)", "make the picture smaller")),
        ),
    }


def _damaged() -> dict[str, tuple[bytes, Outcome]]:
    rgb = quadrants()
    whole = {"JPEG": saved(rgb, "JPEG"), "PNG": saved(rgb, "PNG"), "WEBP": saved(rgb, "WEBP")}
    cases: dict[str, tuple[bytes, Outcome]] = {}
    for kind, data in whole.items():
        for kept in (12, 24, 40, len(data) // 2, len(data) * 8 // 10):
            cases[f"{kind} of {len(data)} cut at {kept}"] = data[:kept], Refused((DAMAGED, "save it again"))
    plain = whole["PNG"]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 9000, 9000, 8, 2, 0, 0, 0))
    cases["png with a wrong header checksum"] = plain[:30] + b"\0" + plain[31:], Refused((DAMAGED,))
    cases["png with a wrong pixel checksum"] = plain[:-14] + b"\0\1" + plain[-12:], Refused((DAMAGED,))
    cases["png with two headers"] = plain[:33] + header + plain[33:], Refused((DAMAGED,))
    cases["png with no palette"] = png(2, 1, 8, 3, b"\0\0\1"), Refused((DAMAGED,))
    cases["png of a mode that is none"] = png(2, 1, 3, 5, b"\0\0\1"), Refused((DAMAGED,))
    cases["png with a palette too long"] = (
        png(2, 1, 8, 3, b"\0\0\1", chunk(b"PLTE", bytes(900))),
        Refused((DAMAGED,)),
    )
    progressive = saved(rgb, "JPEG", progressive=True)
    cases["progressive jpeg cut in half"] = progressive[: len(progressive) // 2], Refused((DAMAGED,))
    cases["progressive jpeg cut, with an end"] = (
        progressive[: len(progressive) // 2] + b"\xff\xd9",
        Refused((DAMAGED,)),
    )
    webp, animated = (
        whole["WEBP"],
        saved(rgb, "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
    )
    for change in (-8, 2, 2**30):
        size = struct.pack("<I", len(webp) - 8 + change)
        cases[f"webp that says it is {change:+} bytes longer"] = (
            webp[:4] + size + webp[8:],
            Refused((DAMAGED,)),
        )
    cases["webp with a chunk that says it is 4 GB"] = (
        webp[:16] + b"\xff" * 4 + webp[20:],
        Refused((DAMAGED,)),
    )
    cases["animated webp cut"] = animated[: len(animated) * 2 // 3], Refused((DAMAGED,))
    cases["png without pixels"] = plain[:33] + chunk(b"IEND", b""), Refused((DAMAGED,))
    return cases


def _sizes() -> dict[str, tuple[bytes, Outcome]]:
    def webp(width: int, height: int) -> bytes:
        canvas = b"\0" * 4 + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
        return b"RIFF" + struct.pack("<I", len(body)) + body

    jpeg = saved(quadrants(), "JPEG")
    frame = jpeg.index(b"\xff\xc0") + 5
    large = jpeg[:frame] + struct.pack(">HH", 60000, 60000) + jpeg[frame + 4 :]
    flat = jpeg[:frame] + struct.pack(">HH", 0, 64) + jpeg[frame + 4 :]
    pixels, strip = Refused(("at most 16,000,000", "make it smaller")), Refused(("at most 20 times", "crop"))
    dot = np.full((1, 1, 3), (10, 20, 30), np.uint8)
    return {
        "1×1": (saved(dot, "PNG"), Opens(((10, 20, 30),) * 4, (1, 1))),
        "32×32": (saved(quadrants(32, 32), "PNG"), Opens(FOUR, (32, 32))),
        "20×1": (saved(np.full((1, 20, 3), 7, np.uint8), "PNG"), Opens(((7, 7, 7),) * 4, (20, 1))),
        "1×60000": (saved(np.zeros((60000, 1, 3), np.uint8), "PNG"), strip),
        "60000×1": (saved(np.zeros((1, 60000, 3), np.uint8), "PNG"), strip),
        "16 megapixels and one": (png(16_000_001, 1, 8, 2, b""), pixels),
        "a declared 4 gigapixels": (png(65535, 65535, 8, 2, b""), pixels),
        "a declared jpeg of 3.6 gigapixels": (large, Refused(("at most 52,000,000", "make it smaller"))),
        "a declared webp of 268 megapixels": (webp(16383, 16383), pixels),
        "16 megapixels and one, nearly square": (png(4000, 4001, 8, 2, b""), pixels),
        "0×0": (png(0, 0, 8, 2, b""), Refused(("at least 1",))),
        "jpeg of height 0": (flat, Refused(("at least 1",))),
    }


def _turned() -> dict[str, tuple[bytes, Outcome]]:
    upright = quadrants()
    flat = upright[::-1, ::-1].swapaxes(0, 1)
    stored = {  # by hand from the EXIF standard: what the camera wrote so that the picture is `upright`
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: flat,
        8: np.rot90(upright, -1),
    }
    cases: dict[str, tuple[bytes, Outcome]] = {}
    for orientation, rgb in stored.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        note = "Turned upright" if orientation > 1 else ""
        for kind in ("JPEG", "PNG", "WEBP"):
            data = saved(np.ascontiguousarray(rgb), kind, exif=exif, quality=95)
            outcome = Opens(FOUR, note=note, tolerance=0 if kind == "PNG" else 24)
            cases[f"{kind} orientation {orientation}"] = data, outcome
    for orientation in (0, 9, 65535):
        exif = Image.Exif()
        exif[0x0112] = orientation
        cases[f"JPEG orientation {orientation}, which is none"] = (
            saved(upright, "JPEG", exif=exif, quality=95),
            Opens(FOUR, tolerance=24),
        )
    broken = saved(upright, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12", quality=95)
    cases["JPEG with broken EXIF"] = broken, Opens(FOUR, tolerance=24)
    return cases


def _grey_and_bits() -> dict[str, tuple[bytes, Outcome]]:
    image = Image.fromarray(quadrants())
    grey = ((76,) * 3, (150,) * 3, (29,) * 3, (226,) * 3)  # 0.299 R + 0.587 G + 0.114 B
    bits = image.convert("RGB").point(lambda value: value).convert("L").point(lambda v: 255 * (v > 100))
    half = Image.fromarray(np.full((8, 8), 32768, np.uint16))
    steps = struct.pack(">4H", 0, 32768, 65535, 65535)
    wide = b"\0" + struct.pack(">6H", 65535, 32768, 0, 65535, 32768, 0)
    scaled = "16-bit values scaled"
    orange = ((255, 128, 0),) * 4
    palette = chunk(b"PLTE", bytes((*RED, *GREEN)))
    return {
        "L": (saved(image.convert("L"), "PNG"), Opens(grey)),
        "L jpeg": (saved(image.convert("L"), "JPEG", quality=95), Opens(grey, tolerance=12)),
        "LA, opaque": (saved(image.convert("LA"), "PNG"), Opens(grey)),
        "P": (saved(image.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"), Opens(FOUR)),
        "1-bit": (saved(bits.convert("1"), "PNG"), Opens((BLACK, WHITE, BLACK, WHITE))),
        "I;16 half": (saved(half, "PNG"), Opens((GREY,) * 4, (8, 8), scaled)),
        "I;16 steps": (
            png(2, 2, 16, 0, b"\0" + steps[:4] + b"\0" + steps[4:]),
            Opens((BLACK, GREY, WHITE, WHITE), (2, 2), scaled),
        ),
        "16-bit RGB": (png(2, 1, 16, 2, wide), Opens(orange, (2, 1), scaled)),
        "lossless webp": (saved(image, "WEBP", lossless=True), Opens(FOUR)),
        "interlaced": (_interlaced(quadrants()), Opens(FOUR)),
        **{
            f"P of {bits} bits": (png(2, 2, bits, 3, row * 2, palette), Opens((RED, GREEN) * 2, (2, 2)))
            for bits, row in ((1, b"\0\x40"), (2, b"\0\x10"), (4, b"\0\x01"))
        },
        "P, index 200 of 2": (png(2, 2, 8, 3, b"\0\0\xc8" * 2, palette), Opens((RED, BLACK) * 2, (2, 2))),
    }


def _interlaced(rgb: np.ndarray) -> bytes:
    """An Adam7 PNG, which Pillow does not write: seven passes, each a smaller picture; PNG, section 8.2."""
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    rows = (
        b"\0" + row.tobytes()
        for top, left, down, across in passes
        for row in rgb[top::down, left::across]
        if row.size
    )
    height, width = rgb.shape[:2]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def _transparent() -> dict[str, tuple[bytes, Outcome]]:
    """Top left is transparent, or as stated."""
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:24, :32] = 0
    rgba = Image.fromarray(np.dstack([quadrants(), alpha]))
    clear = Opens((WHITE, GREEN, BLUE, YELLOW), note="put on white")
    palette = chunk(b"PLTE", bytes((*RED, *GREEN)))
    index, table = palette + chunk(b"tRNS", b"\0\xff"), palette + chunk(b"tRNS", b"\x80\xff")
    half = Opens(((255, 127, 127), GREEN, (255, 127, 127), GREEN), (2, 2), "put on white", tolerance=1)
    whole = Opens((WHITE, GREEN, WHITE, GREEN), (2, 2), "put on white")
    colour = b"\0" + bytes((*RED, *GREEN))
    red, deep = struct.pack(">3H", 255, 0, 0), struct.pack(">H", 0x8000)
    key = {1: 0, 2: 2, 4: 10, 8: 170}
    rows = {1: b"\0\x40", 2: b"\0\x80", 4: b"\0\xa0", 8: b"\0\xaa\0"}  # the key grey, then another
    other = {1: WHITE, 2: BLACK, 4: BLACK, 8: BLACK}
    keyed: dict[str, tuple[bytes, Outcome]] = {
        f"grey of {bits} bits + tRNS": (
            png(2, 2, bits, 0, rows[bits] * 2, chunk(b"tRNS", struct.pack(">H", key[bits]))),
            Opens((WHITE, other[bits]) * 2, (2, 2), "put on white"),
        )
        for bits in key
    }
    grey16 = b"\0" + struct.pack(">2H", 0x8000, 0)
    return {
        **keyed,
        "RGBA": (saved(rgba, "PNG"), clear),
        "RGBA webp": (saved(rgba, "WEBP", lossless=True), clear),
        "RGBA webp, lossy": (
            saved(rgba, "WEBP", quality=95),
            Opens(clear.corners, note="put on white", tolerance=24),
        ),
        "16-bit RGBA": (
            png(2, 2, 16, 6, (b"\0" + struct.pack(">8H", 0xFFFF, 0, 0, 0, 0, 0xFFFF, 0, 0xFFFF)) * 2),
            whole,
        ),
        "16-bit LA": (
            png(2, 2, 16, 4, (b"\0" + struct.pack(">4H", 0, 0, 0, 0xFFFF)) * 2),
            Opens((WHITE, BLACK) * 2, (2, 2), "put on white"),
        ),
        "LA": (
            saved(rgba.convert("LA"), "PNG"),
            Opens((WHITE, (150,) * 3, (29,) * 3, (226,) * 3), note="white"),
        ),
        "P + tRNS, one index": (png(2, 2, 8, 3, b"\0\0\1" * 2, index), whole),
        "P + tRNS, bytes": (png(2, 2, 8, 3, b"\0\0\1" * 2, table), half),
        "RGB + tRNS": (png(2, 2, 8, 2, colour * 2, chunk(b"tRNS", red)), whole),
        "I;16 + tRNS": (
            png(2, 2, 16, 0, grey16 * 2, chunk(b"tRNS", deep)),
            Opens((WHITE, BLACK) * 2, (2, 2), "put on white"),
        ),
    }


def _jpegs() -> dict[str, tuple[bytes, Outcome]]:
    image = Image.fromarray(quadrants())
    cmyk = saved(image.convert("CMYK"), "JPEG", quality=95)
    adobe = cmyk.index(b"\xff\xee")
    length = int.from_bytes(cmyk[adobe + 2 : adobe + 4]) + 2
    plain = cmyk[:adobe] + cmyk[adobe + length :]  # no marker: inverted nevertheless, as browsers take it
    seconds = [Image.new("RGB", (64, 48), BLUE)]
    scan = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\0"
    progressive = saved(image, "JPEG", progressive=True, quality=95)
    many = progressive[:-2] + scan * 40 + progressive[-2:]
    return {
        "cmyk, Adobe's": (cmyk, Opens(FOUR, note="CMYK converted", tolerance=24)),
        "cmyk without a marker": (plain, Opens(FOUR, note="CMYK converted", tolerance=24)),
        "progressive": (progressive, Opens(FOUR, tolerance=24)),
        "progressive, 40 scans more": (many, Refused(("passes", "ordinary JPEG"))),
        "two pictures in one (MPO)": (
            saved(image, "MPO", save_all=True, append_images=seconds, quality=95),
            Opens(FOUR, tolerance=24),
        ),
        "large": (
            saved(quadrants(1600, 1200), "JPEG", quality=90),
            Opens(FOUR, (1600, 1200), "Shown at 800 × 600", tolerance=3),
        ),
    }


def _rare_jpegs() -> dict[str, tuple[bytes, Outcome]]:
    jpeg, tall = saved(quadrants(), "JPEG", quality=95), saved(quadrants(400, 300), "JPEG", quality=95)
    frame, rare = jpeg.index(b"\xff\xc0"), Refused(("rare kind", "ordinary JPEG"))
    kinds = {0xC3: "lossless", 0xC5: "hierarchical", 0xC9: "arithmetic", 0xCB: "lossless and arithmetic"}
    number_of_lines = b"\xff\xdc\0\4" + struct.pack(">H", 48)
    inverted = np.asarray(Image.fromarray(255 - quadrants()).convert("YCbCr"))
    cmyk = np.dstack([255 - inverted, np.zeros((48, 64), np.uint8)])  # Pillow inverts it as it writes
    ycck = bytearray(saved(Image.frombytes("CMYK", (64, 48), cmyk.tobytes()), "JPEG", quality=95))
    ycck[ycck.index(b"Adobe") + 11] = 2  # the transform that Adobe's marker names: YCCK
    return {
        **{
            f"jpeg, {name}": (jpeg[: frame + 1] + bytes([code]) + jpeg[frame + 2 :], rare)
            for code, name in kinds.items()
        },
        "jpeg of 12 bits": (jpeg[: frame + 4] + b"\x0c" + jpeg[frame + 5 :], rare),
        "jpeg, extended": (
            jpeg[: frame + 1] + b"\xc1" + jpeg[frame + 2 :],
            Opens(FOUR, tolerance=24),
        ),
        "jpeg whose height comes after its pixels": (
            jpeg[: frame + 5] + b"\0\0" + jpeg[frame + 7 : -2] + number_of_lines + jpeg[-2:],
            Refused(("at least 1",)),
        ),
        "jpeg with two frame headers": (
            jpeg[:frame] + jpeg[frame : frame + 19] + jpeg[frame:],
            Refused((DAMAGED,)),
        ),
        "jpeg without a frame header": (jpeg[:frame] + jpeg[frame + 19 :], Refused(("at least 1",))),
        "jpeg with fill bytes": (jpeg[:2] + b"\xff" * 5 + jpeg[2:], Opens(FOUR, tolerance=24)),
        "jpeg cut, with an end: the rest is grey": (
            tall[: len(tall) // 2] + b"\xff\xd9",
            Opens((RED, GREEN, GREY, GREY), (400, 300), tolerance=24),
        ),
        "ycck": (bytes(ycck), Opens(FOUR, note="CMYK converted", tolerance=24)),
        "jpeg stored as rgb": (
            saved(quadrants(), "JPEG", quality=95, keep_rgb=True),
            Opens(FOUR, tolerance=24),
        ),
    }


def _several_frames() -> dict[str, tuple[bytes, Outcome]]:
    first, blue, red = Image.fromarray(quadrants()), *(Image.new("RGB", (64, 48), c) for c in (BLUE, RED))
    frames = {"save_all": True, "append_images": [blue, red], "duration": 100}
    animated = Opens(FOUR, note="First frame of 3 taken")
    twice = saved(first, "PNG", **frames)
    control = twice.index(b"acTL") - 4
    return {
        "animated webp": (saved(first, "WEBP", lossless=True, **frames), animated),
        "apng": (twice, animated),
        "apng with two controls": (
            twice[:control] + twice[control : control + 20] + twice[control:],
            animated,
        ),
    }


def _stowaways() -> dict[str, tuple[bytes, Outcome]]:
    """Good pictures with something on board; it must cost nothing and go nowhere."""
    jpeg, plain = saved(quadrants(), "JPEG", quality=95), saved(quadrants(), "PNG")
    archive = io.BytesIO(jpeg)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("a.txt", "hello")
    bomb = zlib.compress(bytes(100_000_000), 1)
    text, profile = chunk(b"zTXt", b"Comment\0\0" + bomb), chunk(b"iCCP", b"sRGB\0\0" + bomb)
    words = chunk(b"iTXt", b"Comment\0\1\0en\0\0" + bomb)
    page = b"<html><script>alert(1)</script></html>"
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(page)) + page
    rows = zlib.compress(b"\0" + bytes(RED) + bytes(100_000_000), 1)
    long = plain[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"IDAT", rows)
    return {
        "jpeg and zip": (archive.getvalue(), Opens(FOUR, tolerance=24)),
        "png with a text bomb": (plain[:33] + text + plain[33:], Opens(FOUR)),
        "png with an international text bomb": (plain[:33] + words + plain[33:], Opens(FOUR)),
        "png with a page in its text": (
            plain[:33] + chunk(b"tEXt", b"Comment\0" + page) + plain[33:],
            Opens(FOUR),
        ),
        "jpeg with a page in its comment": (jpeg[:2] + comment + jpeg[2:], Opens(FOUR, tolerance=24)),
        "webp with a page behind it": (saved(quadrants(), "WEBP", lossless=True) + page, Opens(FOUR)),
        "png with a profile bomb": (plain[:33] + profile + plain[33:], Opens(FOUR, note="too large")),
        "png with a text bomb behind the pixels": (plain[:-12] + text + plain[-12:], Opens(FOUR)),
        "png with more rows than it declares": (long + chunk(b"IEND", b""), Opens((RED,) * 4, (1, 1))),
        "png with a script behind it": (plain + b"<script>alert(1)</script>", Opens(FOUR)),
    }


def good_pictures() -> list[bytes]:
    """Those that open and are small, to be damaged."""
    return [
        data for data, outcome in odd_pictures().values() if isinstance(outcome, Opens) and len(data) < 20_000
    ]


def damaged(data: bytes, others: list[bytes], seed: int) -> bytes:
    """Flip bits, cut, or splice in a piece of one of `others`; a PNG mostly with checksums that are right."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    if seed % 3 == 1:
        del changed[chance.randrange(len(changed)) :]
    if seed % 3 == 2:
        other, place = chance.choice(others), chance.randrange(len(changed))
        start = chance.randrange(len(other))
        changed[place : place + 20] = other[start : start + chance.randint(1, 200)]
    return _with_right_checksums(bytes(changed)) if chance.random() < 0.8 else bytes(changed)


def _with_right_checksums(data: bytes) -> bytes:
    """A damaged PNG whose chunks say they are whole, so that it gets past the checksums."""
    if not data.startswith(b"\x89PNG"):
        return data
    pieces, start = [data[:8]], 8
    while start < len(data):
        length = int.from_bytes(data[start : start + 4])
        pieces.append(chunk(data[start + 4 : start + 8], data[start + 8 : start + 8 + length]))
        start += length + 12
    return b"".join(pieces)
