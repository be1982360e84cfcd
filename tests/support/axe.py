"""What axe-core finds on a page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def findings(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe-core finds on a page, minor findings left out."""
    page.evaluate(AXE.read_text("utf-8"))
    result: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{found['impact']} {found['id']}: {node['html'][:160]}"
        for found in result["violations"]
        if found["impact"] != "minor"
        for node in found["nodes"]
    ]
