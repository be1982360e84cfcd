"""The sum behind a cell as tables: its terms, and the steps from layer to layer."""

import numpy as np

from cnn.interpret.cell import place_of
from cnn.interpret.cell_steps import ForwardPass, steps
from cnn.network.arithmetic import Cell, KernelSum, WeightedSum, WindowChoice, written
from cnn.network.layers.base import Origin
from cnn.web.inspect.inspector_data import channel_names

MAX_TERMS = 60
Table = dict[str, list[str]]


def cell_table(look: ForwardPass, name: str, channel: int, cell: Cell | None) -> Table:
    """Return what the layer computes for the cell, and what the layers after it do with that, one line each."""
    found = steps(look, name, channel, cell)
    return {
        "Layer": [step.layer for step in found],
        "Arithmetic": [step.text for step in found],
        "Result": ["–" if np.isnan(step.result) else written(step.result) for step in found],
    }


def term_rows(look: ForwardPass, name: str, channel: int, cell: Cell | None) -> Table:
    """Return the terms of a sum, or the 60 farthest from zero; empty where there is no sum."""
    layer = look.layer(name)
    found = look.cell(name, channel, cell)
    if isinstance(found, WindowChoice):
        rows, columns = np.indices(found.values.shape)
        return {
            "Row": [str(row + found.corner[0]) for row in rows.reshape(-1).tolist()],
            "Column": [str(column + found.corner[1]) for column in columns.reshape(-1).tolist()],
            "Value": [written(value) for value in found.values.reshape(-1).tolist()],
        }
    if isinstance(found, KernelSum):
        return _kernel_terms(found, channel_names(look, layer.inputs[0]))
    if isinstance(found, WeightedSum):
        before = look.layer(layer.inputs[0])
        shapes = [part.shape for part in look.sources(before)]
        return _vector_terms(found, before.origin(shapes, look.source(layer).shape))
    return {}


def _kernel_terms(found: KernelSum, names: list[str]) -> Table:
    by_channel = np.moveaxis(found.products, 2, 0)  # channel by channel, as a person would read them
    places = [tuple(int(i) for i in place) for place in np.ndindex(by_channel.shape)]
    order = _farthest(by_channel.reshape(-1))
    where = []
    for map_, row, column in (places[i] for i in order):
        number = found.channels[map_]
        name = names[number] if names else f"map {number}"
        where.append((name, str(found.corner[0] + row), str(found.corner[1] + column)))
    values = np.moveaxis(found.values, 2, 0).reshape(-1)
    weights = np.moveaxis(found.weights, 2, 0).reshape(-1)
    return _table(where, values, weights, order, found.bias)


def _vector_terms(found: WeightedSum, origin: Origin) -> Table:
    order = _farthest(found.products)
    where = []
    for i in order:
        row, column, map_ = place_of(i, origin.shape)
        name = f"{origin.noun} {map_}"
        where.append((name, str(row), str(column)) if origin.placed else (name, "–", "–"))
    return _table(where, found.values, found.weights, order, found.bias)


def _farthest(products: np.ndarray) -> list[int]:
    """Return the indices of all products, or of the 60 farthest from zero where there are more."""
    if len(products) <= MAX_TERMS:
        return list(range(len(products)))
    return [int(i) for i in np.argsort(-np.abs(products), kind="stable")[:MAX_TERMS]]


def _table(
    where: list[tuple[str, str, str]],
    values: np.ndarray,
    weights: np.ndarray,
    order: list[int],
    bias: float | None,
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
    if bias is not None:
        _add_line(found, "bias", bias)
    _add_line(found, "sum", float(products.sum()) + (bias or 0.0))
    return found


def _add_line(table: Table, name: str, product: float) -> None:
    for column, text in zip(table.values(), (name, "", "", "", "", written(product)), strict=True):
        column.append(text)
