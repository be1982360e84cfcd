"""What each kind of layer does, and which layers a small drawing shows."""

from cnn.network.summary import LayerShape

SEES = {
    "input": "The picture, scaled: 0 becomes -1, 255 becomes 1.",
    "conv": "Each map is one filter slid over all input maps: a dot product at every place, plus a bias.",
    "relu": "Each cell by itself; ReLU turns what is below zero into zero. The size stays.",
    "norm": "Each map is shifted and scaled to be centred, with numbers learned in training.",
    "pool": "Each window becomes one cell, so the map gets smaller and small shifts barely matter.",
    "add": "The block's input is added to what its convolutions gave, cell by cell.",
    "drop": "Does nothing now; while training it sets some values to zero.",
    "flat": "The maps become one row of numbers.",
    "dense": "Every number is a weighted sum of all values before it, plus a bias.",
    "softmax": "The scores become probabilities that add up to 1.",
}
MAX_MAIN_COLUMNS = 9


def main_layers(table: tuple[LayerShape, ...]) -> tuple[LayerShape, ...]:
    """Return the layers for an overview: all of a small network, without the in-between of a large one."""
    shown = [row for row in table if len(row.shape) == 3 and row.layer.inputs]
    for kind in ("drop", "norm", "add", "conv", "relu"):
        if len(shown) <= MAX_MAIN_COLUMNS:
            break
        shown = [row for row in shown if row.layer.tag != kind] or shown
    return tuple(shown)
