"""The benchmark's arithmetic and output: nothing is timed here, and TensorFlow is not imported."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bench import __main__ as program
from bench import parts, peak, pytorch, report, serving
from bench.measure import (
    AtLeast,
    Baseline,
    Below,
    Figure,
    SkipError,
    Target,
    alternate,
    figure,
    percentile_95,
    skipped,
)
from cnn.network.presets import PRESETS

PROJECT = Path(__file__).resolve().parents[2]
FIELDS = {
    "name", "unit", "value", "minimum", "maximum", "rounds",
    "baseline", "baseline_value", "ratio", "target", "met", "note",
}  # fmt: skip


def test_the_value_is_the_median_and_the_extremes_are_kept() -> None:
    found = figure("f", "ms", [9.0, 1.0, 2.0])
    assert (found.value, found.minimum, found.maximum, found.rounds) == (2.0, 1.0, 9.0, 3)
    assert (found.baseline, found.ratio, found.met) == (None, None, None)


def test_the_ratio_is_one_of_medians_not_a_median_of_ratios() -> None:
    found = figure("f", "", [1.0, 4.0, 6.0], baseline=Baseline("theirs", [1.0, 2.0, 8.0]))
    assert (found.baseline, found.baseline_value, found.ratio) == ("theirs", 2.0, 2.0)


@pytest.mark.parametrize(
    ("target", "met", "text"),
    [
        (AtLeast(2.0), True, ">= 2 ms"),
        (AtLeast(2.01), False, ">= 2.01 ms"),
        (Below(2.0), False, "< 2 ms"),
        (Below(2.01), True, "< 2.01 ms"),
        (AtLeast(0.5, "ratio"), True, ">= 0.5 × baseline"),
        (Below(0.5, "ratio"), False, "< 0.5 × baseline"),
    ],
)
def test_a_target_at_its_limit(target: Target, met: bool, text: str) -> None:
    found = figure("f", "ms", [2.0], target, baseline=Baseline("theirs", [4.0]))
    assert (found.met, found.target) == (met, text)


def test_every_target_must_be_met() -> None:
    theirs = Baseline("theirs", [10.0])
    assert figure("f", "ms", [0.5], Below(2.0), Below(0.1, "ratio"), baseline=theirs).met is True
    found = figure("f", "ms", [1.5], Below(2.0), Below(0.1, "ratio"), baseline=theirs)
    assert (found.met, found.target) == (False, "< 2 ms and < 0.1 × baseline")


def test_a_ratio_without_a_baseline_is_not_met() -> None:
    assert figure("f", "ms", [2.0], AtLeast(0.0, "ratio")).met is False


def test_baseline_and_ours_alternate(capsys: pytest.CaptureFixture[str]) -> None:
    called: list[str] = []

    def ours() -> float:
        called.append("ours")
        return float(len(called))

    def baseline() -> float:
        called.append("baseline")
        return float(len(called))

    assert alternate(3, ours, baseline) == ([2.0, 4.0, 6.0], [1.0, 3.0, 5.0])
    assert called == ["baseline", "ours"] * 3
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("values", "expected"),
    [([7.0], 7.0), (range(1, 21), 19), (range(20, 0, -1), 19), (range(1, 101), 95), ([1.0, 2.0], 2.0)],
)
def test_percentile_by_nearest_rank(values: list[float], expected: float) -> None:
    assert percentile_95(values) == expected


def test_another_statistic_with_several_values_a_round() -> None:
    found = figure("f", "s", [1.0, 2.0, 3.0, 4.0], Below(4.0), statistic=percentile_95, rounds=2)
    assert (found.value, found.rounds, found.met) == (4.0, 2, False)


def test_a_figure_survives_its_json() -> None:
    found = figure("täst ×", "ms", [1.0, 2.0], Below(2.0), baseline=Baseline("theirs", [4.0]), note="n")
    line = report.to_json(found)
    assert "\n" not in line
    assert set(json.loads(line)) == FIELDS
    assert report.from_json(line) == found


def test_a_skipped_figure_keeps_its_target_and_says_why() -> None:
    found = skipped("f", "s", Below(4.0), reason="no Chromium")
    assert (found.value, found.met, found.target, found.note) == (None, None, "< 4 s", "skipped: no Chromium")
    assert "skipped: no Chromium" in report.table([found])


def test_the_table_is_aligned_and_says_what_was_missed() -> None:
    good = figure("speed", "images/s", [12345.6], AtLeast(2.0, "ratio"), baseline=Baseline("fit", [5000.0]))
    bad = figure("a longer name", "s", [0.6123], Below(0.5), note="a note")
    lines = report.table([good, bad]).splitlines()
    assert " ".join(lines[0].split()) == "figure value min to max rounds baseline ratio target met"
    assert "12,346 images/s" in lines[2]
    assert "5,000 fit" in lines[2]
    assert "2.47" in lines[2]
    assert lines[2].rstrip().endswith("yes")
    assert "0.612 s" in lines[3]
    assert lines[3].rstrip().endswith("NO")
    assert len({len(line) for line in lines[:4]}) == 1
    assert lines[-1] == "a longer name: a note"


def test_the_machine_is_named() -> None:
    facts = report.machine()
    assert {"processor", "cores", "memory", "python", "tensorflow", "keras", "streamlit"} <= set(facts)
    assert all(facts.values())
    assert facts["data"] in report.machine_lines()


def test_every_part_has_a_function() -> None:
    for part in parts.PARTS.values():
        module, _, name = part.function.partition(":")
        path = PROJECT / Path(*module.split(".")).with_suffix(".py")
        assert f"def {name}(rounds: int, smoke: bool) -> Iterator[Figure]:" in path.read_text("utf-8")


def test_list_names_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(parts.PARTS)
    assert program.main(["--list", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [row["part"] for row in rows]
    assert names[:5] == ["lecture", "vgg6", "minute", "layers", "pytorch"]
    assert names[5:] == [
        "peak",
        "forward",
        "living",
        "seeds",
        "accuracy",
        "precision",
        "divisions",
        "app",
        "first",
        "lessons",
        "inside",
        "classify",
        "classroom",
        "watching",
        "looking",
        "evaluate",
        "tables",
        "mlflow",
        "grid",
        "embedded",
        "lesson",
        "room",
        "growth",
        "web",
    ]


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--rounds", "0"], ["--rounds", "many"]])
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        program.main(arguments)
    assert raised.value.code == 2


LINES = {
    "forward": [report.to_json(figure("one", "ms", [1.0], Below(2.0)))],
    "web": [report.to_json(skipped("two", "s", reason="no browser"))],
}


@pytest.fixture
def fake_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every part answer at once; `lecture` breaks off."""

    def run_part(name: str, options: object, broken: list[str]) -> Iterator[str]:
        yield from LINES.get(name, [])
        if name == "lecture":
            broken.append("The part lecture broke off")

    monkeypatch.setattr(program, "_run_part", run_part)


@pytest.mark.usefixtures("fake_parts")
def test_json_is_one_object_a_figure_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--json"]) == 1
    out, err = capsys.readouterr()
    figures = [Figure(**json.loads(line)) for line in out.splitlines()]
    assert [found.name for found in figures] == ["one", "two"]
    assert "processor" in err
    assert "The part lecture broke off" in err


@pytest.mark.usefixtures("fake_parts")
def test_one_part_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--only", "forward"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("processor")
    assert "one" in out
    assert "two" not in out


def test_the_named_chromium_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(serving.VARIABLE, "/some/chromium")
    assert serving.browser_path() == "/some/chromium"
    monkeypatch.delenv(serving.VARIABLE)
    monkeypatch.setattr(serving.shutil, "which", lambda name: "/bin/" + name if name[0] != "/" else None)
    assert serving.browser_path() == "/bin/google-chrome"
    monkeypatch.setattr(serving.shutil, "which", lambda name: None)
    assert serving.browser_path() is None


def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(TimeoutError, match="for the moon"):
        serving.wait_for(lambda: False, 0.0, "the moon", 0.0)


def test_a_process_and_its_children_are_stopped() -> None:
    child = "import time; time.sleep(60)"
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {child!r}]); print(p.pid)"
    code += "; sys.stdout.flush(); p.wait()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    pid = int(process.stdout.readline())
    serving.stop(process)  # type: ignore[arg-type]
    process.stdout.close()
    assert process.returncode is not None
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_the_frame_of_the_benchmark_imports_neither_tensorflow_nor_streamlit() -> None:
    code = (
        "import sys, bench.__main__, bench.training, bench.forward, bench.web, bench.app\n"
        "print(sorted({'tensorflow', 'keras', 'streamlit', 'playwright'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_pytorch_its_part_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytorch, "find_spec", lambda name: None)
    found = list(pytorch.pytorch(1, smoke=True))
    assert [one.name for one in found] == [
        f"{name}: training, {with_what}" for name in pytorch.NAMES for with_what in ("PyTorch", "JAX")
    ]
    for one in found:
        assert one.value is None
        assert "pip install -r requirements-bench.txt" in one.note


def test_the_operations_of_a_training_step_by_hand() -> None:
    first, second, dense = 32 * 32 * 27 * 12, 16 * 16 * 108 * 24, 8 * 8 * 24 * 10
    forward, weights, inputs = first + second + dense, first + second + dense, second + dense
    found = peak.training_operations(PRESETS["lecture"].setup.network)
    assert found == 2 * (forward + weights + inputs)


def test_a_whitened_layer_is_not_trained() -> None:
    network = PRESETS["minute"].setup.network
    whitened = peak.training_operations(network)
    trained = peak.training_operations(replace(network, whiten=False))
    assert trained - whitened == 2 * 16 * 16 * 27 * 32


def test_the_chip_is_measured_where_there_is_a_compiler(tmp_path: Path) -> None:
    try:
        program = peak.compiled(tmp_path)
    except SkipError as reason:
        pytest.skip(str(reason))
    speeds = peak.chip_speeds(program, 0.02)
    assert "float32" in speeds
    assert set(speeds) <= set(peak.PEAKS["mixed_bfloat16"])
    assert all(speed > 0 for speed in speeds.values())
    for words in ([], ["1"], ["0", "1"], ["1", "0"], ["1", "5000"], ["x", "y"]):
        done = subprocess.run([str(program), *words], capture_output=True, text=True)
        assert done.returncode == 2
        assert "SECONDS THREADS" in done.stderr


def test_without_a_compiler_the_share_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak.shutil, "which", lambda name: None)
    found = list(peak.peak(1, smoke=True))
    assert [one.value for one in found] == [None, None]
    assert all("C compiler" in one.note for one in found)
