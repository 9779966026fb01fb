"""How a moment is written in a feed: as a date, as local time under an IANA name, or in UTC (F56, F57, F60, F61).

A feed's VTIMEZONEs are of the one form that Outlook reads right (F59), and that form does not know the past of most
zones. So a local time is written only where it reads right through the VTIMEZONE that is published with it; else the
same instant is written in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from feedserver.ics.recurring.moments import Length, Moment
from feedserver.ics.syntax.components import parse_tree
from feedserver.ics.syntax.values import format_date, format_datetime, format_duration
from feedserver.ics.zones.observances import FileZone
from feedserver.ics.zones.single_rule import settled_rule, vtimezone
from feedserver.ics.zones.timezones import IanaZone, publish_name

HORIZON_MONTHS = 24
"""How far ahead a feed must be right (F60)."""
_FIRST_READABLE_AT = datetime(1971, 1, 1, tzinfo=UTC)
"""VTIMEZONEs begin in 1970: what a client does with earlier local times nobody knows."""


def month_of(now: datetime) -> datetime:
    """The first of the month: what is rendered on one day does not differ from what is rendered on the next."""
    return datetime(now.year, now.month, 1, tzinfo=UTC)


def horizon_of(now: datetime) -> datetime:
    """Up to when rules that cannot stand as rules are written out: the first of a month, 24 to 25 months ahead."""
    months = now.year * 12 + now.month + HORIZON_MONTHS
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def tzid_of(moment: Moment) -> str | None:
    """The IANA name under which the local time of a moment reads right; None when it is a date or is written in UTC."""
    if moment.is_date:
        return None
    name = publish_name(moment.zone, moment.at, moment.at)
    if name is None or name == "UTC" or not is_publishable(name):
        return None
    return name if reads_right(name, moment) else None


def is_publishable(name: str) -> bool:
    """False for a zone whose own rule has no single-rule form, as Asia/Gaza: its times are written in UTC."""
    return settled_rule(name).is_whole


def reads_right(name: str, moment: Moment) -> bool:
    """True when the local time of `moment` means its instant to a client that knows `vtimezone(name)` alone.

    So neither a time under an older rule nor the second of two equal local times does.
    """
    if moment.at < _FIRST_READABLE_AT:
        return False
    return _as_published(name).utc(_zone(name).local(moment.at)) == moment.at


@lru_cache(maxsize=1024)
def _as_published(name: str) -> FileZone:
    """What a client makes of our own VTIMEZONE."""
    return FileZone(name, parse_tree(vtimezone(name))[0])


@lru_cache(maxsize=1024)
def _zone(name: str) -> IanaZone:
    return IanaZone(name)


def single_line(name: str, moment: Moment, tzid: str | None) -> bytes:
    """A property of one moment under what `tzid_of` gave: at its instant, whatever local time was written."""
    if tzid is not None:
        return f"{name};TZID={tzid}:{format_datetime(_zone(tzid).local(moment.at))}\r\n".encode()
    return _plain_line(name, moment)


def series_line(name: str, moment: Moment, tzid: str | None) -> bytes:
    """A property of one moment of a series: the local time its rule works on, also where the clocks skip it."""
    if tzid is not None and isinstance(moment.local, datetime):
        return f"{name};TZID={tzid}:{format_datetime(moment.local)}\r\n".encode()
    return _plain_line(name, moment)


def _plain_line(name: str, moment: Moment) -> bytes:
    if isinstance(moment.local, datetime):
        return f"{name}:{format_datetime(moment.at, is_utc=True)}\r\n".encode()
    return f"{name};VALUE=DATE:{format_date(moment.local)}\r\n".encode()


def duration_line(length: Length) -> bytes:
    """DURATION, for a series whose instances last calendar days with the clocks changing: no DTEND says that."""
    return f"DURATION:P{length.days}D{format_duration(length.exact)[1:] if length.exact else ''}\r\n".encode()
