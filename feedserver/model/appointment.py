"""Appointments: events as a person sees and edits them, in the words of the admin page's form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from feedserver.model.calendar_object import ETag
from feedserver.model.errors import Conflict


class Frequency(StrEnum):
    """How often it repeats."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class MonthDay(StrEnum):
    """What a monthly or yearly repetition holds on to."""

    DATE = "date"
    """The day of the month the appointment starts on: "on the 24th"."""
    WEEKDAY = "weekday"
    """Its weekday, counted from the month's beginning: "on the fourth Tuesday"."""
    LAST_WEEKDAY = "last weekday"
    """Its weekday, counted from the month's end: "on the last Tuesday"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """A rule that the form can show (RFC 5545 section 3.3.10); at most one of `until_on` and `count`."""

    frequency: Frequency
    interval: int = 1
    """Every so many days, weeks, months or years."""
    weekdays: tuple[int, ...] = ()
    """For WEEKLY: 0 is Monday; sorted, and never empty."""
    month_day: MonthDay = MonthDay.DATE
    until_on: date | None = None
    """The last day on which it may begin, inclusive, as its zone counts days."""
    count: int | None = None


class Visibility(StrEnum):
    """CLASS of RFC 5545: what shares may show of it."""

    PUBLIC = "public"
    PRIVATE = "private"
    """A busy block at every level."""
    CONFIDENTIAL = "confidential"


class Status(StrEnum):
    """STATUS of RFC 5545."""

    NONE = ""
    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Scope(StrEnum):
    """How much of a repeating appointment a change is about."""

    THIS = "this"
    FOLLOWING = "following"
    """This one and all after it."""
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFields:
    """What the form knows. Everything else of an event survives an edit byte for byte."""

    title: str
    start: date | datetime
    """A date for all-day; else local time without zone, read in `timezone`."""
    end: date | datetime
    """Exclusive, of the same kind as `start`; may equal it for a moment without length, never for all-day."""
    timezone: str | None
    """IANA name; None for all-day and for floating times."""
    place: str = ""
    description: str = ""
    link: str = ""
    """http, https or empty."""
    categories: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    is_busy: bool = True
    """TRANSP: OPAQUE, or free."""
    status: Status = Status.NONE
    repetition: Repetition | None = None

    @property
    def is_all_day(self) -> bool:
        """True for whole days."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One stored appointment, or one occurrence of a repeating one."""

    calendar_id: str
    name: str
    """The object's name in its calendar."""
    etag: ETag
    """Of the whole object: an edit of another version is refused with EditedMeanwhile."""
    instance: str | None
    """Which occurrence: its RECURRENCE-ID as the address spells it, `20261124` or `20261124T100000` in the zone of
    the rule's start (`Z` appended for UTC); None for the whole appointment."""
    fields: AppointmentFields
    """Of the occurrence with its changes, or of the whole; `repetition` is the rule's in both."""
    is_repeating: bool
    is_changed: bool
    """The occurrence has changes of its own."""
    foreign_rule: str
    """The RRULE as stored when the form cannot show it, or RDATEs add to it; it stays unless replaced. Else empty."""
    people: tuple[str, ...]
    """Organiser and attendees, as shown; not editable."""
    more: tuple[tuple[str, str], ...]
    """What else it holds, for the eye: (property name, value), alarms and attachments counted."""


class EditedMeanwhile(Conflict):
    """Somebody else changed the appointment since it was read; `current` is what it is now, None when deleted."""

    def __init__(self, message: str, current: Appointment | None) -> None:
        super().__init__(message)
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRow:
    """One line of a list: an occurrence in time, or a found appointment."""

    calendar_id: str
    name: str
    instance: str | None
    title: str
    place: str
    start: date | datetime
    """Aware in the calendar's zone, or a date."""
    end: date | datetime
    is_repeating: bool
    visibility: Visibility
    status: Status
    is_busy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentPage:
    """A stretch of a calendar's list: whole days."""

    rows: tuple[AppointmentRow, ...]
    """Sorted by start, all-day ones first on their day."""
    next_on: date | None
    """The day to go on from; None when nothing more was found."""
