"""A network's predictions for several pictures, as a small table to read and to download."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.evaluation.predict import Verdict

FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would take for a formula


def show_table(names: Sequence[str], verdicts: Sequence[Verdict], network: str) -> None:
    """Show the probabilities of several pictures, one row each, and offer them as a file."""
    rows = [
        {"picture": name, "says": CLASSES[verdict.best], **_shares(verdict)}
        for name, verdict in zip(names, verdicts, strict=True)
    ]
    st.dataframe(rows, hide_index=True)
    st.download_button(
        "Download the table (CSV)",
        as_csv(names, verdicts, network),
        "cnn-lab-classes.csv",
        "text/csv",
        icon=":material/download:",
    )


def as_csv(names: Sequence[str], verdicts: Sequence[Verdict], network: str) -> str:
    """Return the table as comma-separated values; what a spreadsheet would compute is marked as text."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["picture", "network", "says", "looks like none of the ten", *CLASSES])
    for name, verdict in zip(names, verdicts, strict=True):
        shares = [f"{share:.6f}" for share in verdict.probabilities.tolist()]
        none = {None: "not measured", True: "yes", False: "no"}[verdict.is_none]
        writer.writerow([_plain(name), _plain(network), CLASSES[verdict.best], none, *shares])
    return file.getvalue()


def _shares(verdict: Verdict) -> dict[str, str]:
    return dict(zip(CLASSES, map(percent, verdict.probabilities.tolist()), strict=True))


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
