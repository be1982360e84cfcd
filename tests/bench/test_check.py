"""What moved since the published figures: comparisons on figures made up here; nothing is measured."""

from pathlib import Path

import pytest

from bench import __main__ as program
from bench import check, report
from bench.measure import AtLeast, Baseline, Below, Figure, SkipError, Target, figure


def speed(ours: float, theirs: float, *targets: Target) -> Figure:
    return figure("speed", "images/s", [ours], *targets, baseline=Baseline("fit", [theirs]))


def test_a_ratio_counts_and_not_the_hour() -> None:
    target = AtLeast(3.0, "ratio")
    [slow_hour] = check.changes([speed(300, 100, target)], [speed(150, 50, target)])
    assert (slow_hour.what, slow_hour.share, slow_hour.verdict) == ("ratio", 0, "")
    [worse] = check.changes([speed(300, 100, target)], [speed(300, 120, target)])
    assert (worse.before, worse.now, worse.verdict) == (3, 2.5, "worse")
    [better] = check.changes([speed(300, 100, target)], [speed(360, 100, target)])
    assert better.verdict == "better"


@pytest.mark.parametrize(("now", "verdict"), [(100, ""), (149, ""), (151, "worse"), (67, ""), (66, "better")])
def test_a_time_without_a_baseline_has_more_room(now: float, verdict: str) -> None:
    limit = Below(200)
    [found] = check.changes([figure("a", "ms", [100.0], limit)], [figure("a", "ms", [now], limit)])
    assert (found.what, found.verdict) == ("ms", verdict)


def test_without_a_target_nobody_knows_which_way_is_better() -> None:
    [found] = check.changes([figure("a", "MB", [100.0])], [figure("a", "MB", [300.0])])
    assert found.verdict == "moved"
    assert check.table([found]).splitlines() == [
        "figure  published     now  change",
        "a          100 MB  300 MB  +200 %  moved",
        "",
        "1 figures compared: 1 moved, 0 of them for the worse.",
    ]


def test_what_only_one_side_has_is_left_out() -> None:
    skipped = Figure("b", "ms", note="skipped: no browser")
    published = [figure("a", "ms", [1.0]), figure("b", "ms", [1.0])]
    assert check.changes(published, [skipped, figure("c", "ms", [1.0])]) == []
    assert check.changes(published, [figure("a", "s", [1.0])]) == []


def test_each_processor_has_its_own_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "FILE", tmp_path / "published.json")
    with pytest.raises(SkipError, match="no processor at all"):
        check.read("Chip, avx2")
    check.publish("Chip, avx2", [speed(3, 1)])
    check.publish("Chip, avx512f", [speed(6, 1)])
    check.publish("Chip, avx2", [speed(4, 1)])
    assert check.read("Chip, avx2") == [speed(4, 1)]
    assert check.read("Chip, avx512f") == [speed(6, 1)]
    with pytest.raises(
        SkipError, match="Nothing was published for Other yet, but for Chip, avx2, Chip, avx512f"
    ):
        check.read("Other")


def test_the_command_measures_again_and_fails_where_it_is_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "FILE", tmp_path / "published.json")
    target = AtLeast(3.0, "ratio")
    measured = iter([[speed(3, 1, target)], [speed(3, 1, target)], [speed(2, 1, target)]])
    asked: list[tuple[str, int]] = []

    def run(name: str, options: object, broken: list[str]) -> list[str]:
        asked.append((name, options.rounds))  # type: ignore[attr-defined]
        return [report.to_json(found) for found in next(measured)]

    monkeypatch.setattr(program, "_run_part", run)
    assert program.main(["--check", "--only", "lecture"]) == 0
    assert "Nothing was published" in capsys.readouterr().out
    assert asked == []
    assert program.main(["--publish", "--only", "lecture"]) == 0
    assert program.main(["--check", "--only", "lecture"]) == 0
    assert program.main(["--check", "--only", "lecture"]) == 1
    assert "1 figures compared: 1 moved, 1 of them for the worse." in capsys.readouterr().out
    assert asked == [("lecture", 5), ("lecture", check.ROUNDS), ("lecture", check.ROUNDS)]


def test_what_is_published_can_be_read() -> None:
    for processor in check._read_all():
        names = [found.name for found in check.read(processor)]
        assert len(names) == len({*names})
