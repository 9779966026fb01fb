"""Feeds made of the corpus as the server makes them: imported, rendered, filled, joined under a head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from feedserver.ics.feeds.feed import FeedBody
from feedserver.ics.feeds.head import FeedHead, head
from feedserver.ics.feeds.notices import KEEP_ALIVE_UID, keep_alive
from feedserver.ics.reading.ingest import ParsedObject, read_file
from feedserver.ics.showing.rendition import render
from feedserver.ics.showing.slots import SlotWords, emitted_uid, fill
from feedserver.ics.showing.words import WORDS
from feedserver.model.errors import NotACalendar, ObjectRefused
from feedserver.model.share import DetailLevel
from tests.builders import NOON

SALT = b"s" * 32
STAMPS = b"DTSTAMP:20261123T120000Z\r\nLAST-MODIFIED:20261123T120000Z\r\nSEQUENCE:1\r\n"


@dataclass(frozen=True)
class CorpusFile:
    name: str
    path: Path
    kind: str
    expected: dict[str, Any] | None
    """What three independent engines agree on, None where they do not."""


def corpus_files(corpus_dir: Path) -> Iterator[CorpusFile]:
    for entry in json.loads((corpus_dir / "MANIFEST.json").read_text())["files"]:
        name = entry["file"]
        expected = json.loads((corpus_dir / "expected" / f"{name}.json").read_text()) if entry.get("expected") else None
        yield CorpusFile(name, corpus_dir / "files" / name, entry["kind"], expected)


def objects_of(path: Path, timezone: str = "UTC") -> list[ParsedObject]:
    """The events of a file that can be kept."""
    try:
        found = list(read_file(path.read_bytes()).objects(timezone))
    except (NotACalendar, ObjectRefused):
        return []
    return [obj for obj in found if isinstance(obj, ParsedObject) and obj.component == "VEVENT"]


def feed_of(objects: list[ParsedObject], level: DetailLevel) -> bytes:
    """The feed of a share that shows these events."""
    words = SlotWords.of(WORDS["en"])
    fragments, tzids = {}, set()
    for obj in objects:
        try:
            rendition = render(obj, NOON).renditions[level]
        except ObjectRefused:
            continue
        tzids.update(rendition.tzids)
        uid = emitted_uid(SALT, "calendar", obj.uid)
        if rendition.body:
            fragments[uid] = fill(rendition.body, uid=uid, stamps=STAMPS, words=words)
    calendar = FeedHead(calendar_id="c" * 32, name="Corpus", modified_at=NOON, refresh=timedelta(hours=1))
    alive = fill(keep_alive(WORDS["en"]), uid=emitted_uid(SALT, "", KEEP_ALIVE_UID), stamps=STAMPS, words=words)
    return FeedBody(fragments.items()).text(head(calendar, tzids), keep_alive=alive).body
