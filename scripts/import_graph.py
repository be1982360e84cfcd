"""Which module of the project imports what, read from the sources."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One import: the line, the module, and whether it happens as soon as the importing module is read."""

    line: int
    target: str
    at_once: bool


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Say whether a module is one of these packages, or in one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def modules(root: Path) -> dict[str, Path]:
    """Return the project's modules by dotted name."""
    paths = [*root.glob("app.py"), *root.glob("pages/**/*.py"), *root.glob("cnn/**/*.py")]
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def imports(name: str, path: Path, known: dict[str, Path]) -> list[Import]:
    """Return every import of a module, those inside functions and under TYPE_CHECKING included."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return list(_imports(ast.parse(path.read_text(encoding="utf-8")), package, known, at_once=True))


def _imports(node: ast.AST, package: str, known: dict[str, Path], at_once: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(child.lineno, alias.name, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) + 1 - child.level]) if child.level else ""
            source = ".".join(part for part in (base, child.module or "") if part)
            for alias in child.names:
                whole = f"{source}.{alias.name}"
                yield Import(child.lineno, whole if whole in known else source, at_once)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for part in child.body:
                yield from _imports(ast.Module([part], []), package, known, at_once=False)
            for part in child.orelse:
                yield from _imports(ast.Module([part], []), package, known, at_once)
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, package, known, at_once and not later)


def import_table(known: dict[str, Path]) -> dict[str, list[Import]]:
    """Return the imports of each module."""
    return {name: imports(name, path, known) for name, path in known.items()}


def project_imports(table: dict[str, list[Import]], name: str, *, at_once: bool) -> set[str]:
    """Return the modules that reading `name` imports: the packages that hold them run too."""
    found = {name.rpartition(".")[0]}
    for item in table[name]:
        if item.at_once or not at_once:
            parts = item.target.split(".")
            found |= {".".join(parts[: i + 1]) for i in range(len(parts))}
    return found - {name, ""}


def reached(name: str, table: dict[str, list[Import]]) -> set[str]:
    """Return all that importing `name` imports, by whatever way: modules of the project and packages."""
    found, waiting = {name}, [name]
    while waiting:
        current = waiting.pop()
        if current in table:
            new = project_imports(table, current, at_once=True) - found
            found |= new
            waiting += new
    return found
