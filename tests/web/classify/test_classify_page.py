"""Classify as a script without a browser: pictures of every way, two networks, switches, honesty."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.data import test_labels as labels_of
from cnn.data import test_picture as picture_of
from cnn.evaluation import pretrained
from cnn.evaluation.model_card import card_of, read_card
from cnn.evaluation.ood import Typical
from cnn.evaluation.predict import Verdict, classify
from cnn.runs.store import Run, RunStore, Status, owner_hash
from cnn.web.app.run_text import plain
from cnn.web.app.upload_store import MOST
from cnn.web.classify import compared_models
from cnn.web.classify.uploads import MOST_PROBLEMS
from support.app_pages import ANNA, opened
from support.odd_pictures import quadrants, saved

RUNS = {run.id: run for run in pretrained.shipped()}
Visit = Callable[..., AppTest]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, only_drawn_pictures: None) -> Any:
    """Return what opens the page as one visitor, on the drawn pictures."""
    return lambda **address: opened(monkeypatch, "classify", ANNA, **address)


def blob_of(app: AppTest, name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the facts and the arrays that the component `name` was given."""
    (found,) = [item.proto for item in app.get("bidi_component") if item.proto.component_name.endswith(name)]
    (length,) = struct.unpack("<Q", found.bytes[:8])
    header = json.loads(found.bytes[8 : 8 + length])
    return json.loads(header["__metadata__"]["facts"]), load(found.bytes)


def has(app: AppTest, name: str) -> bool:
    return any(item.proto.component_name.endswith(name) for item in app.get("bidi_component"))


def toggle(app: AppTest, key: str) -> AppTest:
    return app.toggle(key=key).set_value(True).run()


def unfolded(app: AppTest, key: str) -> AppTest:
    """Open what is folded away until somebody wants it."""
    app.session_state[key] = True
    return app.run()


def horse() -> np.ndarray:
    index = int(np.flatnonzero(labels_of("sketch10") == CLASSES.index("horse"))[0])
    return picture_of("sketch10", index)[0]


def says(run: Run, pixels: np.ndarray) -> Verdict:
    network = run.setup.network
    card, typical = card_of(run), Typical.read(run.folder, network)
    assert card
    assert typical
    return classify(network, run.weights(), pixels, card, typical)


def upload(visit: Visit, *files: tuple[str, bytes]) -> AppTest:
    app = visit(**{"from": "Upload"})
    app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()
    assert not app.exception
    return app


def test_a_sample_has_ten_bars_in_class_order_with_the_calibrated_numbers(visit: Visit) -> None:
    app = visit(network="lecture")
    facts, arrays = blob_of(app, "prediction")
    np.testing.assert_array_equal(arrays["pixels"], horse())
    run = RUNS["lecture"]
    expected = says(run, horse())
    (opinion,) = facts["opinions"]
    assert [row["name"] for row in opinion["rows"]] == list(CLASSES)
    assert [row["text"] for row in opinion["rows"]] == [percent(float(p)) for p in expected.probabilities]
    assert [row["name"] for row in opinion["rows"] if row["true"]] == ["horse"]
    assert [row["name"] for row in opinion["rows"] if row["best"]] == [CLASSES[expected.best]]
    assert "calibrated with temperature" in opinion["note"]
    verdict, right = opinion["says"]
    assert opinion["none"] == expected.is_none
    if not expected.is_none:
        assert verdict == f"{CLASSES[expected.best]}, {percent(float(expected.probabilities.max()))}"
        assert ("right" in right) == (CLASSES[expected.best] == "horse")
    assert any("none of the ten" in warning.value for warning in app.warning) == expected.is_none


def test_the_switches_order_the_bars_show_scores_and_average(visit: Visit) -> None:
    app = toggle(visit(network="lecture"), "ordered")
    rows = blob_of(app, "prediction")[0]["opinions"][0]["rows"]
    shares = [row["share"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    app = toggle(app, "scores")
    rows = blob_of(app, "prediction")[0]["opinions"][0]["rows"]
    run = RUNS["lecture"]
    scores = classify(run.setup.network, run.weights(), horse()).scores
    assert [row["text"] for row in rows] == [
        f"{x:.2f}".replace("-", "−") for x in sorted(scores.tolist(), reverse=True)
    ]
    app = toggle(app, "averaged")
    facts = blob_of(app, "prediction")[0]
    mean = classify(run.setup.network, run.weights(), horse(), averaged=True).scores
    assert [row["text"] for row in facts["opinions"][0]["rows"]] == [
        f"{score:.2f}".replace("-", "−") for score in sorted(mean.tolist(), reverse=True)
    ]
    assert "Mean of 6 views" in facts["opinions"][0]["note"]


def test_two_networks_judge_the_same_picture_and_the_address_says_which(visit: Visit) -> None:
    app = visit(network="lecture", second="minute")
    facts, _ = blob_of(app, "prediction")
    assert [opinion["name"] for opinion in facts["opinions"]] == [RUNS["lecture"].name, RUNS["minute"].name]
    for opinion, name in zip(facts["opinions"], ("lecture", "minute"), strict=True):
        run = RUNS[name]
        expected = says(run, horse())
        assert [row["text"] for row in opinion["rows"]] == [percent(float(p)) for p in expected.probabilities]
    app.selectbox(key="second").set_value("").run()
    assert len(blob_of(app, "prediction")[0]["opinions"]) == 1


def test_scores_of_two_networks_have_one_scale(visit: Visit) -> None:
    app = toggle(visit(network="lecture", second="minute"), "scores")
    rows = [row for opinion in blob_of(app, "prediction")[0]["opinions"] for row in opinion["rows"]]
    reach = max(abs(float(row["exact"])) for row in rows)
    for row in rows:
        assert row["share"] == pytest.approx(float(row["exact"]) / reach, abs=1e-3)


@pytest.mark.parametrize("value", ["", "nobody", "lecture", "../../etc", "x" * 900])
def test_a_second_network_that_is_none_is_passed_over(visit: Visit, value: str) -> None:
    app = visit(network="lecture", second=value)
    assert len(blob_of(app, "prediction")[0]["opinions"]) == 1


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "99999999999", "٣"])
def test_a_sample_that_is_none_is_the_first(visit: Visit, number: str) -> None:
    app = visit(network="lecture", sample_class="truck", sample_number=number)
    index = int(np.flatnonzero(labels_of("sketch10") == CLASSES.index("truck"))[0])
    np.testing.assert_array_equal(blob_of(app, "prediction")[1]["pixels"], picture_of("sketch10", index)[0])


def test_samples_are_drawn_by_class_and_at_random_from_a_seed(visit: Visit) -> None:
    app = visit(network="lecture", sample_class="ship")
    facts, arrays = blob_of(app, "thumbnails")
    assert facts["chosen"] == 0
    assert len(arrays["pictures"]) == 10
    seven, again, eight = (
        blob_of(visit(network="lecture", by="At random", seed=seed), "thumbnails")[1]["pictures"]
        for seed in "778"
    )
    np.testing.assert_array_equal(seven, again)
    assert not np.array_equal(seven, eight)


def test_without_cifar10_the_samples_are_called_drawn(visit: Visit) -> None:
    assert "drawn by code" in blob_of(visit(network="lecture"), "prediction")[0]["caption"]


def test_an_upload_is_classified_and_a_broken_one_is_a_sentence_that_loses_nothing(visit: Visit) -> None:
    good, broken = saved(quadrants(), "PNG"), saved(quadrants(), "PNG")[:90]
    app = upload(visit, ("four.png", good))
    assert has(app, "prediction")
    facts, arrays = blob_of(app, "crop")
    assert (facts["width"], facts["height"], facts["crop"]) == (64, 48, [8, 0, 48])
    assert arrays["preview"][:2].tobytes() == b"\xff\xd8"  # encoded anew, not echoed
    app.file_uploader[0].set_value([("four.png", good, "image/png"), ("cut.png", broken, "image/png")]).run()
    assert not app.exception
    assert "cut short or damaged" in app.error[0].value
    assert has(app, "prediction")  # the good one is still there
    app.toggle(key="ordered").set_value(True).run()
    assert "cut short or damaged" in app.error[0].value  # until something else is brought or chosen
    app.file_uploader[0].set_value(None).run()
    assert not app.error
    assert not has(app, "prediction")  # removed in the widget, removed here


def test_of_many_files_those_that_are_too_many_are_told_in_a_few_sentences(visit: Visit) -> None:
    files = [(f"{number}.png", saved(quadrants(), "PNG")) for number in range(MOST + MOST_PROBLEMS + 3)]
    app = upload(visit, *files)
    assert len(app.error) == MOST_PROBLEMS + 1
    assert f"at most {MOST} are allowed" in app.error[0].value
    assert app.error[-1].value == "3 more could not be used either."
    assert len(blob_of(app, "thumbnails")[0]["tags"]) == MOST


def test_what_a_network_said_is_not_worked_out_again(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        compared_models, "classify", lambda *arguments: asked.append(1) or classify(*arguments)
    )
    app = upload(visit, ("four.png", saved(quadrants(), "PNG")))
    assert len(asked) == 1
    app.toggle(key="ordered").set_value(True).run()
    assert len(asked) == 1
    app.toggle(key="averaged").set_value(True).run()
    assert len(asked) == 2


def test_several_files_of_which_one_is_broken(visit: Visit) -> None:
    app = upload(
        visit,
        ("a.png", saved(quadrants(), "PNG")),
        ("b.png", b"not a picture"),
        ("c.png", saved(quadrants(32, 32), "PNG")),
    )
    assert len(app.error) == 1
    assert app.error[0].value.startswith(f"{plain('b.png')}: This is not a picture")
    facts, arrays = blob_of(app, "thumbnails")
    assert [tag["title"] for tag in facts["tags"]] == ["a.png", "c.png"]
    assert facts["chosen"] == 1
    assert len(arrays["pictures"]) == 2
    assert not app.dataframe  # what is folded away is not computed
    table = unfolded(app, "several").dataframe[0].value
    assert list(table["picture"]) == ["a.png", "c.png"]
    shares = table[list(CLASSES)].map(lambda text: 0.0 if text == "< 0.1 %" else float(text.strip("> %")))
    assert shares.sum(axis=1).to_numpy() == pytest.approx([100, 100], abs=0.6)  # as they are rounded
    assert any("stay in this server's memory" in caption.value for caption in app.caption)


def test_the_name_of_a_file_is_shown_as_text(visit: Visit) -> None:
    name = "[x](javascript:1) **b**.png"
    app = upload(visit, (name, b"not a picture"))
    assert app.error[0].value.startswith(f"{plain(name)}: This is not a picture")
    assert "[x]" not in app.error[0].value


def test_moving_the_square_changes_what_the_network_gets(visit: Visit) -> None:
    app = upload(visit, ("four.png", saved(quadrants(), "PNG")))
    before = blob_of(app, "prediction")[1]["pixels"]
    tray = app.session_state["cnn_lab"].tray
    tray.crop(tray.chosen, 0, 0, 32)
    app.run()
    after = blob_of(app, "prediction")[1]["pixels"]
    assert not np.array_equal(before, after)
    assert "32×32" in blob_of(app, "prediction")[0]["caption"]
    next(button for button in app.button if button.label == "Centre").click().run()
    np.testing.assert_array_equal(blob_of(app, "prediction")[1]["pixels"], before)
    next(button for button in app.button if button.label == "Remove").click().run()
    assert not has(app, "prediction")
    assert not has(app, "crop")


def test_a_photo_says_what_32_pixels_lose(visit: Visit) -> None:
    app = unfolded(upload(visit, ("large.png", saved(quadrants(320, 320), "PNG"))), "loss")
    said = " ".join(caption.value for caption in app.caption)
    assert "1,024 of 102,400 pixels" in said
    app = unfolded(upload(visit, ("small.png", saved(quadrants(32, 32), "PNG"))), "loss")
    assert "nothing is lost" in " ".join(caption.value for caption in app.caption)


def test_noise_looks_like_none_of_the_ten_where_the_card_says_so(visit: Visit) -> None:
    run = RUNS["lecture"]
    card = read_card(run.folder)
    assert card
    rng = np.random.default_rng(0)
    for _ in range(300):
        pixels = rng.integers(0, 256, 3) * np.ones((32, 32, 1)) + rng.normal(0, 3, (32, 32, 3))
        flat = np.clip(pixels, 0, 255).astype(np.uint8)
        if says(run, flat).is_none:
            break
    else:
        pytest.skip("this network takes every flat picture for one of the ten")
    app = visit(**{"from": "Upload", "network": "lecture"})
    app.file_uploader[0].set_value([("flat.png", saved(flat, "PNG"), "image/png")]).run()
    (opinion,) = blob_of(app, "prediction")[0]["opinions"]
    assert opinion["none"]
    assert opinion["says"][0] == "None of the ten"
    (warning,) = [item.value for item in app.warning if "none of the ten" in item.value]
    said = warning.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{percent(card.false_alarms)} of the test pictures ({card.source})" in said
    assert f"{percent(card.drawn_called_none)} of drawings of the ten classes" in said


def test_the_card_is_shown(visit: Visit) -> None:
    card = read_card(RUNS["lecture"].folder)
    assert card
    said = " ".join(item.value for item in unfolded(visit(network="lecture"), "trust").markdown)
    assert percent(card.test_accuracy) in said
    assert f"The limit, {card.distance_limit:.2f}" in said
    assert all(name in said for name in CLASSES)


def test_two_cards_two_ways_on_and_a_note_on_each_network(visit: Visit, home: Path) -> None:
    trained = RUNS["lecture"]
    run = RunStore(home / "runs").create(trained.setup, "sketch10", owner_hash(ANNA), "mine")
    run.save_snapshot(0, 0.0, trained.weights())
    run.write_status(Status("running", process=1))
    app = unfolded(visit(network="lecture", second=run.id), "trust")
    assert any("random weights" in note.value for note in app.info)
    links = [link.proto.query_string for link in app.get("page_link")]
    for name, link in zip(("lecture", run.id), links, strict=True):
        assert f"network={name}" in link
    assert any(
        "mine has not been measured. You can measure it when" in caption.value for caption in app.caption
    )
    assert not any(
        "send the address" in caption.value for caption in app.caption
    )  # nobody else may see that run
    run.write_status(Status("finished"))
    app = unfolded(visit(network="lecture", second=run.id), "trust")
    assert [button.label for button in app.button if button.label == "Measure it"] == ["Measure it"]


def test_a_network_that_nobody_chose_is_not_kept_as_chosen(visit: Visit) -> None:
    app = visit()
    assert app.selectbox(key="network").value == pretrained.BEST
    app.run()
    assert app.session_state["cnn_lab"].network_id == ""
    app.selectbox(key="network").set_value("lecture").run()
    assert app.session_state["cnn_lab"].network_id == "lecture"
    assert visit(network="minute").session_state["cnn_lab"].network_id == "minute"


def test_an_upload_goes_on_to_inside(visit: Visit) -> None:
    app = upload(visit, ("four.png", saved(quadrants(), "PNG")))
    app.switch_page("inside.py").run()
    assert not app.exception
    assert any("Your picture" in caption.value for caption in app.caption)
