"""Numbers become JSON in one place and shares become text in one place: nobody writes either by hand."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from support import PROJECT

JSON_HERE = "cnn/core/numbers.py"
SHARES_HERE = "cnn/core/shares.py"
ALONE = {  # with how many texts, and why
    "cnn/exports/script.py": (1, "is written into a script that runs without the lab"),
}
WRITERS = {"dump", "dumps", "JSONEncoder", "JSONResponse"}


@cache
def sources(root: Path = PROJECT) -> tuple[tuple[str, ast.Module], ...]:
    """Return the name and the tree of every module that the lab runs."""
    paths = [root / "app.py", *(root / "cnn").rglob("*.py"), *(root / "pages").rglob("*.py")]
    return tuple((path.relative_to(root).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths)


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


def share_writers(tree: ast.AST) -> list[int]:
    """Return the lines that write a share by themselves.

    Those are a format that ends in a per cent sign, of Python or of Plotly (".1%"), "percent" as the format of
    a table, a hundredfold that is given decimals, and any formatted number before " %". A per cent sign right behind
    a number is CSS.
    """
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if re.search(r"\.\d%|^percent$|%\.\df ?%%", text):
                found.append(node.lineno)
            case ast.JoinedStr(values=parts):
                for part, after in zip(parts, [*parts[1:], None], strict=True):
                    if not (isinstance(part, ast.FormattedValue) and part.format_spec):
                        continue
                    behind = after.value if isinstance(after, ast.Constant) else ""
                    multiplied = any(
                        isinstance(inner, ast.BinOp)
                        and isinstance(inner.op, ast.Mult)
                        and any(
                            isinstance(side, ast.Constant) and side.value == 100
                            for side in (inner.left, inner.right)
                        )
                        for inner in ast.walk(part.value)
                    )
                    if str(behind).startswith(" %") or (multiplied and not str(behind).startswith("%")):
                        found.append(part.lineno)
    return found


def test_one_module_alone_turns_shares_into_text() -> None:
    found = {name: len(lines) for name, tree in sources() if (lines := share_writers(tree))}
    assert found.pop(SHARES_HERE) > 0
    assert found == {name: count for name, (count, _) in ALONE.items()}, "cnn.core.shares writes shares"


@pytest.mark.parametrize(
    "text",
    [
        'f"{share:.1%}"',
        '"{:.0%}".format(share)',
        '{"hovertemplate": "%{y:.1%}"}',
        '{"tickformat": ".0%"}',
        'NumberColumn(format="percent")',
        'NumberColumn(format="%.1f %%")',
        'f"{100 * share:.1f} points"',
        'f"{100 * (low - high):.1f}"',
        'f"{mean:.1f} %"',
    ],
)
def test_a_writer_of_shares_is_found(text: str) -> None:
    assert share_writers(ast.parse(text))


@pytest.mark.parametrize(
    "text", ['f"width:{100 * share:.2f}%"', 'f"{number:.2f}"', 'f"{percent(x)}"', "100 * x"]
)
def test_a_width_and_a_plain_number_are_no_shares(text: str) -> None:
    assert not share_writers(ast.parse(text))


def test_the_browser_writes_shares_in_one_place_too() -> None:
    """`percent` of shared/numbers.ts, which a unit test holds to Python's."""
    allowed = {
        "shared/numbers.ts": 3,
        "overview/index.ts": 1,  # all digits of one probability, under the cursor
        "time_machine.ts": 1,  # the end of an axis, a quarter, a half, three or the whole
    }
    folder = PROJECT / "cnn" / "frontend"
    found = {
        path.relative_to(folder).as_posix(): count
        for path in folder.rglob("*.ts")
        if (count := len(re.findall(r"[}\d] %[`\"\s$]", path.read_text("utf-8"))))
    }
    assert found == allowed


def test_one_module_alone_makes_plotly_figures() -> None:
    """It has pandas imported whole; see findings/plotly_half_imported_pandas.sh."""
    made = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and re.search(r"(^|\.)(Figure|Drawn)$|plotly\.express|^px\.", ast.unparse(node.func))
    }
    assert made == {"cnn/figures/plotly_figure.py"}
