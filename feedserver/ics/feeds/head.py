"""The head of a feed: everything from BEGIN:VCALENDAR to the last VTIMEZONE (F37-F46, F58)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feedserver.ics.feeds.colors import nearest_name
from feedserver.ics.syntax.lines import escape_text, fold
from feedserver.ics.syntax.values import format_datetime, format_duration
from feedserver.ics.zones.single_rule import vtimezone

PRODID: Final = "-//feedserver//feedserver//EN"
"""Ours, and naming no other vendor: clients key their repair code by it (F41)."""
TAIL: Final = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says of itself."""

    calendar_id: str
    """Stable, derived from the share and not from its token (F46)."""
    name: str
    modified_at: datetime
    refresh: timedelta
    description: str = ""
    color: str | None = None
    """`#RRGGBB`."""
    timezone: str | None = None
    """The display zone's IANA name."""
    has_method: bool = True
    """Whether METHOD:PUBLISH is said: old Outlook wants it, validators miss an ORGANIZER with it (F40)."""


def head(feed: FeedHead, tzids: Iterable[str] = ()) -> bytes:
    """The head's bytes. `tzids` are the IANA names the events use; each gets exactly one VTIMEZONE, sorted (F58).

    No SOURCE and no URL: both would carry the link into forwarded files (F46).
    """
    lines = [*_identity(feed), *_names(feed), *_hints(feed)]
    return b"".join([*map(fold, lines), *map(vtimezone, sorted(set(tzids)))])


def _identity(feed: FeedHead) -> list[str]:
    method = ["METHOD:PUBLISH"] if feed.has_method else []
    return ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", *method]


def _names(feed: FeedHead) -> list[str]:
    """Each text twice: RFC 7986 for KDE, the older X- form for everybody else (F42, F43)."""
    lines = [f"NAME:{escape_text(feed.name)}", f"X-WR-CALNAME:{escape_text(feed.name)}"]
    if feed.description:
        text = escape_text(feed.description)
        lines += [f"DESCRIPTION:{text}", f"X-WR-CALDESC:{text}"]
    if feed.color:
        lines += [f"COLOR:{nearest_name(feed.color)}", f"X-APPLE-CALENDAR-COLOR:{feed.color.upper()}"]
    return lines


def _hints(feed: FeedHead) -> list[str]:
    refresh = _in_weeks(feed.refresh) or format_duration(feed.refresh)
    zone = [f"X-WR-TIMEZONE:{feed.timezone}"] if feed.timezone else []
    return [
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}",
        f"X-PUBLISHED-TTL:{refresh}",
        *zone,
        f"X-WR-RELCALID:{feed.calendar_id}",
        f"UID:{feed.calendar_id}",
        f"LAST-MODIFIED:{format_datetime(feed.modified_at, is_utc=True)}",
    ]


def _in_weeks(refresh: timedelta) -> str | None:
    """`P1W`, as T5 writes it; None when it is no whole number of weeks."""
    weeks, rest = divmod(refresh, timedelta(weeks=1))
    return None if rest or not weeks else f"P{weeks}W"
