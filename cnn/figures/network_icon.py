"""A network as a small icon: one bar per layer, as high as its maps, wider for more channels."""

import math
from collections.abc import Sequence
from urllib.parse import quote

from cnn.figures.colours import TAGS
from cnn.network.summary import LayerShape

HEIGHT = 32


def network_icon(table: Sequence[LayerShape]) -> str:
    """Return the main layers of a network, left to right, as a data: URI of an SVG 32 pixels high."""
    left, parts = 1.0, []
    for row in table:
        if row.layer.is_thin:
            continue
        if len(row.shape) == 3:
            tall, wide = 4 + 26 * math.sqrt(row.shape[0] / 32), 1.5 + 0.9 * math.log2(1 + row.shape[2])
        else:
            tall, wide = 6 + 2.2 * math.log2(1 + row.shape[0]), 3.0
        tall = min(tall, HEIGHT - 2)
        colour = TAGS[row.layer.tag]
        parts.append(
            f'<rect x="{left:.1f}" y="{(HEIGHT - tall) / 2:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
            f'rx="1" fill="{colour}"/>'
        )
        left += wide + 1.5
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left:.0f} {HEIGHT}" width="{left:.0f}" '
        f'height="{HEIGHT}">{"".join(parts)}</svg>'
    )
    return "data:image/svg+xml;utf8," + quote(svg, safe=" ='/:<>\"")
