"""Single occurrences of a series: given a component of their own, or taken out."""

from __future__ import annotations

from datetime import datetime

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.object_text import ObjectText
from feedserver.ics.editing.properties import stamp
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.editing.times import in_frame, start_of, time_line
from feedserver.ics.recurring.moments import Local
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.syntax.values import When, when_line


def make_override(event: StoredEvent, text: ObjectText, key: Local) -> ComponentText:
    """The override of an occurrence in `text` (the event's own), added when it has none.

    It says what the occurrence shows, line for line.
    """
    own = event.series.overrides.get(key)
    if own is not None:
        return text.events[own.index]
    showing = event.showing(key)
    override = text.events[showing.part.index].copy()
    override.remove("RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
    event.clockwork.place(override, showing.start, showing.end)
    override.add(when_line("RECURRENCE-ID", _named(event, key)), after="UID")
    text.add(override)
    return override


def _named(event: StoredEvent, key: Local) -> When:
    assert event.master is not None
    return in_frame(key, start_of(event.master))


def without(event: StoredEvent, key: Local, *, now: datetime) -> bytes | None:
    """The object without one occurrence; None when that was the last."""
    event = without_range(event, key)
    text = event.text()
    own = event.series.overrides.get(key)
    if own is not None:
        text.remove(text.events[own.index])
    if event.master is not None:
        master = text.events[0]
        after = "EXDATE" if master.has("EXDATE") else "RRULE"
        master.add(when_line("EXDATE", _named(event, key)), after=after)
        stamp(master, now)
    if not text.events:
        return None
    data = text.to_bytes()
    return None if event.reopened(data).first_key() is None else data


def without_range(event: StoredEvent, key: Local) -> StoredEvent:
    """The same event, in which an override at `key` that changes all later ones too (RANGE=THISANDFUTURE) is two.

    One for the occurrence alone, and one from the next occurrence on, when there is another.
    """
    own = event.series.overrides.get(key)
    if own is None or not own.is_range:
        return event
    text = event.text()
    single = text.events[own.index]
    following = single.copy()
    single.rewrite("RECURRENCE-ID", lambda line: line.with_params(tuple(p for p in line.params if p[0] != "RANGE")))
    later = first_bare(event, key)
    if later is not None:
        showing = event.showing(later)
        event.clockwork.place(following, showing.start, showing.end)
        following.put(time_line("RECURRENCE-ID", _named(event, later), following))
        text.add(following)
    return event.reopened(text.to_bytes())


def first_bare(event: StoredEvent, key: Local) -> Local | None:
    """The first occurrence from `key` on that has no override of its own. Raises RecurrenceTooCostly."""
    return next(
        (other for other in event.series.keys(Budget(), since=key) if other not in event.series.overrides), None
    )
