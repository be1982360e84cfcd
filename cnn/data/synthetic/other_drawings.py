"""The drawings of things that are none of CIFAR-10's ten classes, by name, and their colours."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cnn.data.synthetic import other_nature, other_objects
from cnn.data.synthetic.sketch_pen import Colour, Pen, Style

_ANY: tuple[Colour, ...] = (
    (196, 44, 44), (42, 84, 168), (236, 236, 232), (58, 60, 66), (226, 182, 48), (52, 128, 84),
    (150, 158, 168), (150, 100, 58), (206, 164, 108), (214, 132, 62), (150, 84, 160), (226, 132, 160),
    (70, 170, 180),
)  # fmt: skip
_GREENS: tuple[Colour, ...] = ((60, 122, 52), (112, 160, 60), (40, 84, 60), (196, 132, 48), (190, 208, 110))
_SKINS: tuple[Colour, ...] = ((240, 204, 176), (214, 164, 126), (160, 108, 74), (98, 64, 46))
_FRUIT: tuple[Colour, ...] = ((196, 40, 40), (128, 176, 56), (226, 190, 70), (150, 30, 50))
_GOLD: tuple[Colour, ...] = ((250, 214, 70), (252, 236, 150), (240, 150, 50), (226, 90, 50))
_METAL: tuple[Colour, ...] = ((212, 170, 70), (196, 200, 206), (74, 72, 76), (146, 84, 50))
_WOODS: tuple[Colour, ...] = ((186, 112, 52), (112, 62, 36), (226, 178, 110), (60, 44, 40), (160, 40, 36))
_CAPS: tuple[Colour, ...] = ((200, 48, 44), (150, 96, 58), (224, 188, 140), (110, 70, 56))

# What draws a thing, and the colours its body may have.
DRAWINGS: Mapping[str, tuple[Callable[[Pen, Style], None], tuple[Colour, ...]]] = MappingProxyType(
    {
        "house": (other_objects.house, _ANY),
        "tree": (other_nature.tree, _GREENS),
        "face": (other_nature.face, _SKINS),
        "flower": (other_nature.flower, _ANY),
        "fish": (other_nature.fish, _ANY),
        "cup": (other_objects.cup, _ANY),
        "sun": (other_nature.sun, _GOLD),
        "mushroom": (other_nature.mushroom, _CAPS),
        "heart": (other_nature.heart, _ANY),
        "star": (other_nature.star, _ANY),
        "letter": (other_objects.letter, _ANY),
        "number": (other_objects.number, _ANY),
        "apple": (other_nature.apple, _FRUIT),
        "key": (other_objects.key, _METAL),
        "book": (other_objects.book, _ANY),
        "umbrella": (other_objects.umbrella, _ANY),
        "wheel": (other_objects.wheel, _METAL),
        "clock": (other_objects.clock, _ANY),
        "guitar": (other_objects.guitar, _WOODS),
        "hand": (other_nature.hand, _SKINS),
        "chair": (other_objects.chair, _ANY),
        "lamp": (other_objects.lamp, _ANY),
    }
)
READ = ("letter", "number")  # must not be mirrored
