"""The pictures that a visitor brought, and what a browser may say of them."""

import gc

import numpy as np
import pytest

from cnn.core.errors import PictureError
from cnn.evaluation.predict import Verdict
from cnn.images.image import decode_picture
from cnn.web.app import upload_store as trays
from cnn.web.app.upload_store import MOST, Room, Tray, tidy_name
from cnn.web.classify.crop import read_move
from cnn.web.classify.paste import MOST_TEXT, read_pasted
from cnn.web.classify.prediction_table import as_csv
from support.odd_pictures import quadrants, saved


@pytest.fixture(autouse=True)
def own_room(monkeypatch: pytest.MonkeyPatch) -> Room:
    room = Room(10**9)
    monkeypatch.setattr(trays, "room", lambda: room)
    return room


def photo(width: int = 64, height: int = 48) -> trays.Picture:
    return decode_picture(saved(quadrants(width, height), "PNG"))


def test_the_newest_is_looked_at_and_its_neighbour_after_it_is_removed() -> None:
    tray = Tray()
    first, second, third = (tray.add(photo(), name) for name in ("a", "b", "c"))
    assert tray.current is third
    tray.remove(third.key)
    assert tray.current is second
    tray.chosen = first.key
    tray.remove(first.key)
    assert tray.current is second
    tray.remove("no such key")
    tray.remove(second.key)
    assert tray.current is None


def test_one_too_many_is_a_sentence_and_loses_nothing() -> None:
    tray = Tray()
    for number in range(MOST):
        tray.add(photo(), f"{number}")
    with pytest.raises(PictureError, match=f"at most {MOST}.*remove one"):
        tray.add(photo(), "more")
    assert len(tray.uploads) == MOST


def test_moving_the_square_changes_the_pixels_and_back_again() -> None:
    tray = Tray()
    upload = tray.add(photo(), "four")
    before = upload.picture.pixels
    tray.crop(upload.key, 0, 0, 32)
    assert tray.current is not None
    assert tray.current.key == upload.key
    assert not np.array_equal(tray.current.picture.pixels, before)
    tray.crop(upload.key, *upload.picture.crop)
    np.testing.assert_array_equal(tray.current.picture.pixels, before)
    tray.crop("no such key", 0, 0, 32)


def test_the_widgets_are_emptied_when_no_more_are_coming(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(trays.time, "monotonic", lambda: now[0])
    tray = Tray()
    tray.forget_widgets()
    assert tray.widgets == 0
    tray.take("a", "key")
    assert tray.taken == {"a": "key"}
    now[0] += trays.FORGET_SECONDS - 1
    tray.forget_widgets()
    assert tray.widgets == 0
    tray.take("b", "")
    now[0] += trays.FORGET_SECONDS + 1
    tray.forget_widgets()
    assert tray.widgets == 1
    assert not tray.taken
    tray.forget_widgets()
    assert tray.widgets == 1


def test_the_server_has_room_for_so_much_and_gets_it_back(own_room: Room) -> None:
    tray = Tray()
    upload = tray.add(photo(), "one")
    size = upload.bytes
    assert own_room.held == size
    tray.crop(upload.key, 0, 0, 32)
    del upload
    gc.collect()
    assert own_room.held == size  # moved, but the same picture
    own_room.limit = size + 1
    with pytest.raises(PictureError, match="try again when others have left"):
        tray.add(photo(), "two")
    tray.remove(tray.chosen)
    gc.collect()
    assert own_room.held == 0
    tray.add(photo(), "two")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x",
        [],
        [1, 2, 3, 4, 5],
        ["k", 1, 2, 3],
        ["k", 1, 2, "3", 0],
        ["k", 1, 2, 3.0, 0],
        ["k", True, 2, 3, 0],
        ["k", 10**9, 0, 3, 0],
        ["k", 1, 2, 3, None],
    ],
)
def test_a_move_that_is_none_is_passed_over(value: object) -> None:
    assert read_move(value) is None


def test_what_is_pasted_comes_as_base64_and_not_without_end() -> None:
    assert read_pasted("aGVsbG8=") == b"hello"
    assert read_pasted("no base64!") is None
    assert read_pasted(7) is None
    with pytest.raises(PictureError, match="20 MB"):
        read_pasted("A" * (MOST_TEXT + 4))


def test_names_of_files_are_shown_without_folders_and_control_characters() -> None:
    assert tidy_name("../../etc/passwd") == "passwd"
    assert tidy_name("a\x00b\u202e.png") == "ab.png"
    assert len(tidy_name("x" * 500)) == 40
    assert tidy_name("/") == "picture"


def test_the_table_to_download_has_a_row_a_picture_and_no_formulas() -> None:
    shares = np.full(10, 0.1, np.float32)
    shares[3] += 0.05
    verdict = Verdict(shares, shares, 1.0, 1.0, None, 1)
    text = as_csv(["=HYPERLINK(1)", 'a "b", c'], [verdict, verdict], "Mine")
    rows = text.splitlines()
    assert len(rows) == 3
    assert rows[0].startswith("picture,network,says,looks like none of the ten,airplane")
    assert rows[1].startswith("'=HYPERLINK(1),Mine,cat,not measured,0.100000,0.100000,0.100000,0.150000")
    assert rows[2].startswith('"a ""b"", c",Mine,cat')
