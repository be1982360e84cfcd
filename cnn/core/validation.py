"""Frozen dataclasses whose fields state what is allowed, and their JSON form.

A field is declared with `whole`, `number`, `choice`, `flag` or `sequence`. The declaration checks a value,
gives the text of the error, and gives a widget its limits.
"""

import dataclasses
import functools
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Self, get_args, get_type_hints

from cnn.core.errors import SpecError


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, both included."""

    low: int
    high: int
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether `value` is such a number; `True` and `False` are not."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high:,}"


@dataclass(frozen=True)
class Number:
    """A finite number from `low` to `high`, both included."""

    low: float
    high: float
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether `value` is such a number; `True` and `False` are not."""
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high
        )

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Choice:
    """One of some names or numbers."""

    options: tuple[str | int, ...]
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether `value` is one of the options, in value and in type."""
        return any(value == option and type(value) is type(option) for option in self.options)

    def __str__(self) -> str:
        return "one of " + ", ".join(str(option) for option in self.options)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether `value` is a bool."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Sequence:
    """From `low` to `high` items of one checked dataclass."""

    item: type
    low: int
    high: int
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether `value` is a tuple of the right length and type."""
        return (
            isinstance(value, tuple)
            and self.low <= len(value) <= self.high
            and all(isinstance(item, self.item) for item in value)
        )

    def __str__(self) -> str:
        return f"a list of {self.low} to {self.high} items"


@dataclass(frozen=True)
class Nested:
    """One checked dataclass."""

    item: type
    optional: bool = False

    def accepts(self, value: object) -> bool:
        """Whether `value` is an instance of it."""
        return isinstance(value, self.item)

    def __str__(self) -> str:
        return "an object"


Allowed = Whole | Number | Choice | Flag | Sequence | Nested


def _declare(default: Any, allowed: Allowed) -> Any:
    return field(default=default, metadata={"allowed": allowed})


def whole(default: int | None, low: int, high: int) -> Any:
    """Declare a whole number; a default of None makes it optional."""
    return _declare(default, Whole(low, high, optional=default is None))


def number(default: float | None, low: float, high: float, *, optional: bool = False) -> Any:
    """Declare a finite number; a default of None makes it optional."""
    return _declare(default, Number(low, high, optional=optional or default is None))


def choice(default: str | int, options: tuple[str | int, ...]) -> Any:
    """Declare one of `options`."""
    return _declare(default, Choice(options))


def flag(default: bool) -> Any:
    """Declare true or false."""
    return _declare(default, Flag())


def sequence(default: tuple[Any, ...], item: type, low: int, high: int) -> Any:
    """Declare a tuple of `low` to `high` items."""
    return _declare(default, Sequence(item, low, high))


def nested(default: Any, item: type) -> Any:
    """Declare one checked dataclass inside another."""
    return _declare(default, Nested(item))


def allowed_values(owner: type, name: str) -> Any:
    """Return what field `name` of `owner` may be: `Whole`, `Number`, `Choice`, … ."""
    return owner.__dataclass_fields__[name].metadata["allowed"]  # type: ignore[attr-defined]


class Checked:
    """Base of a frozen dataclass that checks each of its fields."""

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SpecError: naming the first field whose value is not allowed, and the allowed values.
        """
        for item in dataclasses.fields(self):  # type: ignore[arg-type]
            value, allowed = getattr(self, item.name), item.metadata["allowed"]
            if not (allowed.accepts(value) or (allowed.optional and value is None)):
                raise SpecError(item.name, f"{_show(value)} is not allowed; give {allowed}.")

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, numbers and strings."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))  # type: ignore[call-overload]
        return plain

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build one from the data that `to_json` gives; missing fields take their defaults.

        Raises:
            SpecError: for unknown keys, wrong types and values out of range, with the field's path.
        """
        if not isinstance(data, dict):
            raise SpecError("", f"{_show(data)} is not allowed; give an object.")
        names = [item.name for item in dataclasses.fields(cls)]  # type: ignore[arg-type]
        for key in data:
            if key not in names:
                raise SpecError(
                    str(key)[:40].encode(errors="replace").decode(),
                    f"is not a known field; known are {', '.join(names)}.",
                )
        return cls(**{key: _build(cls, key, value) for key, value in data.items()})


def _build(owner: type, name: str, value: object) -> object:
    allowed = allowed_values(owner, name)
    if isinstance(allowed, Sequence) and isinstance(value, list):
        if len(value) > allowed.high:
            raise SpecError(name, f"{len(value)} items are not allowed; give {allowed}.")
        return tuple(_within(f"{name}[{i}]", allowed.item, item) for i, item in enumerate(value))
    if isinstance(allowed, Nested):
        return _within(name, allowed.item, value)
    if isinstance(value, int) and not isinstance(value, bool) and _is_float(owner, name):
        return float(value) if abs(value) < 2**53 else value
    return value


def _is_float(owner: type, name: str) -> bool:
    hint = _hints(owner)[name]
    return hint is float or (isinstance(hint, UnionType) and float in get_args(hint))


@functools.cache  # Python evaluates the annotations of the whole class each time
def _hints(owner: type) -> dict[str, Any]:
    return get_type_hints(owner)


def _within(path: str, item: type, value: object) -> object:
    try:
        return item.from_json(value)  # type: ignore[attr-defined]
    except SpecError as error:
        inner = f"{path}.{error.field}" if error.field else path
        raise SpecError(inner, error.problem) from None


def _show(value: object) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 40 else text[:37] + "…"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
