"""The address of a page, and requests that bring an old one: what was chosen last stays chosen."""

from types import SimpleNamespace

import pytest

from cnn.web.app import address


def arrives(query: dict[str, str], **parameters: str) -> None:
    """Let a request come with an address."""
    query.clear()
    query.update(parameters)


def test_a_late_request_does_not_undo_what_was_chosen(query: dict[str, str]) -> None:
    arrives(query, network="lecture")
    address.put({"class": "ship", "cell": None})
    assert query == {"network": "lecture", "class": "ship"}
    arrives(query, network="lecture")  # of a timer, say
    address.get("class")
    assert query == {"network": "lecture", "class": "ship"}


def test_two_choices_on_the_heels_of_each_other_both_count(query: dict[str, str]) -> None:
    arrives(query, layer="conv1", cell="3,4")
    address.put({"layer": "conv2", "channel": "7", "cell": None})
    arrives(query, layer="conv1", cell="3,4")
    address.put({"class": "ship"})
    assert query == {"layer": "conv2", "channel": "7", "class": "ship"}
    arrives(query, layer="conv1", cell="3,4")  # even now
    address.get("class")
    assert query == {"layer": "conv2", "channel": "7", "class": "ship"}


def test_there_and_back_again_is_where_it_was(query: dict[str, str]) -> None:
    address.put({"class": "ship"})
    address.put({"class": "frog"})
    address.put({"class": "ship"})
    arrives(query, **{"class": "frog"})
    address.get("class")
    assert query == {"class": "ship"}


def test_another_address_is_taken(query: dict[str, str]) -> None:
    address.put({"class": "ship"})
    arrives(query, **{"class": "cat"})  # of a link
    address.get("class")
    assert query == {"class": "cat"}
    address.put({"number": "2"})
    assert query == {"class": "cat", "number": "2"}


def test_going_back_in_the_history_is_no_late_request(
    query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address.put({"class": "ship"})
    arrives(query)
    back = SimpleNamespace(is_history_navigation=True)
    monkeypatch.setattr(address, "get_script_run_ctx", lambda suppress_warning: back)
    address.get("class")
    assert query == {}
    back.is_history_navigation = False
    address.get("class")
    assert query == {}


def test_what_is_long_past_is_no_late_request(query: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    address.put({"class": "ship"})
    monkeypatch.setattr(address, "LATE_SECONDS", 0.0)
    arrives(query)
    address.get("class")
    assert query == {}


def test_the_address_of_a_page_that_is_entered_is_no_late_request(query: dict[str, str]) -> None:
    address.enter("inside")
    address.put({"class": "ship"})
    address.enter("inside")  # the script runs again
    arrives(query)
    assert address.get("class") == "ship"
    address.enter("train")
    address.enter("inside")
    arrives(query)
    assert address.get("class", "horse") == "horse"
