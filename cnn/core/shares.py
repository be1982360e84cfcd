"""Shares as text, alike on all pages, on the command line and, by cnn/frontend/shared/numbers.ts, in the browser."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cnn.core.numbers import NO_NUMBER, number

HUGE = 1e6


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share from 0 to 1 in per cent; only exactly 0 and 1 are written as 0 and 100 %.

    >>> percent(0.0625), percent(0.0002), percent(0.99996), percent(None)
    ('6.3 %', '< 0.1 %', '> 99.9 %', '–')
    >>> percent(0.0), percent(1.0), percent(0.6934, 2)
    ('0.0 %', '100.0 %', '69.34 %')
    >>> percent(float("nan"))  # an old file may contain one
    '–'
    """
    if share is None or not math.isfinite(share):
        return NO_NUMBER
    value, least = 100 * float(share) + 0.0, 10.0**-digits  # and -0.0 is 0
    if abs(value) >= HUGE:  # not a share; but the change of a map may be this large
        return f"{number(value)} %"
    text = _rounded(value, digits)
    if value > 0 and float(text) == 0:
        return f"< {least:.{digits}f} %"
    if value < 100 and float(text) == 100:
        return f"> {100 - least:.{digits}f} %"
    return f"{text} %"


def _rounded(value: float, digits: int) -> str:
    """Return a number with so many decimals, halves rounded up (6.25 to 6.3) as browsers do; Python gives 6.2."""
    return str(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def between(low: float, high: float) -> str:
    """Return a range of shares from 0 to 1 in per cent.

    >>> between(0.4412, 0.4603), between(0.0, 0.99996)
    ('44.1 to 46.0 %', '0.0 to > 99.9 %')
    """
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def points(difference: float) -> str:
    """Return the size of a difference of two shares in percentage points; only exactly 0 is written as 0.0.

    >>> points(0.0123), points(-0.0123), points(0.0), points(0.0001)
    ('1.2', '1.2', '0.0', '< 0.1')
    """
    return percent(abs(difference)).removesuffix(" %")


def plus_minus(mean: float, deviation: float) -> str:
    """Return a mean share with its standard deviation.

    >>> plus_minus(0.6512, 0.0134)
    '65.1 ± 1.3 %'
    """
    return f"{percent(mean).removesuffix(' %')} ± {percent(deviation)}"


def setting(share: float) -> str:
    """Return a share that somebody chose (not one that was measured), as it was typed.

    >>> setting(0.25), setting(0.125), setting(1 / 3)
    ('25 %', '12.5 %', '33.3333 %')
    """
    return f"{100 * share:.6g} %"


def in_percent(share: float | None) -> float | None:
    """Return a share in per cent as a number, so that a table can sort it; rounded as in text, never to 0 or 100.

    >>> in_percent(0.12345), in_percent(0.99996), in_percent(0.0001), in_percent(1.0), in_percent(None)
    (12.3, 99.9, 0.1, 100.0, None)
    """
    if share is None or not math.isfinite(share):
        return None
    value = float(_rounded(100 * float(share), 1))
    return min(max(value, 0.1), 99.9) if 0 < share < 1 else value


IN_TABLES = "%.1f %%"  # how a table writes such a number
# How Plotly writes the shares of an axis: with as many digits as they need, and with the space that its "%" lacks.
TICKS: dict[str, Any] = {
    "tickformat": "~%",
    "labelalias": {f"{half / 2:g}%": f"{half / 2:g} %" for half in range(201)},
}
