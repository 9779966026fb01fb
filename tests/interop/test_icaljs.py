"""ical.js, the engine of Thunderbird and of many web calendars, reads our feeds as three engines read the sources."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from feedserver.model.share import DetailLevel
from tests.corpus_feeds import CorpusFile, corpus_files, feed_of, objects_of

SCRIPT = Path(__file__).with_name("icaljs_occurrences.mjs")
ICAL_JS = Path(__file__).parents[2] / ".cache/npm/node_modules/ical.js/dist/ical.js"

OTHERWISE = {
    "ical.net/ProdID2.ics": "floating times beside X-WR-TIMEZONE are bound to it; the expectation leaves it out",
    "ruby-icalendar/recurrence.ics": "an all-day event lasts a day at least (F61); the file says DTEND = DTSTART",
}
"""Files whose feed differs from the expectation on purpose."""


def read_by_icaljs(feeds: list[dict[str, str]]) -> dict[str, Any]:
    node = shutil.which("node")
    assert node, "node is absent: `make test` installs it"
    assert ICAL_JS.is_file(), "ical.js is absent: `make test` installs it"
    ran = subprocess.run(
        [node, str(SCRIPT), str(ICAL_JS)],
        input=json.dumps(feeds),
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    answers: dict[str, Any] = json.loads(ran.stdout)
    return answers


@pytest.fixture(scope="module")
def files(corpus_dir: Path) -> list[CorpusFile]:
    return list(corpus_files(corpus_dir))


def test_every_feed_of_the_corpus_loads_at_every_level(files: list[CorpusFile]) -> None:
    feeds = []
    for file in files:
        objects = objects_of(file.path)
        for level in DetailLevel:
            text = feed_of(objects, level).decode()
            feeds.append({"id": f"{file.name} {level}", "text": text})
    answers = read_by_icaljs(feeds)
    assert len(answers) == len(files) * len(DetailLevel)
    assert {name: answer["error"] for name, answer in answers.items() if "error" in answer} == {}


def test_f60_feeds_show_the_occurrences_that_three_engines_read_from_the_sources(files: list[CorpusFile]) -> None:
    expected = {file.name: file.expected for file in files if file.expected and file.name not in OTHERWISE}
    feeds = [
        {
            "id": file.name,
            "text": feed_of(objects_of(file.path), DetailLevel.FULL).decode(),
            "start": file.expected["window"][0],
            "end": file.expected["window"][1],
        }
        for file in files
        if file.expected and file.name in expected
    ]
    answers = read_by_icaljs(feeds)
    assert len(expected) > 90
    different = [name for name in expected if not _agrees(answers[name], expected[name])]
    assert different == []


def _agrees(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    end = expected["window"][1]
    shown = sorted((o["start"], o["end"]) for o in answer["occurrences"] if o["start"][:8] < end)
    wanted = sorted((_in_utc(o["start"]), _in_utc(o["end"])) for o in expected["occurrences"])
    return (shown[: len(wanted)] if expected["truncated"] else shown) == wanted


def _in_utc(text: str) -> str:
    """The calendar's zone is UTC, so that is what a floating time becomes."""
    return text if len(text) == 8 or text.endswith("Z") else f"{text}Z"
