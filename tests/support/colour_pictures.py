"""Pictures whose colours are said by more than their pixels, made by code: profiles, cICP, gAMA and cHRM."""

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from support import PROJECT
from support import colour_profiles as icc
from support.odd_pictures import chunk, saved

HANDED = PROJECT.parent / "shared" / "cases" / "pictures"
LEVELS = 4  # by which two programs may differ in a colour

Pixels = NDArray[np.uint8]


def scene(width: int = 64, height: int = 64) -> Pixels:
    """A ramp of every hue, one of dark and one of light tones, and plain squares: uint8 (height, width, 3)."""
    y, x = np.mgrid[0:height, 0:width] / (max(height - 1, 1), max(width - 1, 1))[0]
    x, y = x / max(x.max(), 1e-9), y / max(y.max(), 1e-9)
    rgb = 0.5 + 0.5 * np.cos(2 * np.pi * (x[..., None] + np.array([0, 1 / 3, 2 / 3])))
    rgb = np.where(y[..., None] < 0.35, rgb, rgb * (1 - y[..., None]) + y[..., None] * x[..., None])
    rgb[y > 0.85] = x[y > 0.85, None] * 0.2  # dark greys, where curves differ most
    square = (y > 0.4) & (y < 0.6)
    for place, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255), (76, 134, 60))):
        rgb[square & (x > place / 4 + 0.05) & (x < place / 4 + 0.2)] = np.array(colour) / 255
    return np.rint(255 * rgb).astype(np.uint8)


def handed(name: str) -> bytes:
    """One of the pictures that were handed in, or skip the test."""
    path = HANDED / name
    if not path.is_file():
        pytest.skip(f"{name} was handed in and is not part of the project")
    return path.read_bytes()


def with_chunks(data: bytes, *chunks: bytes) -> bytes:
    """A PNG with more chunks right after its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def iccp(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"made\0\0" + zlib.compress(profile))


def gama(gamma: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(gamma * 100000)))


def chrm(primaries: Any, white: tuple[float, float] = icc.D65) -> bytes:
    return chunk(
        b"cHRM", struct.pack(">8I", *(round(v * 100000) for pair in (white, *primaries) for v in pair))
    )


def cicp(primaries: int, transfer: int, full: int = 1) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, 0, full]))


def png16(rgb16: NDArray[np.uint16], *chunks: bytes) -> bytes:
    """A PNG of 16 bits a channel: grey, grey and alpha, RGB or RGBA by its last axis."""
    height, width, channels = rgb16.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rgb16)
    body = (
        chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def fading(rgb: Pixels) -> Pixels:
    """The picture with an alpha that goes from 0 to 255 downwards."""
    alpha = np.linspace(0, 255, rgb.shape[0]).astype(np.uint8)
    return np.dstack([rgb, np.repeat(alpha[:, None], rgb.shape[1], 1)])


def linear16(rgb: Pixels) -> NDArray[np.uint16]:
    """The picture in linear light, 16 bits a channel."""
    return np.rint(65535 * icc.to_linear(rgb / 255)).astype(np.uint16)


def coloured_pictures() -> dict[str, bytes]:
    """Name → file; what each must look like is asked of a browser."""
    rgb, grey = scene(), scene()[..., 1]
    p3, adobe = (
        icc.rgb_profile(icc.P3, icc.srgb_curve()),
        icc.rgb_profile(icc.ADOBE_RGB, icc.gamma_curve(2.2), version=2),
    )
    prophoto = icc.rgb_profile(icc.PROPHOTO, icc.gamma_curve(1.8), version=2, white=icc.D50_WHITE)
    swapped = icc.rgb_profile(icc.SRGB, icc.srgb_curve(), order=(1, 2, 0))
    linear = icc.rgb_profile(icc.SRGB, icc.gamma_curve(1.0))
    tabled = icc.rgb_profile(icc.P3, icc.table_curve(icc.to_linear), version=2)
    grey18, grey10 = icc.grey_profile(icc.gamma_curve(1.8)), icc.grey_profile(icc.gamma_curve(1.0), version=2)
    lab2, lab4 = icc.lab_profile(icc.P3, version=2), icc.lab_profile(icc.P3, version=4)
    large = icc.lab_profile(icc.P3, version=2, points=25)
    press2, press4 = icc.cmyk_profile(), icc.cmyk_profile(version=4)
    best: dict[str, Any] = {"quality": 95, "subsampling": 0}
    cmyk = Image.fromarray(rgb).convert("CMYK")
    plain, grey_png = saved(rgb, "PNG"), saved(grey, "PNG")
    indexed = saved(Image.fromarray(rgb).quantize(64), "PNG")
    frames: dict[str, Any] = {
        "save_all": True,
        "append_images": [Image.fromarray(rgb[::-1])],
        "duration": 100,
    }
    return {
        "jpeg P3": saved(rgb, "JPEG", icc_profile=p3, **best),
        "jpeg P3, chroma at half": saved(rgb, "JPEG", icc_profile=p3, quality=90),
        "jpeg Adobe RGB": saved(rgb, "JPEG", icc_profile=adobe, **best),
        "jpeg ProPhoto RGB": saved(rgb, "JPEG", icc_profile=prophoto, **best),
        "jpeg curves as tables": saved(rgb, "JPEG", icc_profile=tabled, progressive=True, **best),
        "jpeg Lab grid, version 2": saved(rgb, "JPEG", icc_profile=lab2, **best),
        "jpeg Lab grid, version 4": saved(rgb, "JPEG", icc_profile=lab4, **best),
        "jpeg profile in two segments": saved(rgb, "JPEG", icc_profile=large, **best),
        "jpeg grey, profile": saved(grey, "JPEG", icc_profile=grey18, **best),
        "jpeg grey, RGB profile": saved(grey, "JPEG", icc_profile=adobe, **best),
        "jpeg cmyk": saved(cmyk, "JPEG", **best),
        "jpeg cmyk, profile": saved(cmyk, "JPEG", icc_profile=press2, **best),
        "jpeg cmyk, profile version 4": saved(cmyk, "JPEG", icc_profile=press4, **best),
        "jpeg cmyk, RGB profile": saved(cmyk, "JPEG", icc_profile=p3, **best),
        "jpeg RGB, grey profile": saved(rgb, "JPEG", icc_profile=grey18, **best),
        "jpeg 17×33 P3": saved(scene(17, 33), "JPEG", icc_profile=p3, **best),
        "jpeg 640×401 P3": saved(scene(640, 401), "JPEG", icc_profile=p3, **best),
        "jpeg 1×1 P3": saved(scene(1, 1), "JPEG", icc_profile=p3, **best),
        "jpeg broken profile": saved(rgb, "JPEG", icc_profile=p3[:200], **best),
        "png P3": saved(rgb, "PNG", icc_profile=p3),
        "png swapped": saved(rgb, "PNG", icc_profile=swapped),
        "png linear profile": saved(rgb, "PNG", icc_profile=linear),
        "png P3, alpha": saved(fading(rgb), "PNG", icc_profile=p3),
        "png P3, palette": with_chunks(indexed, iccp(p3)),
        "png palette, gAMA 1": with_chunks(indexed, gama(1)),
        "png grey, profile": with_chunks(grey_png, iccp(grey18)),
        "png grey, linear profile": with_chunks(grey_png, iccp(grey10)),
        "png grey, RGB profile": with_chunks(grey_png, iccp(adobe)),
        "png RGB, grey profile": with_chunks(plain, iccp(grey18)),
        "png grey and alpha, profile": with_chunks(
            saved(Image.fromarray(np.dstack([grey, fading(rgb)[..., 3]]), "LA"), "PNG"), iccp(grey18)
        ),
        "png broken profile": with_chunks(plain, iccp(p3[:300])),
        "png gAMA 1": with_chunks(plain, gama(1)),
        "png gAMA 1/1.8": with_chunks(plain, gama(1 / 1.8)),
        "png gAMA 1/2.2": with_chunks(plain, gama(0.45455)),
        "png gAMA 1, grey": with_chunks(grey_png, gama(1)),
        "png cHRM P3": with_chunks(plain, chrm(icc.P3)),
        "png gAMA and cHRM of Adobe RGB": with_chunks(plain, gama(1 / 2.2), chrm(icc.ADOBE_RGB)),
        "png cHRM under D50": with_chunks(plain, gama(1 / 1.8), chrm(icc.PROPHOTO, icc.D50_WHITE)),
        "png sRGB before gAMA": with_chunks(plain, chunk(b"sRGB", b"\0"), gama(1)),
        "png iCCP before gAMA": with_chunks(plain, iccp(p3), gama(1)),
        "png gAMA before iCCP": with_chunks(plain, gama(1), iccp(p3)),
        "png sRGB and iCCP": with_chunks(plain, chunk(b"sRGB", b"\0"), iccp(p3)),
        "png cICP P3": with_chunks(plain, cicp(12, 13)),
        "png cICP P3 before iCCP": with_chunks(plain, cicp(12, 13), iccp(swapped)),
        "png cICP linear": with_chunks(plain, cicp(1, 8)),
        "png cICP BT.709": with_chunks(plain, cicp(1, 1)),
        "png cICP BT.2020": with_chunks(plain, cicp(9, 14)),
        "png cICP gamma 2.2": with_chunks(plain, cicp(1, 4)),
        "png cICP gamma 2.8": with_chunks(plain, cicp(5, 5)),
        "png cICP, 2 of 4 unknown": with_chunks(plain, cicp(2, 2)),
        "png cICP, short range": with_chunks(plain, cicp(12, 13, 0)),
        "png cICP, grey": with_chunks(grey_png, cicp(12, 8)),
        "png cICP PQ": with_chunks(plain, cicp(9, 16)),
        "png cICP HLG": with_chunks(plain, cicp(9, 18)),
        "png sBIT": with_chunks(plain, chunk(b"sBIT", b"\5\6\5"), gama(1 / 1.8)),
        "png 16-bit": png16(scene().astype(np.uint16) * 257),
        "png 16-bit gAMA 1": png16(linear16(rgb), gama(1)),
        "png 16-bit gAMA 1, alpha": png16(
            np.dstack([linear16(rgb), fading(rgb)[..., 3] * np.uint16(257)]), gama(1)
        ),
        "png 16-bit grey gAMA 1": png16(linear16(rgb)[..., :1], gama(1)),
        "png 16-bit grey and alpha gAMA 1": png16(
            np.dstack([linear16(rgb)[..., 0], fading(rgb)[..., 3] * np.uint16(257)]), gama(1)
        ),
        "png 16-bit P3": png16(scene().astype(np.uint16) * 257, iccp(p3)),
        "png 16-bit linear profile": png16(linear16(rgb), iccp(linear)),
        "png 16-bit cICP linear": png16(linear16(rgb), cicp(1, 8)),
        "webp P3": saved(rgb, "WEBP", lossless=True, icc_profile=p3),
        "webp Adobe RGB": saved(rgb, "WEBP", quality=95, icc_profile=adobe),
        "webp P3, alpha": saved(fading(rgb), "WEBP", lossless=True, icc_profile=p3),
        "webp P3, alpha, lossy": saved(fading(rgb), "WEBP", quality=95, icc_profile=p3),
        "webp animated P3": saved(rgb, "WEBP", lossless=True, icc_profile=p3, **frames),
        "webp broken profile": saved(rgb, "WEBP", lossless=True, icc_profile=p3[:300]),
        "webp grey profile": saved(rgb, "WEBP", lossless=True, icc_profile=grey18),
    }
