"""Changed fields written into a stored event: the whole of it."""

from __future__ import annotations

from datetime import datetime

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.creating import rule_line
from feedserver.ics.editing.properties import changed_texts, stamp, write
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.editing.times import Times
from feedserver.ics.recurring.moments import Local
from feedserver.model.appointment import AppointmentFields


def change_all(
    event: StoredEvent, key: Local | None, before: AppointmentFields, after: AppointmentFields, *, now: datetime
) -> bytes:
    """The object with every difference between `before` and `after` in its master."""
    text = event.text()
    master = text.events[0]
    write(master, changed_texts(before, after), after)
    shown = event.times_of(event.whole)
    event.clockwork.put(master, Times(after.start, after.end, after.timezone), shown)
    if before.repetition != after.repetition:
        _put_rule(master, after)
    stamp(master, now)
    return text.to_bytes()


def _put_rule(master: ComponentText, after: AppointmentFields) -> None:
    master.remove("EXRULE", "RDATE")
    if after.repetition is None:
        master.remove("RRULE", "EXDATE")
    else:
        master.put(rule_line(after), after="DTSTART")
