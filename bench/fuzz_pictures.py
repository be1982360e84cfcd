"""Damage good pictures in many ways and decode them: what comes out must be a picture or a sentence.

    python -m bench.fuzz_pictures --count 120000 --seconds 720 --seed 0

Input `number` of a seed is the same every time. A decoder that crashes takes this process along, and the
last line printed says where to look.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cnn.core.errors import PictureError
from cnn.images.image import Picture, decode_picture
from cnn.network.spec import PICTURE_SHAPE
from tests.support.odd_pictures import damaged, good_pictures

STEP = 10_000  # inputs between two lines


@dataclass
class Tally:
    """What became of the inputs; `slowest` is (seconds, number) and `uncaught` one line an input."""

    pictures: int = 0
    refusals: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    uncaught: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        seconds, number = self.slowest
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        return (
            f"{self.pictures + self.refusals + len(self.uncaught):,} inputs: {self.pictures:,} pictures, "
            f"{self.refusals:,} refusals, slowest {seconds:.3f} s (number {number}), "
            f"{len(self.uncaught)} uncaught, peak {peak:.0f} MB"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as many inputs as asked for, or as long; return 1 if anything but a PictureError came out."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.fuzz_pictures", description=str(__doc__).splitlines()[0]
    )
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="inputs (10,000)")
    parser.add_argument("--seconds", type=float, default=720.0, metavar="S", help="stop after these (720)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the damage (0)")
    options = parser.parse_args(arguments)
    tally = fuzz(options.count, options.seconds, options.seed)
    print(tally)
    print(*tally.uncaught, sep="\n", end="")
    return 1 if tally.uncaught else 0


def fuzz(count: int, seconds: float, seed: int) -> Tally:
    """Decode `count` damaged pictures, or fewer where `seconds` are over."""
    good, tally, until = good_pictures(), Tally(), time.monotonic() + seconds
    for number in range(count):
        if number % STEP == 0:
            print(f"from {number:,}: {tally}", file=sys.stderr, flush=True)
        if time.monotonic() > until:
            break
        chance = random.Random(f"{seed} {number}")
        _decode(damaged(chance.choice(good), good, chance.getrandbits(32)), number, tally)
    return tally


def _decode(data: bytes, number: int, tally: Tally) -> None:
    started = time.perf_counter()
    try:
        problem = _problem(decode_picture(data))
    except PictureError as error:
        tally.refusals += 1
        problem = "" if str(error).endswith(".") else f"no sentence: {error}"
    except Exception as error:  # what this program looks for
        problem = repr(error)
    else:
        tally.pictures += not problem
    if problem:
        tally.uncaught.append(f"number {number}: {problem}")
    tally.slowest = max(tally.slowest, (time.perf_counter() - started, number))


def _problem(picture: Picture) -> str:
    """Return what is wrong with a picture, or an empty string."""
    height, width = picture.original.shape[:2]
    left, top, side = picture.crop
    inside = min(left, top) >= 0 and left + side <= width and top + side <= height
    return (
        "" if picture.pixels.shape == PICTURE_SHAPE and inside else f"{picture.pixels.shape}, {picture.crop}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
