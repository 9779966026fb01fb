"""The command line run in this process, on settings and a data directory of the test's own."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedserver.cli.tree import main
from tests.cli.answers import TEAM, Answer, Run


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings of this test alone; gives the data directory."""
    for name in [name for name in os.environ if name.startswith("FEEDSERVER_")]:
        monkeypatch.delenv(name)
    data_dir = tmp_path / "data"
    monkeypatch.setenv("FEEDSERVER_DATA_DIR", str(data_dir))
    monkeypatch.chdir(tmp_path)
    mask = os.umask(0o022)
    yield data_dir
    os.umask(mask)


@pytest.fixture
def run(environment: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command line in this process."""

    def run_it(*args: str, typed: bytes = b"") -> Answer:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        code = main(args)
        captured = capsys.readouterr()
        return Answer(int(code), captured.out, captured.err)

    return run_it


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A calendar of two events that needs no repair."""
    path = tmp_path / "team.ics"
    path.write_bytes(TEAM.encode())
    return path
