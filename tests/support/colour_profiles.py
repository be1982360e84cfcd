"""ICC profiles made by hand, as cameras, phones, scanners and printing presses attach them to pictures (ICC.1:2022)."""

import struct
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

D50 = (0.9642, 1.0, 0.8249)
D65 = (0.3127, 0.3290)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# (x, y) of red, green, blue
SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060))
PROPHOTO = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
D50_WHITE = (0.3457, 0.3585)

Tags = dict[bytes, bytes]


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))


def _text(version: int, words: str) -> bytes:
    if version >= 4:
        letters = words.encode("utf-16-be")
        return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(letters), 28) + letters
    letters = words.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(letters)) + letters + bytes(78)


def profile(
    space: bytes,
    tags: Tags,
    *,
    version: int = 4,
    kind: bytes = b"mntr",
    pcs: bytes = b"XYZ ",
    intent: int = 0,
) -> bytes:
    """Put a profile together: header, table of tags, tags."""
    tags = {
        b"desc": _text(version, "Made for a test"),
        b"cprt": _text(version, "Public domain") if version >= 4 else b"text\0\0\0\0Public domain\0",
        b"wtpt": _xyz(D50),
        **tags,
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    header = struct.pack(
        ">I4sI4s4s4s12s4s", size, b"\0\0\0\0", version << 24, kind, space, pcs, bytes(12), b"acsp"
    )
    header += struct.pack(">4sI4s4sQI", bytes(4), 0, bytes(4), bytes(4), 0, intent)
    header += b"".join(map(_fixed, D50)) + bytes(4)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def gamma_curve(gamma: float) -> bytes:
    """A power, as profiles of version 2 write it."""
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def table_curve(curve: Callable[[NDArray[np.float64]], NDArray[np.float64]], entries: int = 1024) -> bytes:
    """A curve as a table."""
    values = np.rint(65535 * curve(np.linspace(0, 1, entries))).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", entries) + values.tobytes()


def srgb_curve() -> bytes:
    """The curve of sRGB in five numbers, as profiles of version 4 write it."""
    return (
        b"para\0\0\0\0"
        + struct.pack(">HH", 3, 0)
        + b"".join(map(_fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
    )


def to_linear(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """IEC 61966-2-1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def colorants(
    primaries: Sequence[tuple[float, float]], white: tuple[float, float] = D65
) -> NDArray[np.float64]:
    """Return the 3×3 matrix RGB → XYZ under D50 of primaries and a white given as (x, y)."""
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    seen = np.array([white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]])
    matrix = columns * np.linalg.solve(columns, seen)
    scale = np.diag((BRADFORD @ np.array(D50)) / (BRADFORD @ seen))
    return np.asarray(np.linalg.inv(BRADFORD) @ scale @ BRADFORD @ matrix)


def rgb_profile(
    primaries: Sequence[tuple[float, float]],
    curve: bytes,
    *,
    version: int = 4,
    white: tuple[float, float] = D65,
    order: Sequence[int] = (0, 1, 2),
) -> bytes:
    """A profile of three curves and a matrix; `order` exchanges the channels."""
    columns = colorants(primaries, white).T[list(order)]
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    tags = {name: _xyz(column) for name, column in zip(names, columns.tolist(), strict=True)}
    return profile(b"RGB ", tags | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}, version=version)


def grey_profile(curve: bytes, *, version: int = 4) -> bytes:
    """A profile of one curve."""
    return profile(b"GRAY", {b"kTRC": curve}, version=version)


def to_lab(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE 1976, under D50."""
    scaled = xyz / np.array(D50)
    root = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _grid(channels: int, points: int) -> NDArray[np.float64]:
    axes = np.meshgrid(*[np.linspace(0, 1, points)] * channels, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], -1)


def _lut16(channels: int, points: int, lab: NDArray[np.float64]) -> bytes:
    """`mft2`: Lab as version 2 codes it in 16 bits, where 100 is 0xFF00."""
    coded = np.rint((lab + np.array([0, 128, 128])) * [652.8, 256, 256]).clip(0, 65535).astype(">u2")
    unit = b"".join(map(_fixed, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    straight = struct.pack(">2H", 0, 65535)
    return (
        b"mft2\0\0\0\0"
        + struct.pack(">4B", channels, 3, points, 0)
        + unit
        + struct.pack(">2H", 2, 2)
        + straight * channels
        + coded.tobytes()
        + straight * 3
    )


def _lut_ab(channels: int, points: int, lab: NDArray[np.float64]) -> bytes:
    """`mAB `: curves A, a grid, curves B; Lab as version 4 codes it, where 100 is 0xFFFF."""
    coded = np.rint(
        (lab / [100, 255, 255] + np.array([0, 128, 128]) / [1, 255, 255]).clip(0, 1) * 65535
    ).astype(">u2")
    straight = b"curv\0\0\0\0\0\0\0\0"
    grid = bytes([points] * channels).ljust(16, b"\0") + b"\2\0\0\0" + coded.tobytes()
    grid += bytes(-len(grid) % 4)
    at_grid = 32 + len(straight) * 3
    at_a = at_grid + len(grid)
    head = b"mAB \0\0\0\0" + struct.pack(">BBHIIIII", channels, 3, 0, 32, 0, 0, at_grid, at_a)
    return head + straight * 3 + grid + straight * channels


def lab_profile(primaries: Sequence[tuple[float, float]], *, version: int, points: int = 17) -> bytes:
    """RGB by a grid of Lab colours: `mft2` in version 2, `mAB ` in version 4."""
    linear = to_linear(_grid(3, points))
    lab = to_lab(linear @ colorants(primaries).T)
    table = _lut_ab(3, points, lab) if version >= 4 else _lut16(3, points, lab)
    return profile(b"RGB ", {b"A2B0": table}, version=version, kind=b"scnr", pcs=b"Lab ")


def cmyk_profile(*, version: int = 2, points: int = 9) -> bytes:
    """A printing press by a simple rule: inks multiply, paper is a little yellow, black is not quite black."""
    inks = _grid(4, points)
    cmy, black = inks[:, :3], inks[:, 3:]
    linear = to_linear((1 - 0.92 * cmy) * (1 - 0.9 * black)) * [1.0, 0.99, 0.94]
    lab = to_lab(linear @ colorants(SRGB).T)
    table = _lut_ab(4, points, lab) if version >= 4 else _lut16(4, points, lab)
    return profile(b"CMYK", {b"A2B0": table}, version=version, kind=b"prtr", pcs=b"Lab ")
