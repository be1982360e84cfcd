"""What was computed for one visitor and may soon be asked for again, by anybody: bounded in bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

BYTES = 256 * 2**20

Arrays = Mapping[str, NDArray[np.float32]]
Value = TypeVar("Value")


class ArrayCache:
    """Named arrays by key; those that were used longest ago go first, the newest always stay."""

    def __init__(self, limit: int = BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Arrays] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], Arrays]) -> Arrays:
        """Return what is kept under `key`, or make it; what `make` raises passes through."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()  # two sessions may make the same at once; neither waits for the other
        with self._lock:
            self._drop(key)
            self._kept[key] = made
            self._bytes += _size(made)
            while self._bytes > self._limit and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))
        return made

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._bytes -= _size(self._kept.pop(key))


class RecentCache(Generic[Value]):
    """The newest values by key, `most` of them: what one visitor may ask for again, or several."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept under `key`, or make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


def _size(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays.values())


@st.cache_resource(show_spinner=False)
def shared_cache() -> ArrayCache:
    """Return what all sessions of this server share."""
    return ArrayCache()
