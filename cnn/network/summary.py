"""A table of a network's layers: output shape, parameters, multiply-adds, receptive field, memory.

No model is built. The output size is `ceil(n / stride)` with `same` padding and
`floor((n - window) / stride) + 1` without (Dumoulin and Visin 2016, "A guide to convolution
arithmetic").

>>> from cnn.network.presets import PRESETS
>>> table = walk(PRESETS["lecture"].setup.network)
>>> [(row.layer.name, row.shape, row.formula) for row in table if row.parameters][0]
('conv1', (32, 32, 12), '3×3×3×12 + 12 = 336')
>>> total_parameters(table)
18322
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from cnn.network.layers import Layer, expand
from cnn.network.layers import TooSmallError as TooSmallError
from cnn.network.layers.field import ReceptiveField
from cnn.network.spec import NetworkSpec

FLOAT_BYTES = 4
TABLES = 64  # that are kept: a page asks for the one of a network several times


@dataclass(frozen=True)
class LayerShape:
    """One layer and its numbers.

    `shape` is (height, width, channels) or (values,); `multiply_adds` and `memory` (bytes of float32 output)
    are for one picture; `field` says which pixels of the picture each cell depends on; `step` is how many
    pixels of the picture lie between two neighbouring cells.
    """

    layer: Layer
    shape: tuple[int, ...]
    parameters: int
    formula: str
    multiply_adds: int
    field: ReceptiveField
    step: int
    memory: int

    @property
    def receptive_field(self) -> int:
        """The longer side of the largest receptive field of its cells, in pixels; padding does not count."""
        largest = self.field.largest()
        return max(largest.height, largest.width)

    @property
    def sees(self) -> str:
        """The size of the largest receptive field of its cells: `8×8`, rows first."""
        largest = self.field.largest()
        return f"{largest.height}×{largest.width}"


@lru_cache(maxsize=TABLES)
def walk(network: NetworkSpec) -> tuple[LayerShape, ...]:
    """Return the table of all layers of `network`, in order.

    Raises:
        TooSmallError: if a map would shrink below 1×1; it names the layer and a remedy.
    """
    table: dict[str, LayerShape] = {}
    for layer in expand(network):
        table[layer.name] = _figures(layer, [table[name] for name in layer.inputs])
    return tuple(table.values())


def total_parameters(table: tuple[LayerShape, ...]) -> int:
    """Return the parameters of all layers, the running averages of batch normalisation included."""
    return sum(row.parameters for row in table)


def total_multiply_adds(table: tuple[LayerShape, ...]) -> int:
    """Return the multiply-adds for one picture."""
    return sum(row.multiply_adds for row in table)


def training_multiply_adds(network: NetworkSpec) -> int:
    """Return the multiply-adds of a training step, for each picture in it.

    They are those of a forward pass, as many again for the gradients of the kernels, and as many for those of the
    layers' inputs. Two are left out: a layer that reads the picture before any weight needs no gradient
    of its input, and whitening kernels are not trained.

    >>> from cnn.network.presets import PRESETS
    >>> lecture = PRESETS["lecture"].setup.network
    >>> training_multiply_adds(lecture) == 3 * total_multiply_adds(walk(lecture)) - 32 * 32 * 12 * 3 * 3 * 3
    True
    """
    table = walk(network)
    work, trained = 3 * total_multiply_adds(table), set[str]()
    for row in table:
        if trained.isdisjoint(row.layer.inputs):
            work -= row.multiply_adds
        if row.parameters or not trained.isdisjoint(row.layer.inputs):
            trained.add(row.layer.name)
    if network.whiten:
        work -= next(row.multiply_adds for row in table if row.multiply_adds)
    return work


def _figures(layer: Layer, inputs: list[LayerShape]) -> LayerShape:
    shapes = [row.shape for row in inputs]
    shape = layer.output_shape(shapes)
    step = inputs[0].step if inputs else 1
    return LayerShape(
        layer,
        shape,
        parameters=sum(math.prod(own) for own in layer.weight_shapes(shapes).values()),
        formula=layer.formula(shapes),
        multiply_adds=layer.multiply_adds(shapes),
        field=layer.field([row.field for row in inputs], shapes),
        step=step * layer.window(shapes[0][0]).stride if inputs else step,
        memory=FLOAT_BYTES * math.prod(shape),
    )


def unseen_text(table: tuple[LayerShape, ...]) -> str:
    """Return which rows and columns of the picture no score depends on, as a sentence; "" if there are none.

    Pooling and strides without padding leave them out: at the edge, where no window fits, and between windows.
    """
    rows, columns = table[-1].field.unseen()
    found = [
        f"{noun if len(places) > 1 else noun[:-1]} {_runs(places)}"
        for noun, places in (("rows", rows), ("columns", columns))
        if places
    ]
    if not found:
        return ""
    return (
        f"No score depends on {' and '.join(found)} of the picture (counted from 0): "
        "pooling, or a stride, leaves them out."
    )


def _runs(places: list[int]) -> str:
    """Return numbers as text, consecutive ones as a range.

    >>> _runs([2, 5, 6, 7])
    '2, 5 to 7'
    """
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
