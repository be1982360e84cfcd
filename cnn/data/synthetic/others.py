"""Pictures of none of CIFAR-10's ten classes, made by code: to measure a network's "none of the ten".

Each picture is made for itself from (seed, kind, number); within a kind the sorts take turns.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from PIL import Image

from cnn.core.errors import DataError
from cnn.data.classes import CLASSES
from cnn.data.dataset import PICTURE_SHAPE
from cnn.data.synthetic import sketch10
from cnn.data.synthetic.other_drawings import DRAWINGS, READ
from cnn.data.synthetic.other_textures import NATURAL, TEXTURES, clouds
from cnn.data.synthetic.sketch_pen import Colour, Pen, Style

KINDS: Mapping[str, str] = MappingProxyType(
    {"noise": "random noise", "textures": "textures", "drawings": "drawings of other things"}
)

_SIDE = PICTURE_SHAPE[0]
_ZOOM = 3  # drawings are made three times as large, then averaged, as in sketch10
_NATURAL_SHARE = 0.6  # of the textures that have colours of their own: the rest take any colours
_LEAST_STEP = 60.0  # between the ends of a texture's colours, as a distance of RGB values
_RAMP = np.linspace(0, 1, 256)  # the heights that get a colour
_ACROSS = np.linspace(-1, 1, _SIDE)


def others(kind: str, count: int, seed: int = 0) -> np.ndarray:
    """Make `count` pictures of a kind, uint8 (count, 32, 32, 3); picture i shows sort i % len(names).

    About a millisecond each. The same arguments give the same pictures, and a smaller count is the
    beginning of a larger one. `others("noise", 6)` shows each of `other_names("noise")` once.
    Raises DataError when there is no such kind, or less than one picture is asked for.
    """
    makers = list(_makers(kind).values())
    if count < 1:
        raise DataError(f"{count} pictures of {KINDS[kind]} were asked for; ask for 1 or more.")
    part = list(KINDS).index(kind)
    made = [
        makers[number % len(makers)](np.random.default_rng((seed, part, number))) for number in range(count)
    ]
    return np.asarray(np.clip(np.stack(made), 0, 255).astype(np.uint8))


def other_names(kind: str) -> tuple[str, ...]:
    """Return the names of the sorts of a kind, in the order in which they take turns.

    Raises DataError when there is no such kind.
    """
    return tuple(_makers(kind))


# Makes one picture, float (32, 32, 3), nominally 0 to 255; others() clips it.
_Maker = Callable[[np.random.Generator], np.ndarray]


def _makers(kind: str) -> Mapping[str, _Maker]:
    if kind not in _MAKERS:
        raise DataError(
            f"There is no kind of other pictures called {kind!r}: allowed are {', '.join(KINDS)}."
        )
    return _MAKERS[kind]


# Noise


def _uniform(rng: np.random.Generator) -> np.ndarray:
    return rng.random(PICTURE_SHAPE) * 255


def _gaussian(rng: np.random.Generator) -> np.ndarray:
    """Return noise around one colour; in half of the pictures it is the same in all three channels."""
    channels = 3 if rng.random() < 0.5 else 1
    noise = rng.standard_normal((_SIDE, _SIDE, channels)) * rng.uniform(15, 70)
    return rng.uniform(30, 225, 3) + noise


def _smooth(rng: np.random.Generator) -> np.ndarray:
    """Return colours at a few points, blended between them."""
    points = int(rng.integers(4, 13))
    coarse = Image.fromarray(rng.integers(0, 256, (points, points, 3), dtype=np.uint8))
    return np.asarray(coarse.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC), dtype=np.float64)


def _clouds(rng: np.random.Generator) -> np.ndarray:
    """Return noise with the spectrum of photographs, 1/f: one grey sheet, and a coloured one over it."""
    grey, coloured = clouds(rng, _SIDE)[..., None], np.stack([clouds(rng, _SIDE) for _ in range(3)], axis=-1)
    return rng.uniform(60, 195, 3) + rng.uniform(20, 60) * grey + rng.uniform(5, 35) * coloured


def _salt_and_pepper(rng: np.random.Generator) -> np.ndarray:
    """Return a plain colour with white and black grains, or with grains of the six bright colours too."""
    share = rng.uniform(0.1, 0.6)
    grains = rng.integers(0, 2, (_SIDE, _SIDE, 3 if rng.random() < 0.4 else 1)) * 255.0
    return np.where(rng.random((_SIDE, _SIDE, 1)) < share, grains, rng.uniform(30, 225, 3))


def _blocks(rng: np.random.Generator) -> np.ndarray:
    """Return squares of 2, 4 or 8 pixels, each of one colour, with a little grain."""
    size = int(rng.choice((2, 4, 8)))
    cells = rng.random((_SIDE // size, _SIDE // size, 3)) * 255
    return cells.repeat(size, axis=0).repeat(size, axis=1) + rng.standard_normal(PICTURE_SHAPE) * 5


# Textures and drawings


def _texture(sort: str, rng: np.random.Generator) -> np.ndarray:
    """Colour a texture's heights, 0 to 1, by three colours; then uneven light, and grain."""
    heights = TEXTURES[sort](rng)
    colours = _three_colours(rng, NATURAL.get(sort, ()))
    ramp = np.stack([np.interp(_RAMP, (0, 0.5, 1), channel) for channel in colours.T], axis=-1)
    large = ramp[np.rint(heights * (len(_RAMP) - 1)).astype(int)]
    picture = (large[::2, ::2] + large[::2, 1::2] + large[1::2, ::2] + large[1::2, 1::2]) / 4
    right, down = rng.uniform(-0.18, 0.18, 2)
    light = rng.uniform(0.8, 1.15) + down * _ACROSS[:, None] + right * _ACROSS
    return np.asarray(picture * light[..., None] + _grain(rng))


def _three_colours(rng: np.random.Generator, natural: tuple[Colour, ...]) -> np.ndarray:
    """Return the colours of the heights 0, 0.5 and 1, float (3, 3)."""
    if natural and rng.random() < _NATURAL_SHARE:
        return np.array(natural) + rng.normal(0, 16, 3) + rng.normal(0, 8, (3, 3))
    low = rng.uniform(20, 235, 3)
    high = rng.uniform(20, 235, 3)
    if np.linalg.norm(high - low) < _LEAST_STEP:
        high = np.where(low < 128, low + 80, low - 80)
    return np.stack([low, (low + high) / 2 + rng.normal(0, 20, 3), high])


def _drawing(sort: str, rng: np.random.Generator) -> np.ndarray:
    """Draw a thing as sketch10 draws its ten: any of its backgrounds, then the figure, light and noise."""
    background = sketch10.random_background(rng, CLASSES[int(rng.integers(len(CLASSES)))])
    canvas = Image.fromarray(background).resize((_SIDE * _ZOOM, _SIDE * _ZOOM), Image.Resampling.BICUBIC)
    draw, palette = DRAWINGS[sort]
    look = _look(rng, palette, background)
    pose = sketch10.random_pose(look)
    draw(Pen(canvas, replace(pose, mirrored=False) if sort in READ else pose), look)
    return np.asarray(np.asarray(canvas.reduce(_ZOOM)) * rng.uniform(0.8, 1.15) + _grain(rng))


def _look(rng: np.random.Generator, palette: tuple[Colour, ...], background: np.ndarray) -> Style:
    """Choose a body that stands out from the background, and an accent that stands out from the body."""
    body = _standing_out(rng, palette, tuple(background.mean(axis=(0, 1)).tolist()))
    body = sketch10.mixed(body, 1.0, rng.uniform(-16, 16))
    accent = _standing_out(rng, sketch10.PAINT, body)
    return Style(body, sketch10.mixed(body, 0.66, 0), sketch10.mixed(body, 0.5, 122), accent, rng)


def _standing_out(rng: np.random.Generator, palette: tuple[Colour, ...], behind: tuple[float, ...]) -> Colour:
    """Return any colour far enough from the one behind it, or else the farthest."""
    far = [colour for colour in palette if math.dist(colour, behind) > sketch10.LEAST_CONTRAST]
    options = far or [max(palette, key=lambda colour: math.dist(colour, behind))]
    return options[int(rng.integers(len(options)))]


def _grain(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(PICTURE_SHAPE) * rng.uniform(3, 12)


def _maker(make: Callable[[str, np.random.Generator], np.ndarray], sort: str) -> _Maker:
    return lambda rng: make(sort, rng)


_MAKERS: Mapping[str, Mapping[str, _Maker]] = MappingProxyType(
    {
        "noise": {
            "uniform": _uniform,
            "Gaussian": _gaussian,
            "smooth": _smooth,
            "clouds": _clouds,
            "salt and pepper": _salt_and_pepper,
            "blocks": _blocks,
        },
        "textures": {sort: _maker(_texture, sort) for sort in TEXTURES},
        "drawings": {sort: _maker(_drawing, sort) for sort in DRAWINGS},
    }
)
