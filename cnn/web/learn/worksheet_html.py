"""A worksheet as HTML that prints to two pages: the questions with blank grids, then the solutions."""

from html import escape

from cnn.core.numbers import minus
from cnn.lessons.worksheets import Grid, Worksheet

STYLE = """<style>
.sheet { max-width: 52rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
.sheet h2 { font-size: 1.35rem; margin: 0 0 .6rem; padding: 0; }
.sheet .who { display: flex; gap: 2rem; margin: 0 0 1.2rem; }
.sheet .who span { flex: 1; border-bottom: 1px solid currentColor; padding-bottom: .2rem; }
.sheet ol { padding-left: 1.4rem; margin: 0; }
.sheet > ol > li, .sheet .answers > ol > li { margin-bottom: 1.3rem; break-inside: avoid; }
.sheet .grids { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .8rem 2rem; margin: .6rem 0; }
.sheet table { border-collapse: collapse; width: auto; margin: 0; }
.sheet caption { text-align: left; font-size: .9rem; padding-bottom: .2rem; caption-side: top; color: inherit; }
.sheet td, .sheet th { border: 1px solid currentColor; min-width: 2.6rem; height: 2.1rem; padding: 0 .35rem;
  text-align: center; font-weight: 400; color: inherit; }
.sheet th { border: 0; height: auto; font-size: .85rem; }
.sheet .line { border-bottom: 1px solid currentColor; height: 1.9rem; }
.sheet .answers { margin-top: 2.5rem; }
@media print {
  html [data-testid="stMainBlockContainer"] { zoom: 1 !important; width: auto !important; }
  .sheet { max-width: none; font-size: 11pt; }
  .sheet .answers { break-before: page; margin-top: 0; }
}
</style>"""


def sheet_html(sheet: Worksheet, title: str) -> str:
    """Return a worksheet under the title of its lesson."""
    questions = "".join(
        f"<li>{escape(task.question)}{_grids(task.given)}{_grids(task.answers, blank=True)}"
        f"{'' if task.answers else _LINES}</li>"
        for task in sheet.tasks
    )
    solutions = "".join(f"<li>{_grids(task.answers)}{escape(task.solution)}</li>" for task in sheet.tasks)
    name = f"{escape(title)}, set {sheet.number}"
    return (
        f'{STYLE}<div class="sheet"><h2>Questions: {name}</h2><p class="who"><span>Name:</span><span>Date:</span></p>'
        f'<ol>{questions}</ol><div class="answers"><h2>Solutions: {name}</h2><ol>{solutions}</ol></div></div>'
    )


_LINES = '<div class="line"></div><div class="line"></div>'


def _grids(grids: tuple[Grid, ...], *, blank: bool = False) -> str:
    return f'<div class="grids">{"".join(_grid(grid, blank) for grid in grids)}</div>' if grids else ""


def _grid(grid: Grid, blank: bool) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in grid.heads)
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{'' if blank else _text(float(value), grid.digits)}</td>" for value in row)
        + "</tr>"
        for row in grid.values
    )
    return (
        f"<table><caption>{escape(grid.title)}</caption>{f'<tr>{heads}</tr>' if heads else ''}{rows}</table>"
    )


def _text(value: float, digits: int) -> str:
    """Return a number with a typographic minus.

    >>> _text(-2.0, 0), _text(-0.004, 2)
    ('−2', '0.00')
    """
    text = f"{value:.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else minus(text)
