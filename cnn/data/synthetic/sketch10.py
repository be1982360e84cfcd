"""sketch10: ten classes with CIFAR-10's names, drawn by code. A stand-in, never passed off as CIFAR-10.

Every picture is drawn for itself from (seed, part, number): place, size, turn, side, colours,
background and noise vary, and colours and backgrounds are shared by the classes.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from PIL import Image

from cnn.core.errors import DataError
from cnn.data.classes import CLASSES
from cnn.data.dataset import PICTURE_SHAPE, Dataset
from cnn.data.synthetic import sketch_animals, sketch_vehicles
from cnn.data.synthetic.sketch_pen import Colour, Pen, Pose, Style

SOURCE = "sketch10, drawn by code"
TEST_PICTURES = 2_000
VALIDATION_PICTURES = 1_000

_SIDE = PICTURE_SHAPE[0]
_CELLS = 8  # a background begins as 8×8 cells of colour
_ZOOM = 3  # drawn three times as large, then averaged: smooth edges
_TRAIN, _VALIDATION, _TEST = 0, 1, 2  # the part of the data set is part of each picture's seed
_TURN = 0.22  # radians

_DRAWINGS: Mapping[str, Callable[[Pen, Style], None]] = MappingProxyType(
    {
        "airplane": sketch_vehicles.airplane,
        "automobile": sketch_vehicles.automobile,
        "bird": sketch_animals.bird,
        "cat": sketch_animals.cat,
        "deer": sketch_animals.deer,
        "dog": sketch_animals.dog,
        "frog": sketch_animals.frog,
        "horse": sketch_animals.horse,
        "ship": sketch_vehicles.ship,
        "truck": sketch_vehicles.truck,
    }
)

# Scene: colour at the top, at the horizon, and at the bottom.
_SCENES: Mapping[str, tuple[Colour, Colour, Colour]] = MappingProxyType(
    {
        "sky": ((92, 148, 214), (150, 192, 232), (206, 224, 238)),
        "clouds": ((168, 178, 190), (196, 202, 210), (222, 224, 226)),
        "sunset": ((92, 84, 130), (222, 150, 112), (120, 92, 92)),
        "meadow": ((168, 202, 228), (176, 196, 150), (92, 136, 66)),
        "forest": ((52, 82, 50), (74, 102, 62), (104, 118, 74)),
        "road": ((186, 196, 206), (150, 150, 148), (98, 98, 102)),
        "sand": ((190, 210, 226), (222, 206, 168), (196, 170, 122)),
        "room": ((206, 190, 168), (186, 166, 142), (128, 98, 76)),
    }
)
_USUAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "airplane": ("sky", "clouds", "sunset"),
        "automobile": ("road", "sand", "meadow"),
        "bird": ("sky", "forest", "meadow"),
        "cat": ("room", "room", "meadow"),
        "deer": ("forest", "meadow", "sand"),
        "dog": ("room", "meadow", "sand"),
        "frog": ("forest", "sand", "meadow"),
        "horse": ("meadow", "sand", "sunset"),
        "ship": ("sky", "clouds", "sunset"),
        "truck": ("road", "clouds", "sand"),
    }
)
_USUAL_SHARE = 0.5  # the rest stands in front of any scene

_FUR: tuple[Colour, ...] = (
    (150, 100, 58), (96, 64, 44), (206, 164, 108), (62, 58, 60), (232, 226, 214), (142, 138, 136),
    (214, 132, 62),
)  # fmt: skip
PAINT: tuple[Colour, ...] = (
    (196, 44, 44), (42, 84, 168), (236, 236, 232), (58, 60, 66), (226, 182, 48), (52, 128, 84),
    (150, 158, 168),
)  # fmt: skip
_LEAF: tuple[Colour, ...] = ((84, 150, 52), (128, 168, 60), (56, 112, 70), (150, 122, 66), (196, 92, 52))
_VEHICLES = ("airplane", "automobile", "ship", "truck")
LEAST_CONTRAST = 75.0  # between figure and background, as a distance of RGB values


def load(
    train: int = 10_000, validation: int = VALIDATION_PICTURES, test: int = TEST_PICTURES, seed: int = 0
) -> Dataset:
    """Draw the data set: the classes take turns, so each part is as balanced as its size allows.

    Some seconds for the 13,000 pictures of the defaults. The same arguments give the same pictures, and
    a smaller part is the beginning of a larger one.
    Raises DataError when a part is to have less than one picture.
    """
    if min(train, validation, test) < 1:
        raise DataError(
            f"sketch10 was asked for {train}, {validation} and {test} pictures; each part needs 1 or more."
        )
    return Dataset(
        "sketch10",
        SOURCE,
        _draw_all(range(train), _TRAIN, seed),
        _labels(train),
        _draw_all(range(validation), _VALIDATION, seed),
        _labels(validation),
        _draw_all(range(test), _TEST, seed),
        _labels(test),
    )


def test_labels() -> np.ndarray:
    """Return the labels of the 2,000 test pictures, int64 (2000,): 0 to 9, again and again."""
    return _labels(TEST_PICTURES)


def test_picture(index: int) -> tuple[np.ndarray, int]:
    """Return test picture `index` (0 to 1,999), uint8 (32, 32, 3), and its label; draws only this one.

    Raises DataError when there is no such picture.
    """
    return test_pictures([index])[0], index % len(CLASSES)


def test_pictures(indices: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the test pictures `indices` (each 0 to 1,999), uint8 (pictures, 32, 32, 3); draws only these.

    They are the ones of `load().test_images`. Raises DataError when there is no such picture.
    """
    chosen = [int(index) for index in indices]
    if wrong := [index for index in chosen if not 0 <= index < TEST_PICTURES]:
        raise DataError(f"There is no test picture {wrong[0]:,}: allowed are 0 to {TEST_PICTURES - 1:,}.")
    return _draw_all(chosen, _TEST, 0)


def validation_labels() -> np.ndarray:
    """Return the labels of the 1,000 validation pictures, int64 (1000,): 0 to 9, again and again."""
    return _labels(VALIDATION_PICTURES)


def validation_pictures(indices: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the validation pictures `indices` of `load()`, uint8 (pictures, 32, 32, 3); draws only these.

    Raises DataError when there is no such picture.
    """
    chosen = [int(index) for index in indices]
    if wrong := [index for index in chosen if not 0 <= index < VALIDATION_PICTURES]:
        raise DataError(
            f"There is no validation picture {wrong[0]:,}: allowed are 0 to {VALIDATION_PICTURES - 1:,}."
        )
    return _draw_all(chosen, _VALIDATION, 0)


def _labels(pictures: int) -> np.ndarray:
    return np.arange(pictures, dtype=np.int64) % len(CLASSES)


def _draw_all(numbers: Iterable[int], part: int, seed: int) -> np.ndarray:
    pictures = [_draw(number, part, seed) for number in numbers]
    return np.array(pictures, dtype=np.uint8).reshape(-1, *PICTURE_SHAPE)


def _draw(number: int, part: int, seed: int) -> np.ndarray:
    """Draw one picture, uint8 (32, 32, 3): background, figure, then light and noise over both."""
    name = CLASSES[number % len(CLASSES)]
    rng = np.random.default_rng((seed, part, number))
    background = random_background(rng, name)
    canvas = Image.fromarray(background).resize((_SIDE * _ZOOM, _SIDE * _ZOOM), Image.Resampling.BICUBIC)
    look = _look(rng, name, background)
    _DRAWINGS[name](Pen(canvas, random_pose(look)), look)
    picture = np.asarray(canvas.reduce(_ZOOM), dtype=np.float32)
    noise = rng.standard_normal(PICTURE_SHAPE, dtype=np.float32)
    picture = picture * look.between(0.8, 1.15) + look.between(3.0, 12.0) * noise
    return np.clip(picture, 0, 255).astype(np.uint8)


def random_background(rng: np.random.Generator, name: str) -> np.ndarray:
    """Return a gradient with coarse texture, uint8 (8, 8, 3), to be enlarged."""
    scenes = _USUAL[name] if rng.random() < _USUAL_SHARE else tuple(_SCENES)
    gradient = _gradient(scenes[int(rng.random() * len(scenes))])
    texture = rng.standard_normal((_CELLS, _CELLS, 1), dtype=np.float32) * np.float32(4 + 14 * rng.random())
    tint = rng.standard_normal(3, dtype=np.float32) * 14
    return np.asarray(np.clip(gradient + texture + tint, 0, 255).astype(np.uint8))


@lru_cache(maxsize=len(_SCENES))
def _gradient(scene: str) -> np.ndarray:
    """Return a scene's colours from top to bottom, float32 (8, 1, 3), read-only."""
    rows = np.linspace(0, 2, _CELLS)
    channels = [np.interp(rows, (0, 1, 2), values) for values in zip(*_SCENES[scene], strict=True)]
    gradient = np.stack(channels, axis=-1)[:, None].astype(np.float32)
    gradient.setflags(write=False)
    return gradient


def _look(rng: np.random.Generator, name: str, background: np.ndarray) -> Style:
    """Choose the colours of a figure so that it stands out from its background."""
    palette = PAINT if name in _VEHICLES else _LEAF if name == "frog" else _FUR
    behind = background.mean(axis=(0, 1)).tolist()
    options = [palette[place] for place in rng.permutation(len(palette)).tolist()]
    body = next((colour for colour in options if math.dist(colour, behind) > LEAST_CONTRAST), options[0])
    body = mixed(body, 1.0, 32 * rng.random() - 16)
    accent = PAINT[int(rng.random() * len(PAINT))] if name in _VEHICLES else (232, 160, 96)
    return Style(body, mixed(body, 0.66, 0), mixed(body, 0.5, 122), accent, rng)


def mixed(colour: Colour, factor: float, offset: float) -> Colour:
    """Return a colour with each channel times `factor` plus `offset`, held to 0…255."""
    red, green, blue = (min(255, max(0, round(channel * factor + offset))) for channel in colour)
    return red, green, blue


def random_pose(look: Style) -> Pose:
    """Return where a figure stands: near the middle, of varying size, turned a little, to either side."""
    size = _SIDE * _ZOOM / 2
    return Pose(
        x=size * look.between(0.82, 1.18),
        y=size * look.between(0.85, 1.15),
        size=size * look.between(0.62, 0.9),
        turn=look.between(-_TURN, _TURN),
        mirrored=look.chance(0.5),
    )
