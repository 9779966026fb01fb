"""The lines of one component that the form's fields stand for: writing a field that was changed, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.syntax.lines import ContentLine, escape_text
from feedserver.ics.syntax.values import When, parse_integer, when_line
from feedserver.model.appointment import AppointmentFields, Visibility

Write = Callable[[ComponentText, AppointmentFields], None]

_MAX_SEQUENCE = 2**31 - 2


def changed_texts(before: AppointmentFields, after: AppointmentFields) -> list[str]:
    """Names of the fields that differ, times and repetition aside."""
    return [name for name in WRITERS if getattr(before, name) != getattr(after, name)]


def write(text: ComponentText, names: Iterable[str], fields: AppointmentFields) -> None:
    """Write these fields into the component; what says the same fact in other words goes, it would be stale."""
    for name in names:
        WRITERS[name](text, fields)


def _text(name: str, of: Callable[[AppointmentFields], str], *stale: str) -> Write:
    def write_text(text: ComponentText, fields: AppointmentFields) -> None:
        _put(text, name, escape_text(of(fields)))
        text.remove(*stale)

    return write_text


def _put(text: ComponentText, name: str, value: str) -> None:
    """Set a property's value, keeping its parameters but for a reference to another form of the old text."""
    if not value:
        text.remove(name)
        return
    old = text.first(name)
    params = tuple(param for param in old.params if param[0] != "ALTREP") if old else ()
    text.put(ContentLine(name, params, value))


def _write_link(text: ComponentText, fields: AppointmentFields) -> None:
    _put(text, "URL", fields.link)


def _write_categories(text: ComponentText, fields: AppointmentFields) -> None:
    _put(text, "CATEGORIES", ",".join(map(escape_text, fields.categories)))


def _write_visibility(text: ComponentText, fields: AppointmentFields) -> None:
    is_said = fields.visibility is not Visibility.PUBLIC or text.has("CLASS")
    _put(text, "CLASS", fields.visibility.upper() if is_said else "")


def _write_busy(text: ComponentText, fields: AppointmentFields) -> None:
    is_said = not fields.is_busy or text.has("TRANSP")
    _put(text, "TRANSP", ("OPAQUE" if fields.is_busy else "TRANSPARENT") if is_said else "")
    text.remove("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS")


def _write_status(text: ComponentText, fields: AppointmentFields) -> None:
    _put(text, "STATUS", fields.status.upper())


WRITERS: Mapping[str, Write] = {
    "title": _text("SUMMARY", lambda fields: fields.title),
    "place": _text("LOCATION", lambda fields: fields.place, "GEO", "X-APPLE-STRUCTURED-LOCATION"),
    "description": _text("DESCRIPTION", lambda fields: fields.description, "X-ALT-DESC", "STYLED-DESCRIPTION"),
    "link": _write_link,
    "categories": _write_categories,
    "visibility": _write_visibility,
    "is_busy": _write_busy,
    "status": _write_status,
}
"""Field -> what writes it."""


def stamp(text: ComponentText, now: datetime) -> None:
    """The component was changed at `now` (aware): DTSTAMP and LAST-MODIFIED say when, SEQUENCE that it was."""
    at = utc(now)
    text.put(when_line("DTSTAMP", at), after="UID")
    text.put(when_line("LAST-MODIFIED", at))
    sequence = text.first("SEQUENCE")
    number = parse_integer(sequence.value.strip()) if sequence else 0
    text.put(ContentLine("SEQUENCE", sequence.params if sequence else (), str(min(number, _MAX_SEQUENCE) + 1)))


def utc(now: datetime) -> When:
    """A moment (aware, UTC) as stamps have it."""
    return When(now.replace(tzinfo=None, microsecond=0), is_utc=True)
