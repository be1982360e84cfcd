"""Draw the packages and what they import as SVG, from the sources: docs/images/architecture.svg.

python -m scripts.architecture
"""

from collections import defaultdict
from pathlib import Path

from scripts.import_graph import import_table, modules

PROJECT = Path(__file__).resolve().parent.parent
PICTURE = PROJECT / "docs" / "images" / "architecture.svg"
WEB = "cnn.web"
WIDTH, ROW, BOX, BAND = 1000, 78, 132, 34  # pixels
# Sentences a newcomer reads in the boxes; a package without one is drawn with its name alone.
ABOUT = {
    "app": "launcher, cookie",
    "pages": "one script a page",
    "cnn.web": "a folder a page",
    "cnn.cli": "python -m cnn",
    "cnn.scheduler": "queue, workers",
    "cnn.worker": "what workers run",
    "cnn.evaluation": "accuracy, cards",
    "cnn.interpret": "attribution, edits",
    "cnn.training": "Keras, the Trainer",
    "cnn.runs": "a run is a folder",
    "cnn.lessons": "what lessons compute",
    "cnn.figures": "charts, drawings",
    "cnn.data": "CIFAR-10, sketch10",
    "cnn.images": "decoding pictures",
    "cnn.network": "spec, layers, NumPy",
    "cnn.core": "errors, settings",
    "cnn.experiments": "grids of runs",
    "cnn.exports": "forms to take home",
    "cnn.rooms": "a class and its board",
}
# Where a package stands from left to right; only who stands beside another needs a place of its own.
MIDDLE = 0.3
COLUMNS = {
    "app": 0.5,
    "pages": 0.74,
    "cnn.cli": 0.44,
    "cnn.web": 0.74,
    "cnn.lessons": 0.9,
    "cnn.rooms": 0.74,
    "cnn.figures": 0.1,
    "cnn.data": 0.1,
    "cnn.images": 0.6,
}


def package_imports(root: Path) -> dict[str, set[str]]:
    """Return for each package, the pages as one, the packages that it imports."""
    table = import_table(modules(root))
    found: dict[str, set[str]] = defaultdict(set)
    for name, imports in table.items():
        package = package_of(name)
        if package:
            found[package] |= {package_of(item.target) for item in imports} - {"", package}
    return dict(found)


def package_of(name: str) -> str:
    """Return the package a module is drawn in, "" for what is not of this project."""
    parts = name.split(".")
    if parts[0] in ("app", "pages"):
        return parts[0]
    return ".".join(parts[:2]) if parts[0] == "cnn" and len(parts) > 1 and parts[1] != "__main__" else ""


def floors(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return the packages by height: each stands one floor above the highest that it imports."""
    height: dict[str, int] = {}
    while len(height) < len(imports):
        for name in sorted(imports.keys() - height.keys()):
            below = imports[name] & imports.keys()
            if below <= height.keys():
                height[name] = 1 + max((height[other] for other in below), default=-1)
                break
        else:
            raise ValueError(f"imports go in a circle among {sorted(imports.keys() - height.keys())}")
    return [sorted(n for n in height if height[n] == floor) for floor in range(max(height.values()) + 1)]


def needed(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return the arrows without those that follow from others, which would only fill the picture."""

    def reach(name: str) -> set[str]:
        return imports.get(name, set()).union(*(reach(other) for other in imports.get(name, set())))

    return sorted(
        (name, other)
        for name, others in imports.items()
        for other in others
        if not any(other in reach(third) for third in others - {other})
    )


def svg(root: Path = PROJECT) -> str:
    """Return the drawing."""
    imports = package_imports(root)
    rows = floors(imports)
    height = ROW * len(rows) + 20
    place = {
        name: (round(WIDTH * COLUMNS.get(name, MIDDLE)), height - 20 - ROW * floor - BAND)
        for floor, row in enumerate(rows)
        for name in row
    }
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f"<title>{len(imports)} packages; an arrow goes from a package to one that it imports</title>",
        "<style>text{fill:#1d1b18}.a{font-size:11px;fill:#6b665c}line{stroke:#8a8478}rect{fill:#fcfbf8;stroke:#0067a5}"
        "@media(prefers-color-scheme:dark){text{fill:#eceae4}.a{fill:#a8a297}rect{fill:#1d2126;stroke:#2e8bcb}}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#8a8478"/></marker></defs>',
    ]
    for name, other in needed(imports):
        (x, y), (to_x, to_y) = place[name], place[other]
        parts.append(
            f'<line x1="{x}" y1="{y + BAND // 2}" x2="{to_x}" y2="{to_y - BAND // 2 - 6}" marker-end="url(#tip)"/>'
        )
    for name, (x, y) in place.items():
        parts += [
            f'<rect x="{x - BOX // 2}" y="{y - 22}" width="{BOX}" height="44" rx="5"/>',
            f'<text x="{x}" y="{y - 3}" text-anchor="middle" font-size="14">{name}</text>',
            f'<text x="{x}" y="{y + 13}" text-anchor="middle" class="a">{ABOUT.get(name, "")}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(svg(), "utf-8")
    print(PICTURE.relative_to(PROJECT))
