"""The two ends of a validity: a day and, where it matters, a time, on the clocks of the organisation.

Without a time a share begins with its first day and ends with its last, as people say "until 3 May".
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from feedserver.languages.message import message
from feedserver.model.errors import InvalidInput

_UNREAD = message("Write the day like 2026-05-03 and the time like 18:00.")
_YEARS = range(1970, 9000)
"""In which a moment can be told in every zone."""
_MIDNIGHT = time()
_DAY = timedelta(days=1)


class DayTime(NamedTuple):
    """A day and a time as a browser sends them, `2026-05-03` and `18:00`; both may be empty."""

    day: str = ""
    time: str = ""


NO_DAY = DayTime()
"""No bound at all."""


def begin_of(typed: DayTime, zone: str) -> datetime | None:
    """The first moment, in UTC; None for an empty day. Raises InvalidInput."""
    return _moment(typed, zone, without_time=timedelta())


def end_of(typed: DayTime, zone: str) -> datetime | None:
    """The moment at which it is over, in UTC; None for an empty day. Raises InvalidInput."""
    return _moment(typed, zone, without_time=_DAY)


def _moment(typed: DayTime, zone: str, *, without_time: timedelta) -> datetime | None:
    if not typed.day:
        if typed.time:
            raise InvalidInput("Choose the day as well.")
        return None
    try:
        day = date.fromisoformat(typed.day) + (timedelta() if typed.time else without_time)
        clock = time.fromisoformat(typed.time) if typed.time else _MIDNIGHT
        if clock.tzinfo is not None or day.year not in _YEARS:
            raise InvalidInput(_UNREAD)
        return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(_UNREAD) from None


def begin_typed(moment: datetime | None, zone: str) -> DayTime:
    """What `begin_of` reads back as this moment, to the minute."""
    return _typed(moment, zone)


def end_typed(moment: datetime | None, zone: str) -> DayTime:
    """What `end_of` reads back as this moment, to the minute: the end of a day is that day, without a time."""
    if moment is None:
        return NO_DAY
    local = moment.astimezone(ZoneInfo(zone))
    if local.time() == _MIDNIGHT:
        return DayTime((local.date() - _DAY).isoformat())
    return _typed(moment, zone)


def _typed(moment: datetime | None, zone: str) -> DayTime:
    if moment is None:
        return NO_DAY
    local = moment.astimezone(ZoneInfo(zone))
    is_midnight = local.time() == _MIDNIGHT
    return DayTime(local.date().isoformat(), "" if is_midnight else local.time().isoformat("minutes"))
