"""The one module that turns numbers into JSON and text: NaN and infinity are refused, huge numbers stay short.

NaN and infinity are not JSON (a browser's `JSON.parse` throws), and on a page they mean nothing.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import NotFiniteError
from cnn.core.tensors import save

NO_NUMBER = "–"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def to_json(value: Any, indent: int | None = None, *, dense: bool = False, ascii_only: bool = True) -> str:
    """Return JSON, without spaces if `dense`.

    Raises:
        NotFiniteError: naming the first number in it that is NaN or infinite.

    >>> to_json({"loss": 2.5}), to_json({"loss": 2.5}, dense=True)
    ('{"loss": 2.5}', '{"loss":2.5}')
    """
    separators = (",", ":") if dense else None
    try:
        return json.dumps(
            value, allow_nan=False, indent=indent, ensure_ascii=ascii_only, separators=separators
        )
    except ValueError:
        check_finite(value)
        raise


def to_blob(arrays: Mapping[str, NDArray[Any]], facts: Any, holes: bool = False) -> bytes:
    """Return arrays, with `facts` as JSON in the metadata, as one safetensors blob for a browser component.

    With `holes`, NaN is allowed: it marks a cell that does not exist.

    Raises:
        NotFiniteError: naming the first array or number that is not finite.
    """
    check_finite(
        {name: np.nan_to_num(a, nan=0, posinf=np.inf, neginf=-np.inf) for name, a in arrays.items()}
        if holes
        else arrays
    )
    return save(arrays, metadata={"facts": to_json(facts)})


def check_finite(value: Any, path: str = "") -> None:
    """Check that all numbers in a value are finite, inside mappings, sequences, dataclasses and arrays too.

    Raises:
        NotFiniteError: naming the first that is not.
    """
    match value:
        case float():
            sound = math.isfinite(value)
        case np.ndarray() | np.generic():
            sound = value.dtype.kind not in "fc" or bool(np.isfinite(value).all())
        case Mapping():
            for name, part in value.items():
                check_finite(part, f"{path}.{name}" if path else str(name))
            return
        case list() | tuple():
            for place, part in enumerate(value):
                check_finite(part, f"{path}[{place}]")
            return
        case _ if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                check_finite(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)
            return
        case _:
            return
    if not sound:
        raise NotFiniteError(
            f"{path or 'A number'} is not finite: a value grew beyond what 32-bit numbers hold (3.4e38)."
        )


def minus(text: str) -> str:
    """Return a number's text with a true minus sign.

    >>> minus("-0.5")
    '−0.5'
    """
    return text.replace("-", "−")


def fixed(value: float, digits: int = 4) -> str:
    """Return a number with so many decimals.

    >>> fixed(-1.35162), fixed(0.5, 2)
    ('−1.3516', '0.50')
    """
    return minus(f"{value:.{digits}f}")


def number(value: float, digits: int = 3) -> str:
    """Return a number as short text with about `digits` significant digits.

    >>> number(-5.6512e26), number(1234.5), number(0.1234), number(0.0), number(1e-9)
    ('−5.65e26', '1,234', '0.123', '0', '1e−9')
    >>> number(float("nan"))
    '–'
    """
    if not math.isfinite(value):
        return NO_NUMBER
    size = abs(value)
    if value == 0:
        return "0"
    if 1e-4 <= size < 1e6:
        decimals = max(digits - 1 - math.floor(math.log10(size)), 0)
        text = f"{value:,.{decimals}f}"
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}e{int(exponent)}"
    return minus(text)


def written(value: float) -> str:
    """Return a number with three significant digits, as written by hand.

    >>> written(-0.8319), written(20.0855), written(12345.6), written(1.2e-7), written(0)
    ('−0.832', '20.1', '12,346', '1.20·10⁻⁷', '0')
    >>> written(math.inf)  # what double precision does not hold
    '> 1.79·10³⁰⁸'
    """
    if math.isinf(value):
        return "> 1.79·10³⁰⁸" if value > 0 else "< −1.79·10³⁰⁸"
    if value == 0 or math.isnan(value):
        return "0" if value == 0 else NO_NUMBER
    exponent = math.floor(math.log10(abs(value)))
    if -4 < exponent < 5:
        return minus(f"{value:,.{max(0, 2 - exponent)}f}")
    factor, power = f"{value:.2e}".split("e")
    return minus(f"{factor}·10{str(int(power)).translate(SUPERSCRIPTS)}")
