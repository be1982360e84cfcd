"""Reads the batch files of CIFAR-10's *python version* without unpickling (see docs/decisions/batch-files.md).

A pickle is a program. Here its opcodes are only parsed (`pickletools.genops`), and a list, a dict, integers,
strings and one array of bytes are built by hand. The three names that a NumPy array needs are only compared;
nothing is imported or called, and any other opcode or name is refused.
"""

import pickletools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import DataError

MAX_BYTES = 40_000_000  # the official files have 31,035,704
MAX_OPCODES = 200_000  # the official files have about 60,000
RECONSTRUCT, ARRAY, DTYPE = "numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"
NAMES = (RECONSTRUCT, ARRAY, DTYPE)
VALUES = ("BININT", "BININT1", "BININT2", "BINSTRING", "SHORT_BINSTRING", "INT")
CONSTANTS = {"NONE": None, "NEWFALSE": False, "NEWTRUE": True}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3, "EMPTY_TUPLE": 0}


@dataclass(frozen=True)
class _Name:
    """A global name in the file, which is only compared."""

    words: str


@dataclass
class _Array:
    """An array or a dtype, as described by the file."""

    kind: str
    state: Any = None


_MARK = object()


def read_batch(content: bytes, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the planes, uint8 (pictures, 3072), and the labels, uint8 (pictures,), of one batch file.

    Args:
        content: the bytes of the file.
        name: the file's name, for error messages.

    Raises:
        DataError: for a file that is too large, cut short, or contains anything unexpected.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is larger than a batch of CIFAR-10 ({MAX_BYTES:,} bytes); it was not read.")
    try:
        found = _parsed(content)
        data, labels = found["data"], found["labels"]
        version, shape, kind, fortran, numbers = data.state
        plain = data.kind == ARRAY and kind.kind == "u1" and fortran is False and version == 1
        pictures, values = shape
        if not plain or values != 3072 or pictures * values != len(numbers) or len(labels) != pictures:
            raise DataError(f"{name} is not a batch of CIFAR-10: its array or its labels have another shape.")
        planes = np.frombuffer(numbers.encode("latin-1"), np.uint8).reshape(pictures, values)
        return planes, np.array(labels, np.uint8)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    ) as error:
        raise DataError(
            f"{name} is not a batch file of CIFAR-10's python version, so it was not read; nothing in it was run."
        ) from error


def _parsed(content: bytes) -> dict[str, Any]:
    """Return the dict that a pickle describes; raises ValueError or a similar exception for anything else."""
    stack: list[Any] = []
    memo: dict[object, Any] = {}
    for count, (opcode, argument, _) in enumerate(pickletools.genops(content)):
        if count > MAX_OPCODES:
            raise ValueError("too long")
        name = opcode.name
        if name in VALUES:
            stack.append(argument)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name == "MARK":
            stack.append(_MARK)
        elif name == "EMPTY_DICT":
            stack.append({})
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in TUPLES:
            size = TUPLES[name]
            stack[len(stack) - size :] = [tuple(stack[len(stack) - size :])]
        elif name == "TUPLE":
            stack.append(tuple(_since_mark(stack)))
        elif name in ("APPENDS", "APPEND"):
            items = _since_mark(stack) if name == "APPENDS" else [stack.pop()]
            stack[-1].extend(items)
        elif name in ("SETITEMS", "SETITEM"):
            items = _since_mark(stack) if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name == "GLOBAL" and argument in NAMES:
            stack.append(_Name(argument))
        elif name == "REDUCE":
            arguments, called = stack.pop(), stack.pop()
            stack.append(_made(called, arguments))
        elif name == "BUILD":
            state = stack.pop()
            if not isinstance(stack[-1], _Array):
                raise ValueError("only arrays have a state")
            stack[-1].state = state
        elif name == "STOP":
            (found,) = stack
            return dict(found)
        elif name != "PROTO":
            raise ValueError(f"a batch file has no {name}")
    raise ValueError("it has no end")


def _since_mark(stack: list[Any]) -> list[Any]:
    place = len(stack) - 1
    while stack[place] is not _MARK:
        place -= 1
        if place < 0:
            raise ValueError("no mark")
    items = stack[place + 1 :]
    del stack[place:]
    return items


def _made(called: Any, arguments: Any) -> _Array:
    """Return the placeholder of an array or a dtype; only arrays of bytes are allowed."""
    if called == _Name(RECONSTRUCT) and arguments[0] == _Name(ARRAY):
        return _Array(ARRAY)
    if called == _Name(DTYPE) and arguments[0] == "u1":
        return _Array("u1")
    raise ValueError("a batch file calls nothing else")
