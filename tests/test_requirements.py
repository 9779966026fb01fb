"""The locked requirements: what is installed is what was locked, from whatever index (threats C01, C04)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))

_PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    """Name -> version of a lock."""
    return {m["name"]: m["version"] for m in _PIN.finditer(lock.read_text())}


def test_there_is_a_lock_for_running_and_one_for_testing() -> None:
    assert [lock.name for lock in LOCKS] == ["run.txt", "test.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_c01_every_requirement_is_pinned_with_the_hashes_of_several_files(lock: Path) -> None:
    """C01. A source archive and a wheel at least: one hash alone would bind the lock to one platform."""
    requirements = re.split(r"^(?=[a-z])", lock.read_text(), flags=re.MULTILINE)[1:]

    assert requirements
    for requirement in requirements:
        assert _PIN.match(requirement), requirement
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", requirement)) >= 2, requirement


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_c01_a_lock_names_no_host_and_no_option_of_an_index(lock: Path) -> None:
    text = lock.read_text()

    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, flags=re.MULTILINE)
    assert not re.search(r"^\s*-[a-z]\b", text, flags=re.MULTILINE)


def test_what_runs_has_the_versions_that_were_tested() -> None:
    run, test = (pins(REPOSITORY / "requirements" / f"{name}.txt") for name in ("run", "test"))

    assert run.items() <= test.items()


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["test"]

    names = {re.match(r"[A-Za-z0-9.-]+", requirement)[0].lower() for requirement in declared}  # type: ignore[index]

    assert names <= pins(REPOSITORY / "requirements" / "test.txt").keys()


def test_c04_aiohttp_is_not_older_than_its_last_advisory_allows() -> None:
    version = pins(REPOSITORY / "requirements" / "run.txt")["aiohttp"]

    assert tuple(int(part) for part in version.split(".")[:2]) >= (3, 14)
    assert version != "3.14.0"
