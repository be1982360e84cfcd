"""Browser components: their TypeScript is in cnn/frontend, bundled by `npm run build` into one module each.

Streamlit's package-based components (a manifest and an asset folder) need an installed package; the app is also
served from a plain folder, so the bundles, which are committed, are handed over as text.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from cnn.core.numbers import check_finite

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def component(name: str, html: str = "", *styles: str) -> Callable[..., Any]:
    """Register the component bundled in dist/NAME.js and return what mounts it.

    What mounts it raises NotFiniteError for `data` with a number that is NaN or infinite: Streamlit would send
    it on as what is no JSON. Bytes are those of `cnn.core.numbers.to_blob`, which has looked already.

    Args:
        name: of the module, and of its style sheet if there is one.
        html: what stands in it at first, where no NAME.html beside the module says it.
        styles: names of further style sheets, before its own.
    """
    sheets = [FRONTEND / f"{sheet}.css" for sheet in ("shared/forced_colours", *styles, name)]
    css = "\n".join(sheet.read_text("utf-8") for sheet in sheets if sheet.exists())
    mounted = st.components.v2.component(
        f"cnn_lab_{name}",
        html=html or (FRONTEND / f"{name}.html").read_text("utf-8"),
        css=css or None,
        js=(FRONTEND / "dist" / f"{name}.js").read_text("utf-8"),
    )

    def mount(*, data: Any = None, **others: Any) -> Any:
        check_finite(data)
        return mounted(data=data, **others)

    return mount
