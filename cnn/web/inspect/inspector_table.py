"""The sum behind a cell as tables: its terms, and the steps from layer to layer."""

import numpy as np

from cnn.interpret.cell import Cell, conv_sum, dense_sum, place_of, pool_window
from cnn.interpret.cell_steps import Look, steps, written
from cnn.network import layers
from cnn.web.inspect.inspector_data import channel_names

MAX_TERMS = 60
Table = dict[str, list[str]]


def cell_table(look: Look, name: str, channel: int, cell: Cell | None) -> Table:
    """Return what the layer makes of the cell, and what the layers after it make of that, a line each."""
    found = steps(look, name, channel, cell)
    return {
        "Layer": [step.layer for step in found],
        "Arithmetic": [step.text for step in found],
        "Result": ["–" if np.isnan(step.result) else written(step.result) for step in found],
    }


def term_rows(look: Look, name: str, channel: int, cell: Cell | None) -> Table:
    """Return the terms of a sum, or the 60 farthest from zero; empty where there is no sum."""
    match look.layer(name):
        case layers.Conv() as layer:
            return _conv_terms(look, layer, channel, cell or (0, 0))
        case layers.FullyConnected() as layer:
            return _dense_terms(look, layer, channel)
        case layers.Pool() as layer:
            window = pool_window(look.source(layer)[:, :, channel], layer, cell or (0, 0))
            rows, columns = np.indices(window.values.shape)
            return {
                "Row": [str(row + window.corner[0]) for row in rows.reshape(-1).tolist()],
                "Column": [str(column + window.corner[1]) for column in columns.reshape(-1).tolist()],
                "Value": [written(value) for value in window.values.reshape(-1).tolist()],
            }
    return {}


def _conv_terms(look: Look, layer: layers.Conv, channel: int, cell: Cell) -> Table:
    kernel = look.weights[f"{layer.name}/kernel"][..., channel]
    bias = float(look.weights[f"{layer.name}/bias"][channel])
    found = conv_sum(look.source(layer), kernel, bias, layer, cell)
    names = channel_names(look, layer.inputs[0])
    by_channel = np.moveaxis(found.products, 2, 0)  # channel by channel, as a person would read them
    places = [tuple(int(i) for i in place) for place in np.ndindex(by_channel.shape)]
    order = _farthest(by_channel.reshape(-1))
    where = [
        (names[places[i][0]] if names else f"map {places[i][0]}", *_input_cell(found.corner, places[i]))
        for i in order
    ]
    values = np.moveaxis(found.values, 2, 0).reshape(-1)
    weights = np.moveaxis(found.weights, 2, 0).reshape(-1)
    return _table(where, values, weights, order, bias)


def _input_cell(corner: Cell, place: tuple[int, ...]) -> tuple[str, str]:
    return str(corner[0] + place[1]), str(corner[1] + place[2])


def _dense_terms(look: Look, layer: layers.FullyConnected, unit: int) -> Table:
    found = dense_sum(look.source(layer), look.weights, layer.name, unit)
    order = _farthest(found.products)
    before = look.layer(layer.inputs[0])
    where = []
    for i in order:
        if isinstance(before, layers.Flatten):
            row, column, channel = place_of(i, look.source(before).shape)
            where.append((f"map {channel}", str(row), str(column)))
        else:
            kind = "mean of map" if isinstance(before, layers.GlobalAverage) else "neuron"
            where.append((f"{kind} {i}", "–", "–"))
    return _table(where, found.values, found.weights, order, found.bias)


def _farthest(products: np.ndarray) -> list[int]:
    """Return the places of all products, or, of more than 60, of those farthest from zero."""
    if len(products) <= MAX_TERMS:
        return list(range(len(products)))
    return [int(i) for i in np.argsort(-np.abs(products), kind="stable")[:MAX_TERMS]]


def _table(
    where: list[tuple[str, str, str]], values: np.ndarray, weights: np.ndarray, order: list[int], bias: float
) -> Table:
    products = values * weights
    names, rows, columns = (list(part) for part in zip(*where, strict=True))
    found = {
        "From": names,
        "Row": rows,
        "Column": columns,
        "Value": [written(value) for value in values[order].tolist()],
        "Weight": [written(weight) for weight in weights[order].tolist()],
        "Product": [written(product) for product in products[order].tolist()],
    }
    if len(order) < len(products):
        rest = float(np.delete(products, order).sum())
        _add_line(found, f"the other {len(products) - len(order):,} together", rest)
    _add_line(found, "bias", bias)
    _add_line(found, "sum", float(products.sum()) + bias)
    return found


def _add_line(table: Table, name: str, product: float) -> None:
    for column, text in zip(table.values(), (name, "", "", "", "", written(product)), strict=True):
        column.append(text)
