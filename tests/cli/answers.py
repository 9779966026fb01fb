"""What tests of the command line share: an answer, the one shape of a failure, the real program."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]

TEAM = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//tests//EN
X-WR-CALNAME:Team
BEGIN:VEVENT
UID:meeting@example.org
DTSTAMP:20260101T000000Z
DTSTART:20261201T100000Z
DTEND:20261201T110000Z
SUMMARY:Budget round
DESCRIPTION:Figures inside
END:VEVENT
BEGIN:VEVENT
UID:party@example.org
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261224
SUMMARY:Party
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


def fails(answer: Answer, code: int, word: str) -> str:
    """The one shape of every failure under `--json`; gives the message."""
    assert answer.code == code, answer
    error = answer.json["error"]
    assert error["code"] == word, error
    assert answer.err == ""
    assert "Traceback" not in answer.out
    message = error["message"]
    assert isinstance(message, str)
    assert message
    return message


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(*args: str) -> list[str]:
    return [sys.executable, "-m", "feedserver", *args]


def run_program(*args: str, **environment: str) -> Answer:
    """Runs the real program with the settings of this test."""
    done = subprocess.run(
        program(*args),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment | PROGRAM_PATH,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


PROGRAM_PATH = {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)}
