"""The form of an appointment: what was typed, and the fields it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from admin.forms.words import words_of, words_text
from feedserver.http.forms import Form
from feedserver.model.appointment import (
    AppointmentFields,
    Frequency,
    MonthDay,
    Repetition,
    Scope,
    Status,
    Visibility,
)
from feedserver.model.errors import FeedserverError, InvalidInput, TooLarge

Faults = Mapping[str, InvalidInput]
"""By the name of the field that each belongs to."""

AT_TIMES: Final = "times"
ALL_DAY: Final = "days"
BUSY: Final = "busy"
FREE: Final = "free"
NEVER: Final = "never"
UNTIL: Final = "until"
COUNT: Final = "count"
KEPT_RULE: Final = "kept"
"""What `repeat` says when an appointment keeps a rule that the form cannot show."""

_FIELD_OF = {"start": "start_day", "end": "end_day", "repetition": "repeat", "until_on": "until", "": "title"}
"""What the service calls a field -> what the form does, where they differ."""
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_ENDLESS = 20
"""Digits that no sensible number has; Python refuses to read thousands of them."""
_T = TypeVar("_T")
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentForm:
    """Everything as it stands in the fields, so that a page with faults loses nothing."""

    title: str = ""
    span: str = AT_TIMES
    """`times`, or `days` for all-day."""
    start_day: str = ""
    """As browsers send days and times: `2026-05-03`, `18:00`."""
    start_time: str = ""
    end_day: str = ""
    """For all-day the last day itself."""
    end_time: str = ""
    timezone: str = ""
    """IANA name; empty for the same local time everywhere."""
    place: str = ""
    description: str = ""
    link: str = ""
    categories: str = ""
    """With commas between them."""
    visibility: str = Visibility.PUBLIC
    shown_as: str = BUSY
    status: str = Status.NONE
    repeat: str = ""
    """A frequency, empty for none, or `kept`."""
    interval: str = "1"
    weekdays: tuple[str, ...] = ()
    """`0` is Monday."""
    month_day: str = MonthDay.DATE
    ends: str = NEVER
    until: str = ""
    count: str = ""


def read(form: Form) -> AppointmentForm:
    """What a browser sent. Fields that are none of this form's are left alone (threat A14)."""
    return AppointmentForm(
        title=form.text("title"),
        span=form.text("span", AT_TIMES),
        start_day=form.line("start_day"),
        start_time=form.line("start_time"),
        end_day=form.line("end_day"),
        end_time=form.line("end_time"),
        timezone=form.line("timezone"),
        place=form.text("place"),
        description=form.text("description"),
        link=form.line("link"),
        categories=form.text("categories"),
        visibility=form.text("visibility", Visibility.PUBLIC),
        shown_as=form.text("shown_as", BUSY),
        status=form.text("status"),
        repeat=form.text("repeat"),
        interval=form.line("interval", "1"),
        weekdays=tuple(dict.fromkeys(form.all("weekday"))),
        month_day=form.text("month_day", MonthDay.DATE),
        ends=form.text("ends", NEVER),
        until=form.line("until"),
        count=form.line("count"),
    )


def blank(now: datetime, timezone: str, *, on: date | None = None) -> AppointmentForm:
    """The form of a new appointment: the next full hour of `now` (local), or ten o'clock on another day."""
    is_other_day = on is not None and on != now.date()
    begin = datetime.combine(on, time(10)) if on and is_other_day else _next_hour(now)
    end = begin + _HOUR
    return AppointmentForm(
        start_day=begin.date().isoformat(),
        start_time=_clock(begin),
        end_day=end.date().isoformat(),
        end_time=_clock(end),
        timezone=timezone,
        interval="1",
    )


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0, tzinfo=None) + _HOUR


def _clock(local: datetime) -> str:
    return local.time().isoformat("seconds" if local.second else "minutes")


def typed_of(fields: AppointmentFields, *, has_kept_rule: bool = False, timezone: str = "") -> AppointmentForm:
    """The form filled with these fields; `timezone` is what is offered when an all-day one is given times."""
    typed = AppointmentForm(
        title=fields.title,
        place=fields.place,
        description=fields.description,
        link=fields.link,
        categories=words_text(fields.categories),
        visibility=fields.visibility,
        shown_as=BUSY if fields.is_busy else FREE,
        status=fields.status,
        repeat=KEPT_RULE if has_kept_rule and fields.repetition is None else "",
    )
    timed = _with_times(typed, fields, timezone)
    return timed if fields.repetition is None else _with_repetition(timed, fields.repetition)


def _with_times(typed: AppointmentForm, fields: AppointmentFields, timezone: str) -> AppointmentForm:
    start, end = fields.start, fields.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return replace(
            typed,
            start_day=start.date().isoformat(),
            start_time=_clock(start),
            end_day=end.date().isoformat(),
            end_time=_clock(end),
            timezone=fields.timezone or "",
        )
    return replace(
        typed, span=ALL_DAY, start_day=start.isoformat(), end_day=(end - _DAY).isoformat(), timezone=timezone
    )


def _with_repetition(typed: AppointmentForm, repetition: Repetition) -> AppointmentForm:
    ends = UNTIL if repetition.until_on else COUNT if repetition.count else NEVER
    return replace(
        typed,
        repeat=repetition.frequency,
        interval=str(repetition.interval),
        weekdays=tuple(map(str, repetition.weekdays)),
        month_day=repetition.month_day,
        ends=ends,
        until=repetition.until_on.isoformat() if repetition.until_on else "",
        count=str(repetition.count or ""),
    )


def fields_of(typed: AppointmentForm) -> tuple[AppointmentFields, Faults]:
    """What the fields say, and every fault at once; with a fault the values are of no use."""
    check = _Check()
    start = check.value("start_day", lambda: _start(typed), date.min)
    end = check.value("end_day", lambda: _end(typed), date.min)
    fields = AppointmentFields(
        title=typed.title,
        start=start,
        end=end,
        timezone=typed.timezone or None if typed.span != ALL_DAY else None,
        place=typed.place,
        description=typed.description,
        link=typed.link,
        categories=words_of(typed.categories),
        visibility=check.value("visibility", lambda: _word(Visibility, typed.visibility), Visibility.PUBLIC),
        is_busy=typed.shown_as != FREE,
        status=check.value("status", lambda: _word(Status, typed.status), Status.NONE),
        repetition=_repetition(typed, start, check),
    )
    return fields, check.faults


class _Check:
    """Reads value after value, and keeps what is wrong with each."""

    def __init__(self) -> None:
        self.faults: dict[str, InvalidInput] = {}

    def value(self, name: str, read_value: Callable[[], _T], instead: _T) -> _T:
        try:
            return read_value()
        except InvalidInput as fault:
            self.faults[name] = fault
            return instead


def _word(words: type[_Word], text: str) -> _Word:
    try:
        return words(text)
    except ValueError:
        raise InvalidInput("Choose one of these.") from None


def _start(typed: AppointmentForm) -> date | datetime:
    day = _day(typed.start_day)
    return day if typed.span == ALL_DAY else datetime.combine(day, _time(typed.start_time))


def _end(typed: AppointmentForm) -> date | datetime:
    """Exclusive; a form without a last day or an end lasts one day or no time at all."""
    day = _day(typed.end_day or typed.start_day)
    if typed.span != ALL_DAY:
        return datetime.combine(day, _time(typed.end_time or typed.start_time))
    try:
        return day + _DAY
    except OverflowError:
        raise InvalidInput("Write the day like 2026-05-03.") from None


def _day(text: str) -> date:
    if not text:
        raise InvalidInput("Choose the day.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Write the day like 2026-05-03.") from None


def _time(text: str) -> time:
    if not text:
        raise InvalidInput("Choose the time as well, or let it last the whole day.")
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Write the time like 18:00.") from None
    if clock.tzinfo is not None:
        raise InvalidInput("Write the time like 18:00.")
    return clock


def _repetition(typed: AppointmentForm, start: date, check: _Check) -> Repetition | None:
    if typed.repeat in ("", KEPT_RULE):
        return None
    return Repetition(
        frequency=check.value("repeat", lambda: _word(Frequency, typed.repeat), Frequency.DAILY),
        interval=check.value("interval", lambda: _number(typed.interval or "1"), 1),
        weekdays=check.value("weekdays", lambda: _weekdays(typed, start), ()),
        month_day=check.value("month_day", lambda: _word(MonthDay, typed.month_day), MonthDay.DATE),
        until_on=check.value("until", lambda: _day(typed.until), None) if typed.ends == UNTIL else None,
        count=check.value("count", lambda: _number(typed.count), None) if typed.ends == COUNT else None,
    )


def _weekdays(typed: AppointmentForm, start: date) -> tuple[int, ...]:
    """The day on which it begins when none is ticked."""
    if typed.repeat != Frequency.WEEKLY:
        return ()
    if any(day not in tuple("0123456") for day in typed.weekdays):
        raise InvalidInput("Choose one of these.")
    return tuple(sorted(map(int, typed.weekdays))) or (start.weekday(),)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < _ENDLESS):
        raise InvalidInput("Write a number.")
    return int(text)


def fault_of(error: InvalidInput | TooLarge) -> Mapping[str, FeedserverError]:
    """A fault that the service found, beside the field as the form calls it."""
    field = error.field if isinstance(error, InvalidInput) else ""
    return {_FIELD_OF.get(field, field): error}


def scope_of(form: Form, *, is_one: bool) -> Scope:
    """How much is meant: everything, unless one occurrence is looked at. Raises InvalidInput."""
    if not is_one:
        return Scope.ALL
    try:
        return Scope(form.text("scope"))
    except ValueError:
        raise InvalidInput("Choose whether you mean this one, the following ones too, or all.", field="scope") from None
