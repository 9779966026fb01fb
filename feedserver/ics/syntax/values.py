"""Typed values without zones: dates, times, durations, periods, recurrence rules (RFC 5545 section 3.3).

Everything here is strict and raises ValueError, whose text never quotes the value; `repair` decides what can be
mended. Numbers are bounded before they are converted: integers of 4,500 digits and `P99999999D` are refused like any
other nonsense.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from feedserver.ics.syntax.lines import ContentLine, Params

FIRST_DATE = date(2, 1, 1)
LAST_DATE = date(9998, 12, 31)
"""Outside of these a zone's offset could leave what a datetime can hold."""
MAX_DURATION = timedelta(days=366 * 100)

_WHEN_LENGTHS = {8, 15, 16}
_DURATION = re.compile(
    r"([+-]?)P(?=[0-9T])(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
_MAX_RULE = 8 * 1024
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class When:
    """A date, or a date-time as written: in UTC, in the zone `tzid` names, or floating."""

    value: date | datetime
    """A date for VALUE=DATE; else a naive datetime."""
    is_utc: bool = False
    tzid: str | None = None
    """As in the file; None for dates, UTC and floating times."""

    @property
    def is_date(self) -> bool:
        """True for VALUE=DATE."""
        return not isinstance(self.value, datetime)

    @property
    def is_floating(self) -> bool:
        """True for a date-time with neither zone nor Z."""
        return isinstance(self.value, datetime) and not self.is_utc and self.tzid is None

    @property
    def start(self) -> datetime:
        """The naive moment it begins: midnight for a date."""
        value = self.value
        return value if isinstance(value, datetime) else datetime.combine(value, time.min)


class Period(NamedTuple):
    """A PERIOD: exactly one of `end` and `duration` is given (RFC 5545 section 3.3.9)."""

    start: When
    end: When | None
    duration: timedelta | None


def parse_when(line: ContentLine) -> When:
    """The one DATE or DATE-TIME of a property, of the type its VALUE says (DATE-TIME unless it does)."""
    when = scan_when(line.value, line.param("TZID"))
    _check_type(when, line)
    return when


def parse_whens(line: ContentLine) -> list[When]:
    """The DATEs or DATE-TIMEs of a list property (EXDATE, RDATE), in order. Not for VALUE=PERIOD."""
    tzid = line.param("TZID")
    whens = [scan_when(part, tzid) for part in line.value.split(",")]
    for when in whens:
        _check_type(when, line)
    return whens


def _check_type(when: When, line: ContentLine) -> None:
    declared = line.param("VALUE") if line.params else None
    if when.is_date is not (declared is not None and declared.upper() == "DATE"):
        raise ValueError(f"{line.name} is not of the type it declares")


def scan_when(text: str, tzid: str | None = None) -> When:
    """A DATE or DATE-TIME by its form alone. A leap second (60) reads as 59; a trailing Z outweighs `tzid`."""
    if len(text) not in _WHEN_LENGTHS or not text.isascii() or not text[:8].isdigit():
        raise ValueError("a date or time cannot be read")
    if len(text) == 8:  # noqa: PLR2004 - YYYYMMDD
        return When(_in_range(date.fromisoformat(text)))
    is_utc = len(text) == 16  # noqa: PLR2004 - YYYYMMDDTHHMMSSZ
    if text[8] != "T" or not text[9:15].isdigit() or (is_utc and text[15] != "Z"):
        raise ValueError("a date or time cannot be read")
    seconds = "59" if text[13:15] == "60" else text[13:15]
    value = datetime.fromisoformat(text[:13] + seconds)
    _in_range(value)
    return When(value, is_utc, None if is_utc else tzid or None)


def _in_range(value: date) -> date:
    if not FIRST_DATE.year <= value.year <= LAST_DATE.year:
        raise ValueError("a year is out of range")
    return value


def format_date(value: date) -> str:
    """`YYYYMMDD`, four digits for early years too."""
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def format_datetime(value: datetime, *, is_utc: bool = False) -> str:
    """`YYYYMMDDTHHMMSS`, with Z when it is in UTC; the tzinfo is not looked at."""
    text = f"{format_date(value)}T{value.hour:02d}{value.minute:02d}{value.second:02d}"
    return text + "Z" if is_utc else text


def format_when(when: When) -> str:
    """The value text of one When; `when_params` gives what belongs before the colon."""
    if isinstance(when.value, datetime):
        return format_datetime(when.value, is_utc=when.is_utc)
    return format_date(when.value)


def when_params(when: When) -> Params:
    """The parameters the value needs: VALUE=DATE, TZID, or none."""
    if when.is_date:
        return (("VALUE", ("DATE",)),)
    return (("TZID", (when.tzid,)),) if when.tzid is not None else ()


def when_line(name: str, when: When) -> ContentLine:
    """A whole property of one When."""
    return ContentLine(name, when_params(when), format_when(when))


def parse_duration(text: str) -> timedelta:
    """A DURATION (RFC 5545 section 3.3.6); weeks beside days are read too. At most a hundred years."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError("a duration cannot be read")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length > MAX_DURATION:
        raise ValueError("a duration is longer than a hundred years")
    return -length if found[1] == "-" else length


def format_duration(length: timedelta) -> str:
    """A DURATION in its shortest common form; whole weeks stay days, which every reader knows."""
    sign = "-" if length < timedelta(0) else ""
    length = abs(length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    days = f"{length.days}D" if length.days else ""
    if not days and not clock:
        return "PT0S"
    return f"{sign}P{days}{'T' if clock else ''}{clock}"


def parse_period(text: str, tzid: str | None = None) -> Period:
    """One PERIOD: start and end, or start and positive duration."""
    first, slash, second = text.partition("/")
    if not slash:
        raise ValueError("a period has no slash")
    start = scan_when(first, tzid)
    if second[:1] in ("P", "+", "-"):
        period = Period(start, None, parse_duration(second))
    else:
        period = Period(start, scan_when(second, tzid), None)
    if start.is_date or (period.end and (period.end.is_date or period.end.is_utc is not start.is_utc)):
        raise ValueError("a period mixes types")
    if (period.end and period.end.start < start.start) or (period.duration and period.duration < timedelta(0)):
        raise ValueError("a period ends before it begins")
    return period


def parse_periods(line: ContentLine) -> list[Period]:
    """The PERIODs of a list property (RDATE with VALUE=PERIOD, FREEBUSY), in order."""
    tzid = line.param("TZID")
    return [parse_period(part, tzid) for part in line.value.split(",")]


def parse_integer(text: str) -> int:
    """An INTEGER of at most nine digits."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number cannot be read")
    return int(text)


class Frequency(StrEnum):
    """FREQ, finest first."""

    SECONDLY = "SECONDLY"
    MINUTELY = "MINUTELY"
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class WeekdayNum(NamedTuple):
    """One BYDAY entry."""

    ordinal: int
    """`2` of `2MO`, `-1` of `-1SU`; 0 when there is none."""
    weekday: int
    """0 is Monday, as in `date.weekday()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RRule:
    """A recurrence rule as written: grammar and ranges of RFC 5545 section 3.3.10 hold, BY lists keep their order.

    Which BY parts make sense with which FREQ is not judged here.
    """

    freq: Frequency
    interval: int = 1
    """At least 1."""
    count: int | None = None
    """At least 1; never together with `until`."""
    until: When | None = None
    by_second: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_day: tuple[WeekdayNum, ...] = ()
    by_monthday: tuple[int, ...] = ()
    by_yearday: tuple[int, ...] = ()
    by_weekno: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_setpos: tuple[int, ...] = ()
    wkst: int = 0
    """First day of the week, 0 is Monday."""


_BYDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_MAX_ORDINAL = 53


@lru_cache(maxsize=1024)
def parse_rrule(value: str) -> RRule:
    """The rule a RECUR value states. Raises ValueError naming the part that cannot be used.

    Refused: INTERVAL=0 and COUNT=0, a part given twice, COUNT beside UNTIL, unknown parts, and RSCALE but for
    GREGORIAN (RFC 7529) with SKIP=OMIT, which change nothing.
    """
    if len(value) > _MAX_RULE:
        raise ValueError("the recurrence rule is too long")
    fields: dict[str, object] = {}
    for part in value.split(";"):
        key, equals, text = part.partition("=")
        reader = _RULE_PARTS.get(key.upper())
        if reader is None or not equals:
            raise ValueError("the recurrence rule has a part that is not known")
        name, read = reader
        if name in fields:
            raise ValueError(f"the recurrence rule gives {key.upper()} twice")
        try:
            fields[name] = read(text.upper())
        except ValueError as error:
            raise ValueError(f"the recurrence rule's {key.upper()} cannot be used") from error
    for ignored in ("rscale", "skip"):
        fields.pop(ignored, None)
    if "freq" not in fields:
        raise ValueError("the recurrence rule has no FREQ")
    if "count" in fields and "until" in fields:
        raise ValueError("the recurrence rule has both COUNT and UNTIL")
    return RRule(**fields)  # type: ignore[arg-type]


def format_rrule(rule: RRule) -> str:
    """The RECUR value of a rule, FREQ first, defaults left out."""
    parts = [f"FREQ={rule.freq.value}"]
    if rule.until is not None:
        parts.append(f"UNTIL={format_when(rule.until)}")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    for key, (name, _) in _RULE_PARTS.items():
        numbers = getattr(rule, name) if key.startswith("BY") else ()
        if numbers:
            parts.append(f"{key}={','.join(map(_format_by, numbers))}")
    if rule.wkst:
        parts.append(f"WKST={WEEKDAYS[rule.wkst]}")
    return ";".join(parts)


def _format_by(entry: int | WeekdayNum) -> str:
    if isinstance(entry, WeekdayNum):
        return f"{entry.ordinal or ''}{WEEKDAYS[entry.weekday]}"
    return str(entry)


def _positive(text: str) -> int:
    number = parse_integer(text)
    if number < 1:
        raise ValueError("not positive")
    return number


def _by_day(text: str) -> tuple[WeekdayNum, ...]:
    entries = []
    for part in text.split(","):
        found = _BYDAY.fullmatch(part)
        ordinal = int(found[1] or 0) if found else 0
        if not found or abs(ordinal) > _MAX_ORDINAL or (found[1] and not ordinal):
            raise ValueError("not a weekday")
        entries.append(WeekdayNum(ordinal, WEEKDAYS.index(found[2])))
    return tuple(entries)


def _only(expected: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text != expected:
            raise ValueError(f"only {expected}")
        return text

    return read


def _numbers(low: int, high: int, *, is_signed: bool = False) -> Callable[[str], tuple[int, ...]]:
    """A reader of a list of numbers in `low..high`, or `-high..-low` too when signed."""

    def read(text: str) -> tuple[int, ...]:
        numbers = tuple(parse_integer(part) for part in text.split(","))
        if not all(low <= (abs(number) if is_signed else number) <= high for number in numbers):
            raise ValueError("out of range")
        return numbers

    return read


_RULE_PARTS: dict[str, tuple[str, Callable[[str], object]]] = {
    "FREQ": ("freq", Frequency),
    "UNTIL": ("until", scan_when),
    "COUNT": ("count", _positive),
    "INTERVAL": ("interval", _positive),
    "BYMONTH": ("by_month", _numbers(1, 12)),
    "BYWEEKNO": ("by_weekno", _numbers(1, 53, is_signed=True)),
    "BYYEARDAY": ("by_yearday", _numbers(1, 366, is_signed=True)),
    "BYMONTHDAY": ("by_monthday", _numbers(1, 31, is_signed=True)),
    "BYDAY": ("by_day", _by_day),
    "BYHOUR": ("by_hour", _numbers(0, 23)),
    "BYMINUTE": ("by_minute", _numbers(0, 59)),
    "BYSECOND": ("by_second", _numbers(0, 60)),
    "BYSETPOS": ("by_setpos", _numbers(1, 366, is_signed=True)),
    "WKST": ("wkst", WEEKDAYS.index),
    "RSCALE": ("rscale", _only("GREGORIAN")),
    "SKIP": ("skip", _only("OMIT")),
}
