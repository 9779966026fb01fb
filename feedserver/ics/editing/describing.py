"""What a form shows of a stored event."""

from __future__ import annotations

from dataclasses import dataclass

from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.editing.times import Times
from feedserver.ics.recurring.moments import Local
from feedserver.ics.recurring.series import Part
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine, decode_param, split_text, unescape_text
from feedserver.model.appointment import AppointmentFields, Status, Visibility

MAX_MORE = 100
"""Properties that are listed for the eye, and people."""
MAX_VALUE_CHARS = 500
_KNOWN = frozenset(
    {
        *("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"),
        *("RRULE", "EXRULE", "RDATE", "EXDATE", "SUMMARY", "LOCATION", "DESCRIPTION", "CATEGORIES"),
        *("CLASS", "TRANSP", "STATUS", "ORGANIZER", "ATTENDEE", "ATTACH"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An event, or one occurrence, as `model.appointment.Appointment` has it."""

    fields: AppointmentFields
    is_changed: bool
    people: tuple[str, ...]
    more: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTexts:
    """What a list shows of an event beside its times."""

    title: str
    place: str
    visibility: Visibility
    is_busy: bool
    status: Status


def describe(event: StoredEvent, key: Local | None) -> Description:
    """The occurrence of that key, or the whole event."""
    part = event.whole if key is None else event.showing(key).part
    component = event.component(part)
    return Description(
        fields=fields_of(event, key),
        is_changed=key is not None and key in event.series.overrides,
        people=_people(component),
        more=_more(component),
    )


def fields_of(event: StoredEvent, key: Local | None) -> AppointmentFields:
    """The form's fields of an occurrence, or of the whole event."""
    part = event.whole if key is None else event.showing(key).part
    return fields_in(event, event.component(part), event.times_at(key))


def fields_in(event: StoredEvent, component: Component, times: Times) -> AppointmentFields:
    """The form's fields that the lines of one component say, at these times."""
    return AppointmentFields(
        title=component.text("SUMMARY") or "",
        start=times.start,
        end=times.end,
        timezone=times.timezone,
        place=component.text("LOCATION") or "",
        description=component.text("DESCRIPTION") or "",
        link=_link(component.first("URL")),
        categories=categories_of(component),
        visibility=_visibility(component, event.master),
        is_busy=_is_busy(component),
        status=_status(component.first("STATUS")),
        repetition=event.repetition,
    )


def row_of(event: StoredEvent, part: Part) -> RowTexts:
    """What a list shows of a component."""
    component = event.component(part)
    return RowTexts(
        title=component.text("SUMMARY") or "",
        place=component.text("LOCATION") or "",
        visibility=_visibility(component, event.master),
        is_busy=_is_busy(component),
        status=_status(component.first("STATUS")),
    )


def categories_of(component: Component) -> tuple[str, ...]:
    """Each once, in order, of all CATEGORIES lines."""
    names = (name.strip() for line in component.all("CATEGORIES") for name in split_text(line.value))
    return tuple(dict.fromkeys(filter(None, names)))


def _link(line: ContentLine | None) -> str:
    """Addresses of other schemes are not shown as links; they stay until another takes their place."""
    value = "" if line is None else line.value.strip()
    return value if value.lower().startswith(("http://", "https://")) else ""


def _word(line: ContentLine | None) -> str:
    return "" if line is None else line.value.strip().upper()


def _visibility(component: Component, master: Component | None) -> Visibility:
    """An override is as private as its master at least; an unknown CLASS counts as private (RFC 5545 3.8.1.3)."""
    for part in (component, master):
        word = _word(part.first("CLASS")) if part is not None else ""
        if word not in ("", "PUBLIC"):
            return Visibility.CONFIDENTIAL if word == "CONFIDENTIAL" else Visibility.PRIVATE
    return Visibility.PUBLIC


def _is_busy(component: Component) -> bool:
    return _word(component.first("TRANSP")) != "TRANSPARENT"


def _status(line: ContentLine | None) -> Status:
    word = _word(line).lower()
    return Status(word) if word in set(Status) else Status.NONE


def _people(component: Component) -> tuple[str, ...]:
    lines = component.all("ORGANIZER") + component.all("ATTENDEE")
    return tuple(dict.fromkeys(map(_person, lines[:MAX_MORE])))


def _person(line: ContentLine) -> str:
    address = line.value.strip()
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :]
    name = decode_param(line.param("CN") or "").strip()
    return (f"{name} <{address}>" if name and name != address else address)[:MAX_VALUE_CHARS]


def _more(component: Component) -> tuple[tuple[str, str], ...]:
    """Other properties with their values, then how many attachments and nested components there are."""
    found = [(line.name, _plain(line)) for line in component.lines if _is_other(line)]
    counted = [("ATTACH", len(component.all("ATTACH")))]
    names = [child.name for child in component.children]
    counted += [(name, names.count(name)) for name in dict.fromkeys(names)]
    return (*found[:MAX_MORE], *((name, str(count)) for name, count in counted if count))


def _is_other(line: ContentLine) -> bool:
    return line.name not in _KNOWN and not (line.name == "URL" and _link(line))


def _plain(line: ContentLine) -> str:
    text = unescape_text(line.value)
    return text if len(text) <= MAX_VALUE_CHARS else text[: MAX_VALUE_CHARS - 1] + "…"
