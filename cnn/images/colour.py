"""Colour management: converts the colours that a file declares to sRGB, as browsers do.

LittleCMS, in the build that Pillow includes, does the arithmetic. A profile is untrusted and is parsed by a large
C library, so it is opened only where pictures are decoded (`cnn.images.decoder_worker`).
"""

import io
import struct
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms

MAX_PROFILE = 4 * 2**20  # bytes; profiles of printing presses have up to 3 MB
SAME = 1  # a change of at most so many levels of 255 is not reported

Chromaticity = tuple[float, float]  # (x, y), CIE 1931
SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
D65: Chromaticity = (0.3127, 0.3290)
D50 = np.array((0.9642, 1.0, 0.8249))  # XYZ of the white point of ICC profiles
BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))

# ITU-T H.273, table 2: code of the primaries → red, green, blue, white
PRIMARIES: dict[int, tuple[Chromaticity, ...]] = {
    1: (*SRGB, D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
}
# ITU-T H.273, table 3: code of the transfer curve → ICC's parametric curve, (g,) or (g, a, b, c, d)
CURVE_TV = (2.4,)  # what screens show of BT.601, 709 and 2020: BT.1886, not the curve of the camera
CURVE_SRGB = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
CURVES: dict[int, tuple[float, ...]] = {
    1: CURVE_TV,
    4: (2.2,),
    5: (2.8,),
    6: CURVE_TV,
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913),
    8: (1.0,),
    11: CURVE_TV,
    13: CURVE_SRGB,
    14: CURVE_TV,
    15: CURVE_TV,
    17: (2.6, (52.37 / 48) ** (1 / 2.6), 0.0, 0.0, 0.0),
}

HDR_CURVES = (16, 18)  # PQ and HLG: what a browser makes of them for other screens, no standard says

BROKEN = "Its colour profile is broken and was left out"
HDR = "Its brightness is coded for HDR screens and was left as it is"
TOO_LARGE = "Its colour profile is too large and was left out"
UNFIT = "Its colour profile is not for this kind of picture and was left out"
CONVERTED = "Colours converted to sRGB as the file says"


class Colours(NamedTuple):
    """The colour space that a file declares: an ICC profile, or the problem with the one it contains; or
    primaries and white as (x, y), with ICC's parametric curve. All empty: sRGB.
    """

    profile: bytes = b""
    problem: str = ""
    primaries: tuple[Chromaticity, ...] = ()
    curve: tuple[float, ...] = ()


class ToSRGB:
    """A conversion to sRGB; `problem` says why the declared colour space is not used, if so."""

    def __init__(self, colours: Colours, mode: str) -> None:
        """Prepare the conversion of pixels of `mode`: L, RGB or CMYK."""
        self.problem = colours.problem
        self._transform: ImageCms.ImageCmsTransform | None = None
        self._mode = ""  # of the pixels that the transform takes
        profile = colours.profile
        if not profile and not colours.curve:
            return
        try:
            profile = profile or _made_profile(colours.primaries or PRIMARIES[1], colours.curve)
            opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            self._mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(
                opened.profile.xcolor_space.strip(), ""
            )
            if (mode, self._mode) not in (("L", "L"), ("L", "RGB"), ("RGB", "RGB"), ("CMYK", "CMYK")):
                self.problem = UNFIT
                return
            self._transform = ImageCms.buildTransform(
                opened, _srgb(), self._mode, "RGB", ImageCms.Intent.PERCEPTUAL, ImageCms.Flags.NOOPTIMIZE
            )
        except (OSError, ValueError, TypeError, ArithmeticError, struct.error, ImageCms.PyCMSError):
            self.problem = BROKEN

    def __bool__(self) -> bool:
        return self._transform is not None

    def apply(self, image: Image.Image) -> Image.Image:
        """Return a picture of the given mode, converted to sRGB."""
        if self._transform is None:
            return image.convert("RGB")
        if image.mode != self._mode:
            image = image.convert(self._mode)
        return self._transform.apply(image)


def gamma_curve(gamma: float, primaries: bool) -> tuple[float, ...]:
    """Return the parametric curve of a PNG's gAMA chunk.

    A gamma within 5 % of 1/2.2 without primaries means sRGB: browsers do not convert it either.
    """
    return () if not primaries and abs(2.2 * gamma - 1) <= 0.05 else (1 / gamma,)


def changed(before: Image.Image, after: Image.Image) -> bool:
    """Whether two RGB pictures differ by more than rounding."""
    one, other = (np.asarray(image, np.int16) for image in (before, after))
    return bool(np.abs(one - other).max() > SAME)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    """Return sRGB as a version 2 profile: with version 4, LittleCMS would shift black, which browsers do not."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return ImageCms.ImageCmsProfile(io.BytesIO(made[:8] + b"\x02\x40\0\0" + made[12:]))


def _made_profile(primaries: tuple[Chromaticity, ...], curve: tuple[float, ...]) -> bytes:
    """Return an ICC profile (ICC.1:2022) with these primaries, white point and curve.

    The columns of its matrix are the primaries, scaled to add up to the white point and adapted to D50 by the
    Bradford transform.
    """
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    matrix, white = columns[:, :3], columns[:, 3]
    matrix = matrix * np.linalg.solve(matrix, white)
    scale = np.diag((BRADFORD @ D50) / (BRADFORD @ white))
    matrix = np.linalg.inv(BRADFORD) @ scale @ BRADFORD @ matrix
    kind = 0 if len(curve) == 1 else 3
    para = b"para" + struct.pack(">4xHH", kind, 0) + _fixed(*curve)
    tags = [(b"wtpt", b"XYZ " + bytes(4) + _fixed(*D50))]
    for letter, column in zip((b"r", b"g", b"b"), matrix.T.tolist(), strict=True):
        tags += [(letter + b"XYZ", b"XYZ " + bytes(4) + _fixed(*column)), (letter + b"TRC", para)]
    start, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data
    head = struct.pack(">I4xI4s4s4s12x4s", start + len(body), 0x04400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    head = (head.ljust(68, b"\0") + _fixed(*D50)).ljust(128, b"\0")
    return head + struct.pack(">I", len(tags)) + table + body


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
