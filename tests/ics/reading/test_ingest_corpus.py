"""The corpus of foreign calendars: nothing is lost in silence, nothing crashes, and what is stored reads back equal."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from feedserver.ics.reading.ingest import REPAIRS, ParsedObject, Refusal, parse_object, read_file
from feedserver.model.errors import NotACalendar

EVENT = re.compile(rb"^BEGIN:VEVENT[ \t]*$", re.MULTILINE | re.IGNORECASE)
DROPS = {"duplicate-dropped", "older-version-dropped"}


@pytest.fixture(scope="module")
def entries(corpus_dir: Path) -> list[dict[str, Any]]:
    manifest: dict[str, list[dict[str, Any]]] = json.loads((corpus_dir / "MANIFEST.json").read_bytes())
    return manifest["files"]


def contents(corpus_dir: Path, entries: list[dict[str, Any]], kind: str) -> list[tuple[str, bytes]]:
    return [
        (each["file"], (corpus_dir / "files" / each["file"]).read_bytes()) for each in entries if each["kind"] == kind
    ]


def results(data: bytes) -> tuple[list[ParsedObject], list[Refusal]]:
    found = list(read_file(data).objects("Europe/Berlin"))
    return [each for each in found if isinstance(each, ParsedObject)], [e for e in found if isinstance(e, Refusal)]


def events_in(data: bytes) -> int:
    return len(EVENT.findall(data.replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n")))


def test_valid_files_are_imported_without_a_refusal(corpus_dir: Path, entries: list[dict[str, Any]]) -> None:
    for name, data in contents(corpus_dir, entries, "valid"):
        objects, refusals = results(data)
        assert not [each for each in refusals if "keeps no" not in each.reason], name
        kept = sum(len(each.components) for each in objects if each.component == "VEVENT")
        dropped = any(each.repairs & DROPS for each in objects)
        assert kept == events_in(data) or (dropped and kept < events_in(data)), name


def test_repairable_files_never_lose_an_event_in_silence(corpus_dir: Path, entries: list[dict[str, Any]]) -> None:
    for name, data in contents(corpus_dir, entries, "repairable"):
        objects, refusals = results(data)
        kept = sum(len(each.components) for each in objects if each.component == "VEVENT")
        told = bool(refusals) or any(each.repairs & DROPS for each in objects)
        assert kept == events_in(data) or (told and kept < events_in(data)), name


def test_invalid_files_end_in_a_clear_word(corpus_dir: Path, entries: list[dict[str, Any]]) -> None:
    for name, data in contents(corpus_dir, entries, "invalid"):
        try:
            objects, refusals = results(data)
        except NotACalendar:
            continue
        assert objects or refusals or not events_in(data), name


@pytest.mark.parametrize("kind", ["valid", "repairable", "invalid"])
def test_what_is_stored_reads_back_equal_without_repair(
    corpus_dir: Path, entries: list[dict[str, Any]], kind: str
) -> None:
    for name, data in contents(corpus_dir, entries, kind):
        try:
            objects, _ = results(data)
        except NotACalendar:
            continue
        for each in objects:
            assert set(REPAIRS) >= each.repairs, name
            again = parse_object(each.data, timezone="Europe/Berlin")
            assert (again.repairs, again.data, again.components, again.uid) == (
                frozenset(),
                each.data,
                each.components,
                each.uid,
            ), name
        if objects:
            exported, refusals = results(b"".join(each.data for each in objects))
            assert Counter(each.data for each in exported) == Counter({each.data for each in objects}), name
            assert refusals == [], name


@pytest.mark.parametrize("kind", ["valid", "repairable", "invalid"])
def test_stored_data_is_clean_text_with_crlf(corpus_dir: Path, entries: list[dict[str, Any]], kind: str) -> None:
    for name, data in contents(corpus_dir, entries, kind):
        try:
            objects, _ = results(data)
        except NotACalendar:
            continue
        for each in objects:
            assert each.data.count(b"\n") == each.data.count(b"\r") == each.data.count(b"\r\n"), name
            assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", each.data), name
            assert each.data.count(b"BEGIN:VCALENDAR\r\n") == 1, name
            assert not re.search(rb"^METHOD[;:]", each.data, re.MULTILINE), name


def test_same_file_gives_the_same_bytes_again(corpus_dir: Path, entries: list[dict[str, Any]]) -> None:
    for name, data in contents(corpus_dir, entries, "repairable"):
        first, second = results(data), results(data)
        assert [(each.uid, each.data) for each in first[0]] == [(each.uid, each.data) for each in second[0]], name
        assert first[1] == second[1], name
