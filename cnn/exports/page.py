"""The frame of a page that is one file: its policy allows its own code and styles, and nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from cnn.core.settings import PROJECT

FRONTEND = PROJECT / "cnn" / "frontend"


def whole_page(title: str, body: str, blob: str, script_name: str, sheets: Sequence[str]) -> str:
    """Return the HTML of a page that loads nothing.

    Args:
        title: of the page, as text.
        body: HTML, what people say in it already escaped.
        blob: what its script reads from the element `network`, in Base64.
        script_name: of the module in cnn/frontend/dist.
        sheets: style sheets in cnn/frontend, without their ending.
    """
    script = (FRONTEND / "dist" / f"{script_name}.js").read_text("utf-8")
    style = "\n".join((FRONTEND / f"{sheet}.css").read_text("utf-8") for sheet in sheets)
    policy = (
        f"default-src 'none'; script-src {_hash(script)} 'wasm-unsafe-eval'; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}<script type="text/plain" id="network">{blob}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
