"""What holds none of the share's data: the tombstone (feed-contract 4.2) and the keep-alive event (F55)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Final

from feedserver.ics.feeds.head import TAIL, FeedHead, head
from feedserver.ics.showing.slots import STAMPS, UID
from feedserver.ics.showing.words import Words
from feedserver.ics.syntax.lines import escape_text, fold
from feedserver.ics.syntax.values import format_date, format_datetime
from feedserver.model.share import Standing

KEEP_ALIVE_UID: Final = "feedserver keep-alive"
"""Source UID of the event that an empty feed holds; a share keys it like any other."""
_KEEP_ALIVE_ON: Final = date(2000, 1, 1)

_TTL: Final = {
    Standing.PAUSED: timedelta(days=1),
    Standing.NOT_YET: timedelta(hours=6),
}
_OFF_TTL: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What decides a tombstone's bytes: nothing else may, so that a share tells nothing once it is off (T4)."""

    standing: Standing
    since: datetime
    share_id: str
    uid_salt: bytes
    has_method: bool = True


def tombstone(off: Tombstone, words: Words) -> bytes:
    """The data-free calendar, byte-identical on each fetch (T2, T3, T5).

    One event is in it, because a calendar without any is "keep what you have" to Evolution and a fault to vdirsyncer.
    """
    is_early = off.standing is Standing.NOT_YET
    uid = _keyed(off, b"event")
    calendar = FeedHead(
        calendar_id=_keyed(off, b"calendar"),
        name=words.calendar,
        modified_at=off.since,
        refresh=_TTL.get(off.standing, _OFF_TTL),
        has_method=off.has_method,
    )
    moment = format_datetime(off.since.astimezone(UTC), is_utc=True)
    stamps = f"DTSTAMP:{moment}\r\nLAST-MODIFIED:{moment}\r\nSEQUENCE:0\r\n".encode()
    event = _all_day(
        off.since.astimezone(UTC).date(),
        words.not_yet if is_early else words.not_shared,
        words.not_yet_more if is_early else words.not_shared_more,
    )
    return head(calendar) + event.replace(UID, uid.encode()).replace(STAMPS, stamps) + TAIL


def _keyed(off: Tombstone, context: bytes) -> str:
    """An id of its own context: it meets no event's UID and leads to none (T3)."""
    return blake2b(off.share_id.encode(), key=off.uid_salt, person=context.ljust(16, b"\0"), digest_size=16).hexdigest()


def keep_alive(words: Words) -> bytes:
    """The rendition of the event that a feed without events holds (F55): all-day, free, on a fixed day long ago."""
    return _all_day(_KEEP_ALIVE_ON, words.no_events, "")


def _all_day(day: date, summary: str, description: str) -> bytes:
    more = [f"DESCRIPTION:{escape_text(description)}"] if description else []
    lines = [
        f"DTSTART;VALUE=DATE:{format_date(day)}",
        f"DTEND;VALUE=DATE:{format_date(day + timedelta(days=1))}",
        f"SUMMARY:{escape_text(summary)}",
        *more,
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    ]
    opening = b"BEGIN:VEVENT\r\nUID:" + UID + b"\r\n" + STAMPS
    return opening + b"".join(map(fold, lines)) + b"END:VEVENT\r\n"
