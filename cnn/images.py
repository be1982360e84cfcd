"""Untrusted bytes → a checked RGB picture, and the 32×32 pixels the network sees.

A file is walked first, chunk by chunk (`cnn.picture_files`): its size is known before anything is decoded,
and only the chunks that carry pixels reach Pillow. Colour profiles are therefore not applied.
"""

import io
import math
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from cnn.errors import PictureError
from cnn.picture_files import PictureFile, check_kind, kind_name, read_file

MAX_PIXELS = 16_000_000
MAX_ASPECT = 20  # the longer side, in shorter sides
SIDE = 32  # pixels, what the network sees
DISPLAY_SIDE = 800  # pixels, the longest side of `Picture.original`
BACKGROUND = (255, 255, 255, 255)  # white: what transparent parts are put on

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
    kind = check_kind(data)
    try:
        return _decode(read_file(data, kind))
    except PictureError:
        raise
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise PictureError(
            f"The {kind_name(kind)} file is cut short or damaged; only whole pictures can be used: "
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


def _decode(file: PictureFile) -> Picture:
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
