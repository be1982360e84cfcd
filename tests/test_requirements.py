"""requirements.lock holds a version with hashes for every line of requirements.txt, inside its range."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from support import PROJECT

REQUIRED = [
    Requirement(line)
    for line in (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    if line and not line.startswith(("#", "-"))
]
LOCKED = re.findall(r"^([a-z0-9._-]+)==(\S+)((?:.*\n    --hash=sha256:[0-9a-f]{64}| \\)+)",
    (PROJECT / "requirements.lock").read_text("utf-8"), re.MULTILINE)  # fmt: skip


@pytest.mark.parametrize("required", REQUIRED, ids=str)
def test_the_lock_holds_what_is_required(required: Requirement) -> None:
    found = [Version(version) for name, version, _ in LOCKED if name == required.name]
    assert found, "run make lock"
    assert all(version in required.specifier for version in found), "run make lock"


def test_every_package_of_the_lock_has_a_hash() -> None:
    text = (PROJECT / "requirements.lock").read_text("utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(packages) > len(REQUIRED)
    assert all("--hash=sha256:" in package for package in packages)
