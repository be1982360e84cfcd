"""Numbers become JSON in one place and shares become text in one place: nobody writes either by hand."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import PROJECT

JSON_HERE = "cnn/core/numbers.py"
WRITERS = {"dump", "dumps", "JSONEncoder", "JSONResponse"}


def sources(root: Path = PROJECT) -> Iterator[tuple[str, ast.Module]]:
    """Return the name and the tree of every module that the lab runs."""
    for path in [root / "app.py", *(root / "cnn").rglob("*.py"), *(root / "pages").rglob("*.py")]:
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text("utf-8"))


def json_writers(tree: ast.Module) -> list[int]:
    """Return the lines that write JSON by themselves."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="json"), attr=name) if name in WRITERS:
                found.append(node.lineno)
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] in (
                "json",
                "starlette",
            ):
                found += [node.lineno for alias in names if alias.name in WRITERS]
            case ast.ImportFrom(module="orjson") | ast.Import(names=[ast.alias(name="orjson"), *_]):
                found.append(node.lineno)
    return found


def test_one_module_alone_turns_values_into_json() -> None:
    found = {name: lines for name, tree in sources() if (lines := json_writers(tree))}
    assert list(found) == [JSON_HERE], "cnn.core.numbers.to_json refuses NaN and infinity; use that"


@pytest.mark.parametrize(
    "text",
    [
        "import json\njson.dumps({})",
        "import json\njson.dump({}, file)",
        "from json import dumps",
        "from starlette.responses import JSONResponse, Response",
        "import orjson",
        "import json\nwrite = json.dumps",
    ],
)
def test_a_writer_of_json_is_found(text: str) -> None:
    assert json_writers(ast.parse(text))
    assert not json_writers(ast.parse("import json\njson.loads('{}')\nspec.to_json()"))
