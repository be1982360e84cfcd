"""One HTML page about a network and its training, for printing or handing in; it loads nothing and runs no code."""

from html import escape

from cnn.core.numbers import to_json
from cnn.core.shares import percent
from cnn.data.classes import CLASSES
from cnn.exports.figures import curves, first_filters, svg
from cnn.exports.source import Exported, Source
from cnn.figures.colours import LIGHT
from cnn.figures.drawing import network_svg
from cnn.network.summary import total_multiply_adds, walk

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1D1B18; background: #FCFBF8; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
th, td { padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid #DDD9CF; vertical-align: top; }
td.number { text-align: right; }
svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
pre { white-space: pre-wrap; font-size: 13px; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } svg, tr { break-inside: avoid; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def export_report(source: Source) -> Exported:
    """Return the page: the network, its training and its accuracy."""
    name = escape(source.name or source.run_id)
    parts = [f"<h1>{name}</h1>", _facts(source), _layers(source), _training(source)]
    if source.card:
        parts.append(_per_class(source))
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )
    return Exported(f"{source.stem}-report.html", "text/html", page.encode())


def _facts(source: Source) -> str:
    rows = {
        "Parameters": f"{source.parameters:,}",
        "Multiply-adds per picture": f"{total_multiply_adds(walk(source.setup.network)):,}",
        "Trained on": source.source,
        "Trained for": f"{source.epoch:g} epochs, {source.step:,} steps, in {source.precision}",
    }
    if source.validation_accuracy is not None:
        rows["Validation accuracy"] = percent(source.validation_accuracy)
    if source.test_accuracy is not None:
        rows["Test accuracy"] = percent(source.test_accuracy)
    cells = "".join(f'<tr><th scope="row">{k}</th><td>{escape(v)}</td></tr>' for k, v in rows.items())
    return f"<table>{cells}</table>"


def _layers(source: Source) -> str:
    table = walk(source.setup.network)
    rows = "".join(
        f"<tr><td>{escape(row.layer.name)}</td><td>{escape(row.layer.phrase)}</td>"
        f"<td>{'×'.join(map(str, row.shape))}</td><td>{escape(row.formula or '–')}</td>"
        f'<td class="number">{row.multiply_adds:,}</td></tr>'
        for row in table
    )
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Layer", "What it is", "Output", "Parameters", "Multiply-adds")
    )
    filters = first_filters(source)
    kernels = f"<h3>First kernels</h3><p>{escape(filters.title)}.</p>{svg(filters)}" if filters else ""
    drawn = network_svg(table, LIGHT)
    return (
        f'<h2>Layers</h2><div class="wide">{drawn}</div>'
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{kernels}'
    )


def _training(source: Source) -> str:
    recipe = escape(to_json(source.setup.training.to_json(), indent=1))
    charts = svg(curves(source, "loss")) + svg(curves(source, "accuracy"))
    return f"<h2>Training</h2>{charts}<h3>Settings</h3><pre>{recipe}</pre>"


def _per_class(source: Source) -> str:
    card = source.card
    assert card
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td class="number">{percent(share)}</td></tr>'
        for name, share in zip(CLASSES, card.per_class, strict=True)
    )
    return (
        f"<h2>Each class</h2><p>Share classified correctly of {card.test_pictures:,} test pictures of "
        f"{escape(card.source)}.</p><table>{rows}</table>"
    )
