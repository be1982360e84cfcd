"""Textures as heights: what lies low, in the middle and high gets a colour each in cnn.data.synthetic.others.

Every function takes its randomness and returns heights, float (64, 64), 0 to 1: a picture of 32×32 is
made of averages over 2×2, so edges are smooth.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw

from cnn.data.synthetic.sketch_pen import Colour

SIDE = 64

_ANY = math.pi  # radians a texture may be turned by, either way
_LITTLE = 0.15


def clouds(rng: np.random.Generator, side: int, power: float = 1.0) -> np.ndarray:
    """Return noise whose amplitude falls with frequency as 1/f**power, float (side, side), mean 0, std 1.

    It goes on from one border at the opposite one. 1 is the spectrum of photographs, 2 is smoother.
    """
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((side, side))) / frequency**power, s=(side, side))
    return np.asarray(noise / noise.std())


def _plane(rng: np.random.Generator, turn: float = _ANY) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of every point, in points of the 64×64, turned and moved at random."""
    angle = rng.uniform(-turn, turn)
    across = np.arange(SIDE) - rng.uniform(0, SIDE)
    down = (np.arange(SIDE) - rng.uniform(0, SIDE))[:, None]
    cosine, sine = math.cos(angle), math.sin(angle)
    return across * cosine + down * sine, down * cosine - across * sine


def _wave(x: np.ndarray, length: float) -> np.ndarray:
    """Return a sine of this wavelength, scaled to 0 to 1."""
    return 0.5 + 0.5 * np.sin(x * (2 * math.pi / length))


def _sharp(x: np.ndarray, softness: float) -> np.ndarray:
    """Return 0 below 0 and 1 above it, with a slope as wide as `softness` between."""
    return np.clip(0.5 + x / softness, 0, 1)


def _of_cells(rng: np.random.Generator, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return a random number, 0 to 1, for each cell of a grid, repeating every 32 cells."""
    return np.asarray(rng.random((32, 32))[row.astype(int) % 32, column.astype(int) % 32])


def _stripes(rng: np.random.Generator) -> np.ndarray:
    x, _ = _plane(rng)
    return _sharp(_wave(x, rng.uniform(6, 26)) - rng.uniform(0.3, 0.7), rng.uniform(0.2, 1.0))


def _checks(rng: np.random.Generator) -> np.ndarray:
    x, y = _plane(rng)
    size = rng.uniform(5, 15)
    return (np.floor(x / size) + np.floor(y / size)) % 2


def _dots(rng: np.random.Generator) -> np.ndarray:
    """Return round dots, every second row moved by half a step."""
    x, y = _plane(rng)
    step = rng.uniform(9, 22)
    x = x + (np.floor(y / step) % 2) * step / 2
    away = np.hypot(x % step - step / 2, y % step - step / 2)
    return _sharp(rng.uniform(0.22, 0.4) * step - away, 1.5)


def _bricks(rng: np.random.Generator) -> np.ndarray:
    """Return rows of bricks, each of its own height up to 0.6, in mortar of 1."""
    x, y = _plane(rng, _LITTLE)
    high = rng.uniform(8, 16)
    wide, joint = high * rng.uniform(1.8, 2.6), rng.uniform(1.5, 3.0)
    row = np.floor(y / high)
    x = x + (row % 2) * wide / 2
    brick = 0.6 * _of_cells(rng, np.floor(x / wide), row)
    return np.where((x % wide < joint) | (y % high < joint), 1.0, brick)


def _wood(rng: np.random.Generator) -> np.ndarray:
    """Return long grain: year rings cut lengthwise, bent by slow noise, with fine fibres."""
    x, y = _plane(rng, _LITTLE)
    if rng.random() < 0.5:
        x, y = y, x
    bend = rng.uniform(4, 14) * np.sin(x / rng.uniform(14, 30) + rng.uniform(0, 6)) * np.exp(-((y / 30) ** 2))
    grain = _wave(y + bend + 1.5 * clouds(rng, SIDE, 2), rng.uniform(7, 18)) ** 2
    fibres = rng.random(256)[(y * 2).astype(int) % 256]
    return np.asarray(rng.uniform(0.3, 0.6) * grain + 0.4 * fibres)


def _cloth(rng: np.random.Generator) -> np.ndarray:
    """Return a plain weave: threads go over and under each other, round in section."""
    x, y = _plane(rng)
    size = rng.uniform(5, 10)
    column, row = np.floor(x / size), np.floor(y / size)
    over = (column + row) % 2 == 0
    along, across = np.where(over, x, y) / size % 1, np.where(over, y, x) / size % 1
    round_ = np.sin(math.pi * across) * (0.55 + 0.45 * np.sin(math.pi * along))
    return np.clip(round_ * np.where(over, 1.0, rng.uniform(0.5, 0.9)), 0, 1)


def _tartan(rng: np.random.Generator) -> np.ndarray:
    """Return the same bands across and down, half of the height each."""
    x, y = _plane(rng)
    step = rng.uniform(16, 34)
    edges = np.sort(rng.random(5))
    bands = rng.permutation([0.0, 0.25, 0.4, 0.6, 0.8, 1.0])
    across, down = (bands[np.searchsorted(edges, way / step % 1)] for way in (x, y))
    return np.asarray((across + down) / 2)


def _rings(rng: np.random.Generator) -> np.ndarray:
    x, y = _plane(rng)
    away = np.hypot(x, y * rng.uniform(0.7, 1.0))
    return _sharp(_wave(away, rng.uniform(7, 20)) - 0.5, rng.uniform(0.3, 1.0))


def _gradient(rng: np.random.Generator) -> np.ndarray:
    """Return a slope to one side, or from a point outwards, from 0 to 1."""
    x, y = _plane(rng)
    slope = x if rng.random() < 0.6 else np.hypot(x, y)
    slope = slope - slope.min()
    return np.asarray((slope / slope.max()) ** rng.uniform(0.6, 1.6))


def _hexagons(rng: np.random.Generator) -> np.ndarray:
    """Return six-sided tiles, each of its own height from 0.3, in joints of 0."""
    x, y = _plane(rng)
    size = rng.uniform(9, 18)
    grids = [_tiles_of_one_grid(rng, x, y, size, shift) for shift in (0.0, 0.5)]
    (first, first_away), (second, second_away) = grids
    tile, away = np.where(first_away < second_away, first, second), np.minimum(first_away, second_away)
    return np.asarray(tile * _sharp(size / 2 - rng.uniform(0.8, 1.6) - away, 1.0))


def _tiles_of_one_grid(
    rng: np.random.Generator, x: np.ndarray, y: np.ndarray, size: float, shift: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of the nearest tile, and how far its centre is, across the six sides.

    The centres of six-sided tiles are two grids of oblongs, one (`shift` 0.5) in the middles of the other.
    """
    high = size * math.sqrt(3)
    column, row = np.round(x / size - shift), np.round(y / high - shift)
    right, down = np.abs(x - (column + shift) * size), np.abs(y - (row + shift) * high)
    heights = 0.3 + 0.7 * _of_cells(rng, column, row)
    return heights, np.maximum(right, right / 2 + down * math.sqrt(3) / 2)


def _marble(rng: np.random.Generator) -> np.ndarray:
    """Return veins: thin where a wave bent by clouds passes through 0."""
    x, _ = _plane(rng)
    bent = x + rng.uniform(4, 9) * clouds(rng, SIDE, 1.5)
    veins = np.abs(np.sin(bent * (math.pi / rng.uniform(14, 34)))) ** rng.uniform(0.4, 0.8)
    return np.clip(0.85 * veins + 0.08 * clouds(rng, SIDE), 0, 1)


def _gravel(rng: np.random.Generator) -> np.ndarray:
    """Return stones: what lies nearest to each of some points, lower towards the gaps (Voronoi)."""
    step = rng.uniform(10, 18)
    places = np.arange(-0.5, SIDE / step + 1)
    grid = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
    centres = ((grid + rng.uniform(-0.45, 0.45, grid.shape)) * step).astype(np.float32)
    points = np.arange(SIDE, dtype=np.float32)
    right, down = (points - centres[:, axis, None] for axis in (0, 1))
    away = np.sqrt(down[:, :, None] ** 2 + right[:, None, :] ** 2)  # (stones, 64, 64)
    nearest = away.argmin(axis=0)[None]
    first = np.take_along_axis(away, nearest, axis=0)[0]
    np.put_along_axis(away, nearest, np.inf, axis=0)
    gap = away.min(axis=0) - first
    heights = rng.uniform(0.35, 1.0, len(centres))[nearest[0]]
    return np.asarray(heights * np.clip(gap / (0.3 * step), 0, 1) ** 0.5)


def _grass(rng: np.random.Generator) -> np.ndarray:
    """Return some 200 blades, the later ones over the earlier ones and lighter."""
    sheet = Image.new("F", (SIDE, SIDE), 0.1)
    draw = ImageDraw.Draw(sheet)
    blades = 200
    lean, length = rng.uniform(-8, 8), rng.uniform(12, 26)
    roots = rng.uniform(-4, SIDE + 16, (blades, 2))
    tips = roots + rng.normal((lean, -length), (5, 4), (blades, 2))
    light = np.linspace(0.1, 0.7, blades) + rng.uniform(0, 0.3, blades)
    for root, tip, height in zip(roots.tolist(), tips.tolist(), light.tolist(), strict=True):
        draw.line([*root, *tip], fill=height, width=2)
    return np.asarray(sheet, dtype=np.float64)


def _camouflage(rng: np.random.Generator) -> np.ndarray:
    """Return smooth patches of three heights."""
    return np.searchsorted((-0.5, 0.5), clouds(rng, SIDE, rng.uniform(1.5, 2.0))) / 2


def _zigzag(rng: np.random.Generator) -> np.ndarray:
    """Return stripes that turn left and right."""
    x, y = _plane(rng)
    step = rng.uniform(12, 26)
    turned = y + np.abs(x % step - step / 2) * rng.uniform(0.7, 1.3)
    return _sharp(_wave(turned, rng.uniform(8, 16)) - 0.5, rng.uniform(0.3, 0.8))


def _scales(rng: np.random.Generator) -> np.ndarray:
    """Return rows of round scales or roof tiles, dark at the rim, each row over the one below it."""
    x, y = _plane(rng)
    step = rng.uniform(13, 28)
    heights = np.zeros((SIDE, SIDE))
    for below in (1, 0, -1):  # the rows whose discs reach this point, the topmost last
        row = np.floor(2 * y / step) + below
        place = x / step + (row % 2) / 2
        away = np.hypot(place % 1 - 0.5, y / step - row / 2)
        tint = 0.7 + 0.3 * _of_cells(rng, np.floor(place), row)
        heights = np.where(away < 0.56, tint * _sharp(0.47 - away, 0.14), heights)
    return heights


TEXTURES: Mapping[str, Callable[[np.random.Generator], np.ndarray]] = MappingProxyType(
    {
        "stripes": _stripes,
        "checks": _checks,
        "dots": _dots,
        "bricks": _bricks,
        "wood": _wood,
        "cloth": _cloth,
        "tartan": _tartan,
        "rings": _rings,
        "gradient": _gradient,
        "hexagons": _hexagons,
        "marble": _marble,
        "gravel": _gravel,
        "grass": _grass,
        "camouflage": _camouflage,
        "zigzag": _zigzag,
        "scales": _scales,
    }
)

# The colours of the heights 0, 0.5 and 1 of the textures that have colours of their own.
NATURAL: Mapping[str, tuple[Colour, Colour, Colour]] = MappingProxyType(
    {
        "bricks": ((120, 52, 40), (182, 92, 66), (206, 198, 184)),
        "wood": ((88, 54, 30), (150, 98, 56), (206, 160, 106)),
        "hexagons": ((90, 86, 82), (176, 160, 140), (226, 218, 204)),
        "marble": ((96, 96, 104), (190, 188, 186), (238, 236, 230)),
        "gravel": ((48, 44, 40), (138, 128, 118), (210, 204, 194)),
        "grass": ((30, 56, 22), (82, 132, 48), (156, 190, 92)),
        "camouflage": ((62, 58, 40), (104, 116, 66), (178, 164, 118)),
    }
)
