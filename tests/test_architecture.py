"""The drawing in docs/architecture.md is the one that the imports give."""

from scripts.architecture import PICTURE, floors, needed, package_imports, svg
from support import PROJECT


def test_the_drawing_is_current() -> None:
    assert PICTURE.read_text("utf-8") == svg(), "run python -m scripts.architecture"


def test_floors_and_arrows_of_a_small_house() -> None:
    imports = {"a": set(), "b": {"a"}, "c": {"a", "b"}}
    assert floors(imports) == [["a"], ["b"], ["c"]]
    assert needed(imports) == [("b", "a"), ("c", "b")]


def test_every_folder_of_the_package_is_drawn() -> None:
    folders = {f"cnn.{path.parent.name}" for path in (PROJECT / "cnn").glob("*/*.py")}
    assert folders <= package_imports(PROJECT).keys()
