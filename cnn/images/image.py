"""Untrusted bytes → a checked RGB picture, and the 32×32 pixels the network sees.

A file is first parsed chunk by chunk (`cnn.images.file_checks`): its size is known before anything is decoded,
and only the chunks with pixels reach Pillow. Its colours are converted to sRGB (`cnn.images.colour`).
"""

import io
import random
import re
import struct
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from cnn.core.errors import PictureError
from cnn.images.colour import CONVERTED, ToSRGB, changed
from cnn.images.file_checks import PictureFile, check_kind, kind_name, read_file

MAX_PIXELS = 16_000_000
MAX_JPEG_PIXELS = 52_000_000  # phones send 50 megapixels, which have up to 8,192 × 6,144 pixels
MAX_ASPECT = 20  # longer side / shorter side
SIDE = 32  # pixels, what the network sees
DISPLAY_SIDE = 800  # pixels, the longest side of `Picture.original`
RESAMPLING = "box filter, an area average"  # how pictures are made smaller, in words for a page
GREY = (0.299, 0.587, 0.114)  # weights of red, green and blue in the luminance; ITU-R BT.601
SEGMENT = re.compile(
    rb"\xff[\xc0-\xc2\xda]\x00"
)  # of a JPEG: the header of its frame or of a scan; both are short
BACKGROUND = (255, 255, 255, 255)  # white, behind transparent parts

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF orientation → what turns the picture upright


INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}  # TIFF's types → those of struct


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    `original`: uint8 (h, w, 3) in [0, 255], upright, reduced so that no side is over 800 pixels.
    `width`, `height`: pixels of the upright picture before that. `format`: one of `FORMATS`.
    `pixels`: uint8 (32, 32, 3), what the network sees; always computed from `original`, so that moving the crop
    away and back gives the same values.
    `crop`: (left, top, side) of the square that `pixels` shows, in pixels of `original`.
    `notes`: what was done to it, one short sentence each.
    """

    original: np.ndarray
    width: int
    height: int
    format: str
    pixels: np.ndarray
    crop: tuple[int, int, int]
    notes: tuple[str, ...]

    @property
    def least_side(self) -> int:
        """Return the smallest allowed side of a crop, in pixels of `original`: 32, or the shorter side if less."""
        height, width = self.original.shape[:2]
        return min(SIDE, int(height), int(width))

    @property
    def crop_as_came(self) -> tuple[int, int, int]:
        """Return `crop` in pixels of the uploaded picture, rounded: 3,200 × 2,400 → (400, 0, 2400)."""
        height, width = self.original.shape[:2]
        left, top, side = self.crop
        side = round(side * min(self.width, self.height) / min(width, height))
        left = min(round(left * self.width / width), self.width - side)
        return left, min(round(top * self.height / height), self.height - side), side

    def with_crop(self, left: int, top: int, side: int) -> "Picture":
        """Return the picture with another crop, in pixels of `original`, moved to the nearest allowed one.

        The side is from `least_side` to the shorter side of `original`, and the square is inside `original`.
        """
        height, width = self.original.shape[:2]
        side = _within(side, self.least_side, min(width, height))
        crop = _within(left, 0, width - side), _within(top, 0, height - side), side
        return replace(self, pixels=to_network_size(self.original, crop), crop=crop)

    def detail_kept(self) -> float:
        """Return the share, in [0, 1], of the crop's luminance variance that remains in `pixels`.

        1 - var(grey - enlarged) / var(grey), where `enlarged` is the grey of `pixels`, each repeated over its part
        of the crop; 1.0 for a crop of uniform grey, and for one that was not reduced. Alternating columns of
        0 and 200, two per pixel, average to 100 everywhere: 0.0.
        """
        whole, lost = ((rgb @ np.array(GREY)).var() for rgb in (self._cropped(), self._difference()))
        return float(np.clip(1 - lost / whole, 0, 1)) if whole > 1e-9 else 1.0

    def lost(self) -> np.ndarray:
        """Return uint8 (side, side, 3): the crop minus the enlarged `pixels`, plus mid-grey, 128."""
        return (128 + self._difference()).clip(0, 255).astype(np.uint8)

    def _cropped(self) -> np.ndarray:
        left, top, side = self.crop
        return self.original[top : top + side, left : left + side]

    def _difference(self) -> np.ndarray:
        """Return int16 (side, side, 3): the crop minus `pixels`, enlarged to its size by repetition."""
        side = self.crop[2]
        enlarged = Image.fromarray(self.pixels).resize((side, side), Image.Resampling.NEAREST)
        return np.asarray(self._cropped().astype(np.int16) - np.asarray(enlarged))


def decode_picture(data: bytes) -> Picture:
    """Decode an untrusted JPEG, PNG or WebP file in this process.

    Servers use `cnn.images.decoder_pool.Decoders`, which does it in a child process.

    Raises PictureError, with one sentence to show, for a file that is too large, of another kind, cut short or
    damaged.
    """
    kind = check_kind(data)
    try:
        return _decode(read_file(data, kind))
    except PictureError:
        raise
    except MemoryError as error:
        raise PictureError(
            "Decoding this picture takes more memory than there is for it: make it smaller and try again."
        ) from error
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise PictureError(
            f"The {kind_name(kind)} file is cut short or damaged; only whole pictures can be used: "
            "save it again, or choose another one."
        ) from error


def picture_of(original: np.ndarray, size: tuple[int, int], kind: str, notes: tuple[str, ...]) -> Picture:
    """Return the picture of `original` with a centred square crop.

    `original`: uint8 (h, w, 3). `size`: (width, height) of the upright picture before it was reduced.
    """
    height, width = original.shape[:2]
    crop = square_crop(width, height)
    return Picture(original, *size, kind, to_network_size(original, crop), crop, notes)


def to_network_size(rgb: np.ndarray, crop: tuple[int, int, int] | None = None) -> np.ndarray:
    """Reduce a square by averaging: uint8 (h, w, 3) → uint8 (32, 32, 3).

    `crop`: (left, top, side) in pixels; None means the centred square.
    Pillow's box filter weights all source pixels equally, causes no ringing at edges, and leaves a picture of
    32×32 unchanged. A smaller one is enlarged by repeating its pixels.
    """
    height, width = rgb.shape[:2]
    left, top, side = crop or square_crop(width, height)
    square = Image.fromarray(rgb[top : top + side, left : left + side])
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX))


def square_crop(width: int, height: int) -> tuple[int, int, int]:
    """Return (left, top, side) of the largest centred square, in pixels: (640, 480) → (80, 0, 480)."""
    side = min(width, height)
    return (width - side) // 2, (height - side) // 2, side


def display_size(width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of `Picture.original`, in pixels: (3200, 2400) → (800, 600)."""
    scale = min(1.0, DISPLAY_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def check_size(width: int, height: int, most: int = MAX_JPEG_PIXELS) -> None:
    """Raise PictureError, with one sentence to show, unless this size in pixels is allowed."""
    problem = ""
    if min(width, height) < 1:
        problem = "each side must have at least 1: save it again"
    elif width * height > most:
        problem = f"{width * height:,} in all, and at most {most:,} are allowed: make it smaller"
    elif max(width, height) > MAX_ASPECT * min(width, height):
        problem = f"the longer side may be at most {MAX_ASPECT} times the shorter: crop it"
    if problem:
        raise PictureError(f"The picture has {width:,} × {height:,} pixels; {problem} and try again.")


def _decode(file: PictureFile) -> Picture:
    reduced = file.format == "JPEG"  # decoded at 1/2, 1/4 or 1/8, never smaller than shown
    check_size(*file.size, MAX_JPEG_PIXELS if reduced else MAX_PIXELS)
    shown = display_size(*file.size)
    if file.open_end:
        file = _with_end(file, shown)
    image = _opened(file, shown)
    frames = max(file.frames, getattr(image, "n_frames", 1))
    orientation = _orientation(file.exif or image.info.get("exif", b""))
    rgb, done = _to_rgb(image, file, shown)
    size = file.size[::-1] if orientation >= 5 else file.size
    if orientation in TURNS:
        rgb = rgb.transpose(TURNS[orientation])
    notes = {
        f"First frame of {frames:,} taken": frames > 1,
        "16-bit values scaled to 8-bit": file.bits == 16,
        **dict.fromkeys(done, True),
        "Turned upright as its EXIF orientation says": orientation != 1,
        f"Shown at {rgb.width} × {rgb.height} pixels": rgb.size != size,
    }
    return picture_of(
        np.asarray(rgb), size, file.format, tuple(note for note, holds in notes.items() if holds)
    )


def _opened(file: PictureFile, shown: tuple[int, int]) -> Image.Image:
    """Open the decodable part of a file, and check that it has the declared size."""
    image = Image.open(io.BytesIO(file.body), formats=(file.format,))
    if image.size != (file.frame[2:] if file.frame else file.size):
        raise ValueError("two sizes in one file")
    image.draft(None, shown)  # JPEG only
    return image


def _with_end(file: PictureFile, shown: tuple[int, int]) -> PictureFile:
    """Return a JPEG without an end marker with one added, if nothing else is missing.

    libjpeg silently fills in missing data. So two different random byte strings are appended: if both give the
    same picture, no data was missing.
    """
    body = file.body.rstrip(b"\xff")
    ends = [random.Random(seed).randbytes(4096).replace(b"\xff", b"") + b"\xff\xd9" for seed in (1, 2)]
    one, other = (_opened(file._replace(body=body + end), shown) for end in ends)
    if one.info.get("progressive"):
        _require_all_passes(body)
    if not np.array_equal(np.asarray(one), np.asarray(other)):
        raise ValueError("blocks are missing")
    return file._replace(body=body + ends[0])


def _require_all_passes(body: bytes) -> None:
    """Raise ValueError unless the scans of a progressive JPEG contain all bits of every coefficient."""
    missing: set[tuple[int, int]] | None = None  # (component, coefficient)
    for found in SEGMENT.finditer(body):
        segment = body[found.start() : found.start() + 40]
        count = segment[4] if segment[1] == 0xDA else segment[9]
        if segment[1] != 0xDA:
            names = segment[10 : 10 + 3 * count : 3]
            missing = missing or {(name, place) for name in names for place in range(64)}
        elif missing:
            first, last, bits = segment[5 + 2 * count : 8 + 2 * count]
            if not bits & 15:
                missing -= {
                    (name, place)
                    for name in segment[5 : 5 + 2 * count : 2]
                    for place in range(first, last + 1)
                }
    if missing != set():
        raise ValueError("passes are missing")


def _load(image: Image.Image) -> Image.Image:
    """Decode the first frame."""
    if not isinstance(image, WebPImageFile):
        image.load()
        return image
    # Pillow would copy the frame while libwebp still holds two: 4 × 64 MB for 16 megapixels.
    frame = image._decoder.get_next()
    if frame is None:
        raise ValueError("no frame")
    image._decoder = None
    return Image.frombuffer(image.mode, image.size, frame[0], "raw", image.rawmode, 0, 1)


def _to_rgb(image: Image.Image, file: PictureFile, shown: tuple[int, int]) -> tuple[Image.Image, list[str]]:
    """Decode a picture of any mode to RGB of size `shown`; return it with notes on what was done.

    It is reduced before its colours are converted, which bounds the time. At most one copy of a large picture
    exists beside the picture itself: 2 × 64 MB for 16 megapixels.
    """
    notes = []
    before, alpha = _read(_load(image), file, shown)
    convert = ToSRGB(file.colours, before.mode)
    rgb = convert.apply(before)
    if before.mode == "CMYK":
        notes.append("CMYK converted to RGB" + " as its profile says" * bool(convert))
    elif convert and changed(before.convert("RGB"), rgb):
        notes.append(CONVERTED)
    if convert.problem:
        notes.append(convert.problem)
    if alpha is not None:
        if alpha.getextrema()[0] != 255:
            notes.append("Transparent parts put on white")
        rgb.putalpha(alpha)
        ground = Image.new("RGBA", rgb.size, BACKGROUND)
        ground.alpha_composite(rgb)
        rgb = ground.convert("RGB")
    return rgb, notes


def _read(
    image: Image.Image, file: PictureFile, shown: tuple[int, int]
) -> tuple[Image.Image, Image.Image | None]:
    """Return a picture reduced to its shown size, L, RGB or CMYK, and its alpha, if it has one."""
    if image.mode == "CMYK":
        return _shrink(image, shown), None
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if file.transparent is not None:
        image.info["transparency"] = file.transparent
    if not image.has_transparency_data and not file.frame:
        kept = image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")
        return _shrink(kept, shown), None
    grey = image.mode in ("1", "L", "LA")
    if file.frame:
        canvas = Image.new("RGBA", file.size)
        canvas.paste(image.convert("RGBA"), file.frame[:2])
        image = canvas
    rgba = _shrink(
        image if image.mode == "RGBA" else image.convert("RGBA"), shown
    )  # weights colours by alpha
    return rgba.getchannel("R") if grey else rgba.convert("RGB"), rgba.getchannel("A")


def _shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BOX)


def _within(number: int, least: int, most: int) -> int:
    return max(least, min(number, most))


def _orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 (upright) if it is missing or invalid.

    EXIF requires a SHORT; any integer type is accepted.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = ">" if tiff[:2] == b"MM" else "<"
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, entry)
            if tag == 0x0112:
                (value,) = struct.unpack_from(order + INTEGERS[kind], tiff, entry + 8)
                return value if value in TURNS else 1
    except (struct.error, KeyError):
        pass
    return 1
