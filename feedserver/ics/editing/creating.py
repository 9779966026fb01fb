"""New events from the fields of a form."""

from __future__ import annotations

from datetime import datetime

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.object_text import ObjectText
from feedserver.ics.editing.properties import WRITERS, utc, write
from feedserver.ics.editing.rules import rule_of
from feedserver.ics.editing.times import Times, start_when
from feedserver.ics.reading.times import UTC_NAMES
from feedserver.ics.syntax.lines import ContentLine, escape_text, format_line
from feedserver.ics.syntax.values import When, format_rrule, when_line
from feedserver.ics.zones.timezones import iana_zone
from feedserver.model.appointment import AppointmentFields, Repetition


def new_event(fields: AppointmentFields, *, uid: str, now: datetime) -> bytes:
    """A calendar object of checked fields, made at `now` (aware, UTC)."""
    event = ComponentText(b"BEGIN:VEVENT\r\n" + format_line("UID", (), escape_text(uid)) + b"END:VEVENT\r\n")
    for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED"):
        event.add(when_line(name, utc(now)))
    event.add(ContentLine("SEQUENCE", (), "0"))
    start = start_when(fields.start, fields.timezone)
    event.add(when_line("DTSTART", start))
    if fields.end != fields.start:
        event.add(when_line("DTEND", When(fields.end, start.is_utc, start.tzid)))
    if fields.repetition is not None:
        times = Times(fields.start, fields.end, fields.timezone)
        event.add(rule_line(fields.repetition, times))
    write(event, WRITERS, fields)
    text = ObjectText()
    text.add(event)
    return text.to_bytes()


def rule_line(repetition: Repetition, times: Times, *, week_start: int = 0) -> ContentLine:
    """The RRULE by which what takes place at `times` repeats."""
    is_utc = times.timezone in UTC_NAMES
    zone = iana_zone(times.timezone) if times.timezone and not is_utc else None
    rule = rule_of(repetition, times.start, is_utc=is_utc, zone=zone, week_start=week_start)
    return ContentLine("RRULE", (), format_rrule(rule))
