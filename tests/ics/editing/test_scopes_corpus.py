"""Every repeating event of the corpus, edited at some of its occurrences: only what was meant changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from feedserver.ics.editing import edits
from feedserver.ics.editing.describing import fields_of
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.recurring.occurrences import instance_of, occurrences
from feedserver.ics.recurring.recurrence import Budget
from feedserver.model.appointment import Scope
from feedserver.model.errors import InvalidInput, RecurrenceTooCostly
from tests.builders import NOON
from tests.corpus_feeds import corpus_files, objects_of
from tests.ics.editing.opened import NEW_UID, reopened

SPAN = timedelta(days=200)


@pytest.fixture(scope="module")
def series(corpus_dir: Path) -> list[StoredEvent]:
    """Those that repeat, but for hostile rules."""
    objects = (one for file in corpus_files(corpus_dir) for one in objects_of(file.path, "Europe/Berlin"))
    events = (StoredEvent(one.data, timezone="Europe/Berlin") for one in objects if len(one.data) < 100_000)
    return [event for event in events if event.series.is_recurring and _is_tame(event)]


def _is_tame(event: StoredEvent) -> bool:
    try:
        return len(_shown(event, event)) < 250
    except RecurrenceTooCostly:
        return False


def _shown(event: StoredEvent, like: StoredEvent) -> list[str]:
    """What takes place in the first half year of `like`."""
    first = like.first_key()
    if first is None:
        return []
    since = like.series.identity_of(first).at - timedelta(days=40)
    until = min(since, datetime.max.replace(tzinfo=since.tzinfo) - 2 * SPAN) + SPAN
    found = occurrences(event.parsed, since, until, budget=Budget(200_000))
    return [f"{one.start} {one.end}" for one in found]


def _instances(event: StoredEvent) -> list[str]:
    """Some occurrences: the first, one later, and an override."""
    keys = list(islice(event.series.keys(Budget()), 4))
    chosen = {*keys[:1], *keys[3:], *islice(event.series.overrides, 1)}
    return [instance_of(event.series.identity_of(key)) for key in sorted(chosen)]


def test_another_title_moves_nothing_and_a_deletion_takes_one_away(series: list[StoredEvent]) -> None:
    assert len(series) > 150
    for event in series:
        before = _shown(event, event)
        for instance in _instances(event):
            shown = fields_of(event, event.key_of(instance))
            renamed = replace(shown, title="Renamed")
            one = edits.change(event, instance, Scope.THIS, renamed, uid=NEW_UID, now=NOON)
            assert one is not None
            after = reopened(event, one.data)
            assert _shown(after, event) == before
            assert fields_of(after, after.key_of(instance)).title == "Renamed"
            gone = edits.delete(event, instance, Scope.THIS, now=NOON)
            left = _shown(reopened(event, gone), event) if gone else []
            assert sum((Counter(before) - Counter(left)).values()) <= 1
            assert not Counter(left) - Counter(before)


def test_halves_of_every_series_show_what_the_whole_showed(series: list[StoredEvent]) -> None:
    refused = 0
    for event in series:
        before = _shown(event, event)
        for instance in _instances(event):
            renamed = replace(fields_of(event, event.key_of(instance)), title="Renamed")
            try:
                edited = edits.change(event, instance, Scope.FOLLOWING, renamed, uid=NEW_UID, now=NOON)
            except InvalidInput:
                refused += 1
                continue
            assert edited is not None
            halves = [reopened(event, data) for data in (edited.data, edited.rest) if data]
            assert sorted(Counter(before).elements()) == sorted(text for half in halves for text in _shown(half, event))
    assert refused < 30
