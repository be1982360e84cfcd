"""Which layers a small drawing shows."""

from cnn.network.summary import LayerShape

MAX_MAIN_COLUMNS = 9


def main_layers(table: tuple[LayerShape, ...]) -> tuple[LayerShape, ...]:
    """Return the layers for an overview: all of a small network, without the in-between of a large one."""
    shown = [row for row in table if len(row.shape) == 3 and row.layer.inputs]
    for detail in sorted({row.layer.detail for row in shown} - {0}, reverse=True):
        if len(shown) <= MAX_MAIN_COLUMNS:
            break
        shown = [row for row in shown if row.layer.detail != detail] or shown
    return tuple(shown)
