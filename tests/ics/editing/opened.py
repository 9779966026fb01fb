"""Stored events for the tests of editing, and what they show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events

from feedserver.ics.editing import edits
from feedserver.ics.editing.describing import fields_of
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.reading.ingest import ParsedObject, read_file
from feedserver.ics.recurring.occurrences import occurrences
from feedserver.ics.recurring.recurrence import Budget
from feedserver.model.appointment import AppointmentFields, Scope
from tests.builders import NOON

NEW_UID = "the-rest"
BERLIN = "Europe/Berlin"
SPAN = datetime(2026, 1, 1, tzinfo=NOON.tzinfo), datetime(2028, 1, 1, tzinfo=NOON.tzinfo)


def opened(*events: str, timezone: str = BERLIN) -> StoredEvent:
    """The first object of these components, as an import stores it."""
    data = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n"
    (parsed,) = read_file(data.encode()).objects(timezone)
    assert isinstance(parsed, ParsedObject), parsed
    return StoredEvent(parsed.data, timezone=timezone)


def vevent(*lines: str, uid: str = "one") -> str:
    """A VEVENT of these properties."""
    head = ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z")
    return "".join(f"{line}\r\n" for line in (*head, *lines, "END:VEVENT"))


def weekly(*lines: str, rule: str = "FREQ=WEEKLY;BYDAY=TU") -> StoredEvent:
    """A meeting in Berlin, Tuesdays from ten to eleven, from 24 November 2026 on."""
    return opened(vevent(*TUESDAYS, f"RRULE:{rule}", *lines))


TUESDAYS = (
    "DTSTART;TZID=Europe/Berlin:20261124T100000",
    "DTEND;TZID=Europe/Berlin:20261124T110000",
    "SUMMARY:Meeting",
)


def override(instance: str, *lines: str, start: str = "", summary: str = "Special") -> str:
    """Another version of one of those meetings; `instance` and `start` in Berlin."""
    begin = start or instance
    end = (datetime.strptime(begin, "%Y%m%dT%H%M%S") + timedelta(hours=1)).strftime("%Y%m%dT%H%M%S")  # noqa: DTZ007
    return vevent(
        f"RECURRENCE-ID;TZID=Europe/Berlin:{instance}",
        f"DTSTART;TZID=Europe/Berlin:{begin}",
        f"DTEND;TZID=Europe/Berlin:{end}",
        f"SUMMARY:{summary}",
        *lines,
    )


def fields(event: StoredEvent, instance: str | None = None) -> AppointmentFields:
    """What the form shows."""
    return fields_of(event, event.key_of(instance) if instance else None)


def changed(
    event: StoredEvent, instance: str | None = None, scope: Scope = Scope.ALL, **changes: Any
) -> tuple[StoredEvent, StoredEvent | None]:
    """The event after these changes of what the form shows, and what was split off."""
    wanted = AppointmentFields(**{**_as_dict(fields(event, instance)), **changes})
    edited = edits.change(event, instance, scope, wanted, uid=NEW_UID, now=NOON)
    assert edited is not None
    return reopened(event, edited.data), reopened(event, edited.rest) if edited.rest else None


def _as_dict(shown: AppointmentFields) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in AppointmentFields.__dataclass_fields__}


def reopened(event: StoredEvent, data: bytes) -> StoredEvent:
    """What was written, which has to be whole: reading it repairs nothing."""
    again = event.reopened(data)
    assert not again.parsed.repairs
    assert again.data == data
    return again


def deleted(event: StoredEvent, instance: str | None, scope: Scope) -> StoredEvent | None:
    """The event after a deletion; None when nothing is left."""
    data = edits.delete(event, instance, scope, now=NOON)
    return None if data is None else reopened(event, data)


def starts(event: StoredEvent, span: tuple[datetime, datetime] = SPAN) -> list[str]:
    """The starts of all that shows, in UTC, the way iCalendar writes them."""
    found = occurrences(event.parsed, *span, budget=Budget(100_000))
    return [_text(one.start) for one in found]


def oracle_starts(event: StoredEvent, span: tuple[datetime, datetime] = SPAN) -> list[str]:
    """The same as another engine has it."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(event.data)).between(*span)
    return sorted(_text(one["DTSTART"].dt) for one in found)


def _text(moment: Any) -> str:
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    return f"{moment.astimezone(NOON.tzinfo) if moment.tzinfo else moment:%Y%m%dT%H%M}"


def lines(event: StoredEvent) -> list[str]:
    """Physical lines of the stored object without the stamps, and without time zone definitions."""
    text = event.data.decode()
    while "BEGIN:VTIMEZONE" in text:
        text = (
            text[: text.index("BEGIN:VTIMEZONE")] + text[text.index("END:VTIMEZONE\r\n") + len("END:VTIMEZONE\r\n") :]
        )
    stamps = ("DTSTAMP:", "LAST-MODIFIED:", "SEQUENCE:", "CREATED:")
    return [line for line in text.split("\r\n") if line and not line.startswith(stamps)]
