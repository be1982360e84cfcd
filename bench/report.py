"""How the result is shown: a table for people, JSON for programs, and the machine it holds for."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from bench.measure import Figure
from cnn.data import layout

HEADINGS = ("figure", "value", "min to max", "rounds", "baseline", "ratio", "target", "met")
RIGHT = (1, 2, 3, 5)
INSTRUCTIONS = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "bf16", "asimd")  # as the kernel names them


def to_json(figure: Figure) -> str:
    """Return a figure as one line of JSON."""
    return json.dumps(asdict(figure), ensure_ascii=False)


def from_json(line: str) -> Figure:
    """Return the figure of such a line."""
    return Figure(**json.loads(line))


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text, and their notes below."""
    rows = [HEADINGS, *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    notes = [f"{figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", *notes]).rstrip()


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if column in RIGHT else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells)


def _cells(figure: Figure) -> tuple[str, ...]:
    if figure.value is None:
        return (figure.name, "skipped", "", "", "", "", figure.target, "–")
    baseline = f"{number(figure.baseline_value)} {figure.baseline}" if figure.baseline else "–"
    return (
        figure.name,
        f"{number(figure.value)} {figure.unit}".rstrip(),
        f"{number(figure.minimum)} to {number(figure.maximum)}",
        str(figure.rounds),
        baseline,
        "–" if figure.ratio is None else f"{figure.ratio:.3g}",
        figure.target or "–",
        "–" if figure.met is None else ("yes" if figure.met else "NO"),
    )


def number(value: float | None) -> str:
    """Return three significant digits, or whole numbers with separators from 1,000 up.

    >>> number(0.45678), number(12345.6), number(None)
    ('0.457', '12,346', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def machine() -> dict[str, str]:
    """Return what the figures depend on: the processor, the versions, the pictures, the day."""
    return {
        "processor": processor(),
        "cores": f"{os.cpu_count() or 1}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "python": platform.python_version(),
        "tensorflow": _version("tensorflow", "tensorflow-cpu"),
        "keras": _version("keras"),
        "streamlit": _version("streamlit"),
        "data": data_source(),
        "date": time.strftime("%Y-%m-%d"),
    }


def machine_lines() -> str:
    """Return the machine as text, a line a fact."""
    facts = machine()
    width = max(map(len, facts))
    return "\n".join(f"{name.ljust(width)}  {fact}" for name, fact in facts.items())


def data_source() -> str:
    """Return which pictures the parts train on here."""
    found = layout.check()
    return layout.source(found.folder) if found.present else "sketch10, drawn by code"


def processor() -> str:
    """Return its name and the widest vectors that it computes with, which a name alone often does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    facts = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in reversed(lines))
    }
    name = facts.get("model name") or platform.processor() or platform.machine()
    flags = {*facts.get("flags", facts.get("Features", "")).split()}
    widest = next((flag for flag in INSTRUCTIONS if flag in flags), "")
    return f"{name}, {widest}" if widest else name


def _version(*names: str) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "absent"
