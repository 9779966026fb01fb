"""What of a form's fields can be kept: limits and plain sense, each fault with the field it stands beside."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from feedserver.ics.editing.rules import is_last_of_month
from feedserver.ics.editing.times import day_of
from feedserver.ics.recurring.moments import Local
from feedserver.ics.zones.timezones import IanaZone, Zone, iana_zone
from feedserver.model.appointment import AppointmentFields, Frequency, MonthDay, Repetition
from feedserver.model.errors import InvalidInput

MAX_TITLE_CHARS = 1_000
MAX_PLACE_CHARS = 1_000
MAX_DESCRIPTION_CHARS = 20_000
MAX_LINK_CHARS = 2_000
MAX_CATEGORIES = 50
MAX_CATEGORY_CHARS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2199
MAX_INTERVAL = 999
MAX_COUNT = 1_000
_WEB = re.compile(r"https?://[^\s\x00-\x20\"<>]+", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_DAYS_OF_WEEK = frozenset(range(7))


def cleaned(fields: AppointmentFields) -> AppointmentFields:
    """The same as lines can hold it: LF ends lines, no blanks around texts, each category and weekday once."""
    categories = tuple(dict.fromkeys(filter(None, (" ".join(name.split()) for name in fields.categories))))
    timezone = None if fields.is_all_day or not fields.timezone else fields.timezone
    zone = iana_zone(timezone) if timezone else None
    return replace(
        fields,
        title=_clean(fields.title),
        place=_clean(fields.place),
        description=_clean(fields.description),
        link=fields.link.strip(),
        categories=categories,
        timezone=zone.iana if zone else timezone,
        start=_whole_seconds(fields.start),
        end=_whole_seconds(fields.end),
        repetition=_sorted(fields.repetition) if fields.repetition else None,
    )


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _whole_seconds(local: Local) -> Local:
    return local.replace(microsecond=0) if isinstance(local, datetime) else local


def _sorted(repetition: Repetition) -> Repetition:
    weekdays = tuple(sorted(set(repetition.weekdays))) if repetition.frequency is Frequency.WEEKLY else ()
    is_by_month = repetition.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
    month_day = repetition.month_day if is_by_month else MonthDay.DATE
    return replace(repetition, weekdays=weekdays, month_day=month_day)


def check(after: AppointmentFields, before: AppointmentFields | None = None) -> None:
    """Raises InvalidInput for the first fault in fields that differ from `before`; both are `cleaned`.

    What was stored so is not judged: an edit of the title does not fail for a link that came with an import.
    """
    _check_texts(after, before)
    timing = (after.start, after.end, after.timezone)
    if before is None or timing != (before.start, before.end, before.timezone):
        _check_times(after)
    if after.repetition is not None and (before is None or after.repetition != before.repetition):
        _check_repetition(after.repetition)
        if before is None or _is_fit(before):
            check_fits(after.repetition, after.start)


def _is_fit(fields: AppointmentFields) -> bool:
    """False for a series that came with a start outside of its rule, and for an occurrence that was moved."""
    try:
        if fields.repetition is not None:
            check_fits(fields.repetition, fields.start)
    except InvalidInput:
        return False
    return True


def _check_texts(after: AppointmentFields, before: AppointmentFields | None) -> None:
    def is_new(name: str) -> bool:
        return before is None or getattr(after, name) != getattr(before, name)

    if is_new("title") and not after.title:
        raise InvalidInput("an appointment needs a title", field="title")
    for name, most in (
        ("title", MAX_TITLE_CHARS),
        ("place", MAX_PLACE_CHARS),
        ("description", MAX_DESCRIPTION_CHARS),
    ):
        if is_new(name):
            _check_text(getattr(after, name), most, field=name)
    if is_new("link") and after.link:
        _check_link(after.link)
    if is_new("categories"):
        _check_categories(after.categories)


def _check_text(text: str, most: int, *, field: str) -> None:
    if len(text) > most:
        raise InvalidInput("this is longer than {max} characters", field=field, max=most)
    if _CONTROLS.search(text) or _SURROGATES.search(text):
        raise InvalidInput("this holds characters that no calendar can keep", field=field)


def _check_link(link: str) -> None:
    _check_text(link, MAX_LINK_CHARS, field="link")
    if not _WEB.fullmatch(link):
        raise InvalidInput("a link begins with https:// or http:// and has no blanks", field="link")


def _check_categories(categories: tuple[str, ...]) -> None:
    if len(categories) > MAX_CATEGORIES:
        raise InvalidInput("these are more than {max} categories", field="categories", max=MAX_CATEGORIES)
    for category in categories:
        _check_text(category, MAX_CATEGORY_CHARS, field="categories")


def _check_times(fields: AppointmentFields) -> None:
    for name, local in (("start", fields.start), ("end", fields.end)):
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            raise InvalidInput("choose a year from {first} to {last}", field=name, first=FIRST_YEAR, last=LAST_YEAR)
    start, end = fields.start, fields.end
    if isinstance(start, datetime) is not isinstance(end, datetime):
        raise InvalidInput("start and end are both days, or both times", field="end")
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        if end <= start:
            raise InvalidInput("the end lies before the start", field="end")
        return
    zone: Zone = _zone_of(fields.timezone)
    for name, local in (("start", start), ("end", end)):
        if zone.local(zone.utc(local)) != local:
            raise InvalidInput("the clocks skip this time when summer time begins; choose another", field=name)
    if zone.utc(end) < zone.utc(start):
        raise InvalidInput("the end lies before the start", field="end")


def _zone_of(timezone: str | None) -> Zone:
    """UTC stands for floating times, which no clock change skips."""
    zone = iana_zone(timezone) if timezone else IanaZone("UTC")
    if zone is None:
        raise InvalidInput("this is no time zone such as Europe/Berlin", field="timezone")
    return zone


def _check_repetition(after: Repetition) -> None:
    if not 1 <= after.interval <= MAX_INTERVAL:
        raise InvalidInput("choose a number from 1 to {max}", field="interval", max=MAX_INTERVAL)
    if after.count is not None and after.until_on is not None:
        raise InvalidInput("choose either a last day or a number of times", field="until_on")
    if after.count is not None and not 1 <= after.count <= MAX_COUNT:
        raise InvalidInput("choose a number from 1 to {max}", field="count", max=MAX_COUNT)
    if after.until_on is not None and after.until_on.year > LAST_YEAR:
        raise InvalidInput("choose a year from {first} to {last}", field="until_on", first=FIRST_YEAR, last=LAST_YEAR)
    if after.frequency is Frequency.WEEKLY and not (after.weekdays and set(after.weekdays) <= _DAYS_OF_WEEK):
        raise InvalidInput("choose at least one day of the week", field="weekdays")


def check_fits(repetition: Repetition, start: Local) -> None:
    """Raises InvalidInput when what begins at `start` would not be the first of the repetition."""
    if repetition.until_on is not None and repetition.until_on < day_of(start):
        raise InvalidInput("the last day lies before the first", field="until_on")
    if repetition.frequency is Frequency.WEEKLY and start.weekday() not in repetition.weekdays:
        raise InvalidInput("the first day is not among the chosen days of the week", field="weekdays")
    if repetition.month_day is MonthDay.LAST_WEEKDAY and not is_last_of_month(start):
        raise InvalidInput("the first day is not the last of its weekday in its month", field="month_day")
