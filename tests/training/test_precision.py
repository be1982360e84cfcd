"""Precision "auto": by CPU features and CPU time, independent of other load."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnn.network.spec import Setup
from support import PROJECT

START = """
import json, os
from cnn.training.runtime import prepare_tensorflow
prepare_tensorflow()
from cnn.training.precision import fastest_precision
choice = fastest_precision()
print(json.dumps([choice.precision, choice.reason]))
"""
BUSY = "while True: sum(i * i for i in range(10**5))"


def starts(count: int) -> list[list[str]]:
    """Return the choices of new processes, one after the other."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    found = []
    for _ in range(count):
        done = subprocess.run(
            [sys.executable, "-c", START], cwd=PROJECT, env=environment, capture_output=True, check=True
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def right_choice() -> str:
    """Return the right choice on this machine: bfloat16 if the processor has instructions for it."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    if not text:
        pytest.skip("this system does not say what its processor can do")
    return "mixed_bfloat16" if {"avx512_bf16", "amx_bf16", "bf16"} & set(text.split()) else "float32"


@pytest.mark.tensorflow
@pytest.mark.parametrize("count", [1, pytest.param(20, marks=pytest.mark.slow)])
def test_the_choice_is_right_beside_two_processes_that_keep_the_cores_busy(count: int) -> None:
    expected = right_choice()
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        assert [precision for precision, _ in starts(count)] == [expected] * count
    finally:
        for process in busy:
            process.kill()
            process.wait()


@pytest.mark.tensorflow
def test_a_processor_without_bfloat16_is_not_measured(
    training: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn.training import precision

    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu sse avx2 avx512f\n\nprocessor\t: 1\nflags\t\t: fpu\n")
    found = precision.processor_flags(cpuinfo)
    assert found == {"fpu", "sse", "avx2", "avx512f"}
    monkeypatch.setattr(precision, "processor_flags", lambda: found)
    monkeypatch.setattr(precision, "_trial", lambda name: pytest.fail("it was measured"))
    choice = precision.fastest_precision.__wrapped__()
    assert choice == precision.Choice("float32", "this processor has no instructions for bfloat16")


@pytest.mark.tensorflow
@pytest.mark.parametrize(("float32", "bfloat16"), [(2.0, 1.0), (1.0, 2.0)])
def test_the_least_processor_time_decides(
    training: object, monkeypatch: pytest.MonkeyPatch, float32: float, bfloat16: float
) -> None:
    from cnn.training import precision

    times = {"float32": float32, "mixed_bfloat16": bfloat16}
    rounds = {name: iter([9.0, 1.5 * time, time, 7.0]) for name, time in times.items()}
    monkeypatch.setattr(precision, "processor_flags", lambda: {"avx512_bf16"})
    monkeypatch.setattr(precision, "_trial", lambda name: lambda: next(rounds[name]))
    choice = precision.fastest_precision.__wrapped__()
    assert choice.precision == min(times, key=times.__getitem__)
    assert "processor time" in choice.reason


@pytest.mark.tensorflow
def test_a_precision_named_by_the_set_up_is_used(training: object) -> None:
    from dataclasses import replace

    from cnn.network.presets import PRESETS
    from cnn.training.precision import resolve_precision

    setup: Setup = PRESETS["lecture"].setup
    named = replace(setup, training=replace(setup.training, precision="float32"))
    assert resolve_precision(named).precision == "float32"
