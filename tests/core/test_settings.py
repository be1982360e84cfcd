"""The environment's limits: what is allowed, and one sentence for all else."""

import pytest

from cnn.core.errors import CnnLabError
from cnn.core.settings import Settings, read_settings, scheduler_address, unused_text

NAMES = ("CNN_LAB_WORKERS", "CNN_LAB_WORKER_MEMORY", "CNN_LAB_SCHEDULER")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_are_one_worker_of_its_own() -> None:
    assert read_settings() == Settings(workers=1, worker_memory=None, scheduler="")


def test_a_variable_of_an_earlier_version_is_said_to_be_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNN_LAB_FILES", raising=False)
    assert unused_text() == ""
    monkeypatch.setenv("CNN_LAB_FILES", "memory://runs")
    assert "CNN_LAB_FILES is set but no longer used" in unused_text()
    assert "CNN_LAB_HOME" in unused_text()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("4GiB", 4 * 2**30),
        ("4 GB", 4 * 10**9),
        ("1.5gib", 1.5 * 2**30),
        ("2T", 2 * 10**12),
        (str(2**30), 2**30),
    ],
)
def test_sizes(monkeypatch: pytest.MonkeyPatch, text: str, count: float) -> None:
    monkeypatch.setenv("CNN_LAB_WORKER_MEMORY", text)
    assert read_settings().worker_memory == count


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("CNN_LAB_WORKERS", "0", "a whole number from 1 to 64"),
        ("CNN_LAB_WORKERS", "65", "a whole number from 1 to 64"),
        ("CNN_LAB_WORKERS", "two", "a whole number from 1 to 64"),
        ("CNN_LAB_WORKERS", "²", "a whole number from 1 to 64"),
        ("CNN_LAB_WORKERS", "9" * 5000, "a whole number from 1 to 64"),
        ("CNN_LAB_WORKER_MEMORY", "4", "at least 1 GiB, such as 4GiB"),
        ("CNN_LAB_WORKER_MEMORY", "much", "at least 1 GiB, such as 4GiB"),
        ("CNN_LAB_WORKER_MEMORY", "9" * 400, "at least 1 GiB, such as 4GiB"),
        ("CNN_LAB_SCHEDULER", "lab:8786", "the address that dask scheduler prints"),
        ("CNN_LAB_SCHEDULER", "tcp://127.0.0.1", "the address that dask scheduler prints"),
        ("CNN_LAB_SCHEDULER", "tcp://127.0.0.1:99999999", "the address that dask scheduler prints"),
        ("CNN_LAB_SCHEDULER", "tcp://[", "the address that dask scheduler prints"),
    ],
)
def test_what_is_not_allowed_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, words: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(CnnLabError, match=words) as raised:
        read_settings()
    assert name in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "[::1]", "localhost"])
def test_an_open_scheduler_on_this_machine_is_allowed(host: str) -> None:
    assert scheduler_address(f"tcp://{host}:8786")


@pytest.mark.parametrize("host", ["192.168.1.5", "0.0.0.0", "lab.example", "127.0.0.1.lab.example"])
def test_outside_this_machine_only_tls_is_allowed(host: str) -> None:
    with pytest.raises(CnnLabError, match="only tls:// is allowed"):
        scheduler_address(f"tcp://{host}:8786")
    assert scheduler_address(f"tls://{host}:8786") == f"tls://{host}:8786"


@pytest.mark.parametrize("text", ["0", "-5", "many", "1e3", "9" * 30])
def test_room_for_uploads_that_is_none_is_a_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_UPLOADS_MB", text)
    with pytest.raises(CnnLabError, match=r"CNN_LAB_UPLOADS_MB is .*give a whole number from 10"):
        read_settings()
