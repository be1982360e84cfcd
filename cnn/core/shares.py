"""Shares as text: one way for all pages, the command line and, in cnn/frontend/shared/numbers.ts, the browser."""

import math


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share from 0 to 1 in per cent; what is neither none nor all is never written as 0 or 100 %.

    >>> percent(0.123), percent(0.0002), percent(0.99996), percent(None)
    ('12.3 %', '< 0.1 %', '> 99.9 %', '–')
    >>> percent(0.0), percent(1.0), percent(0.6934, 2)
    ('0.0 %', '100.0 %', '69.34 %')
    >>> percent(float("nan"))  # an old file may hold one
    '–'
    """
    if share is None or not math.isfinite(share):
        return "–"
    value, least = 100 * float(share), 10.0**-digits
    text = f"{value:.{digits}f}"
    if value > 0 and float(text) == 0:
        return f"< {least:.{digits}f} %"
    if value < 100 and float(text) == 100:
        return f"> {100 - least:.{digits}f} %"
    return f"{text} %"
