"""The page Take home without a browser: what it offers, what it says where something is missing, what it takes in."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn.exports import formats
from cnn.web.take_home import downloads
from cnn.web.take_home.downloads import GROUPS, ZIP_FORM
from support.app_pages import Lab


@pytest.fixture(name="lab")
def fixture_lab(monkeypatch: pytest.MonkeyPatch, home: Path) -> Lab:
    return Lab(monkeypatch, home)


def words(page: AppTest) -> str:
    return "\n".join(item.value for item in [*page.markdown, *page.caption])


def test_every_form_is_offered_once() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert sorted(named) == sorted(formats.FORMATS)
    assert ZIP_FORM.title not in [form.title for form in formats.FORMATS.values()]


def test_the_page_offers_every_form_of_a_network_that_comes_along(lab: Lab) -> None:
    page = lab.visit("take_home")
    assert not page.exception
    assert len([button for button in page.button if button.label == "Make file"]) == len(formats.FORMATS) + 1
    for form in formats.FORMATS.values():
        assert f"**{form.title}**" in words(page)


def test_what_is_not_installed_is_said_and_has_no_button(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    page = lab.visit("take_home")
    missing = [form for form in formats.FORMATS.values() if form.missing()]
    assert [form.title for form in missing] == ["ONNX", "LiteRT int8"]
    assert words(page).count("EXPORT=1") == len(missing)
    made = [button for button in page.button if button.label == "Make file"]
    assert len(made) == len(formats.FORMATS) + 1 - len(missing)


def test_numbers_of_pictures_are_read_and_others_refused(lab: Lab) -> None:
    assert downloads._numbers("3, 17 3,9999") == (3, 17, 9999)
    page = lab.visit("take_home")
    page.text_input(key="living-page-numbers").input("3, 10000").run()
    assert [error.value for error in page.error] == [
        "'10000' is no number of a test picture: they are 0 to 9,999."
    ]
    page.text_input(key="living-page-numbers").input("3, 17").run()
    assert not page.error
    assert not page.exception
