"""Two recorded runs side by side: accuracy on the training and on the validation pictures, as SVG."""

from collections.abc import Sequence
from html import escape

from cnn.core.shares import percent, setting
from cnn.figures.colours import Theme

WIDTH, HEIGHT = 430, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 20, 40, 44


def accuracy_curves(
    panels: Sequence[tuple[str, Sequence[dict[str, float]]]], theme: Theme, *, validation: bool
) -> str:
    """Return one panel per run, all from 0 to 100 %: training as a line, validation as a dashed line.

    Args:
        panels: a title and the rows of the epochs: "epoch", "training_accuracy", "validation_accuracy".
        theme: of the page.
        validation: whether to draw the validation accuracy and the gap at the end.
    """
    parts = [
        f'<g transform="translate({i * WIDTH} 0)">{_panel(title, rows, theme, validation)}</g>'
        for i, (title, rows) in enumerate(panels)
    ]
    wide, label = WIDTH * len(panels), "Accuracy over the epochs: " + "; ".join(title for title, _ in panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {wide} {HEIGHT}" style="width:100%;max-width:{1.25 * wide:.0f}px;--size:13px" '
        f'font-family="inherit" font-size="13" font-variant-numeric="tabular-nums">{"".join(parts)}</svg>'
    )


def _panel(title: str, rows: Sequence[dict[str, float]], theme: Theme, validation: bool) -> str:
    last = rows[-1]
    parts = [_axes(title, last["epoch"], theme), _line(rows, "training_accuracy", theme.accent, last, "")]
    ends = {"training": last["training_accuracy"]}
    if validation:
        parts.append(_line(rows, "validation_accuracy", theme.positive, last, "6 4"))
        parts.append(_gap(last, theme))
        ends["validation"] = last["validation_accuracy"]
    for name, value in ends.items():
        above = name == "training"
        colour = theme.accent if above else theme.positive
        parts.append(
            f'<text x="{WIDTH - RIGHT - 12}" y="{_y(value) + (-8 if above else 20):.1f}" text-anchor="end" '
            f'font-weight="600" fill="{colour}">{name} {percent(value)}</text>'
        )
    return "".join(parts)


def _x(epoch: float, last: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * epoch / last


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _line(
    rows: Sequence[dict[str, float]], name: str, colour: str, last: dict[str, float], dashes: str
) -> str:
    points = [(_x(row["epoch"], last["epoch"]), _y(row[name])) for row in rows]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
        f'stroke-dasharray="{dashes}"/>'
    )
    x, y = points[-1]
    return f'{line}<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _gap(last: dict[str, float], theme: Theme) -> str:
    x, top, bottom = (
        WIDTH - RIGHT + 7,
        _y(last["training_accuracy"]),
        _y(last["validation_accuracy"]),
    )
    return f'<path d="M{x},{top:.1f}h5V{bottom:.1f}h-5" fill="none" stroke="{theme.ink}" stroke-width="1.5"/>'


def _axes(title: str, epochs: float, theme: Theme) -> str:
    parts = [
        f'<text x="{LEFT}" y="18" font-size="1.15em" font-weight="600" fill="{theme.ink}">{title}</text>'
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        parts.append(
            f'<path d="M{LEFT},{y}H{WIDTH - RIGHT}" stroke="{theme.quiet}" opacity=".3"/>'
            f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end" fill="{theme.quiet}">{setting(share)}</text>'
        )
    for share in (0.0, 0.5, 1.0):
        x = _x(share * epochs, epochs)
        parts.append(
            f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="{theme.quiet}">'
            f"{share * epochs:g}</text>"
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return "".join(parts) + (
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle" fill="{theme.quiet}">epochs</text>'
    )
