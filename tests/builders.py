"""Builders: they set what matters to the case and leave the rest to defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareFilter, ShareKind, ShareState

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
A_SHARE_ID = "0123456789abcdef0123456789abcdef"
A_COLLECTION_ID = "fedcba9876543210fedcba9876543210"


class StoppedClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, by: timedelta) -> None:
        self._now += by
        self._monotonic += by.total_seconds()

    def set(self, now: datetime) -> None:
        """Moves the wall clock alone, as an operator or NTP does."""
        self._now = now


def a_share(**changes: Any) -> Share:
    """An active public share of one calendar, made an hour before NOON."""
    made_at = NOON - timedelta(hours=1)
    share = Share(
        id=A_SHARE_ID,
        kind=ShareKind.PUBLIC,
        name="Team",
        note="",
        entries=(ShareEntry(collection_id=A_COLLECTION_ID, level=DetailLevel.DETAILS),),
        filter=ShareFilter(),
        starts_at=None,
        expires_at=None,
        state=ShareState.ACTIVE,
        state_at=made_at,
        serial=1,
        rotated_at=None,
        revision=1,
        stamp_at=made_at,
        uid_salt=bytes(32),
        created_at=made_at,
    )
    return replace(share, **changes)


def an_event(uid: str = "one", summary: str = "Meeting", *lines: str, start: str = "20261124T100000Z") -> str:
    """One VEVENT of an hour; `lines` are further properties."""
    more = "".join(f"{line}\r\n" for line in lines)
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\n"
        f"SUMMARY:{summary}\r\n{more}END:VEVENT\r\n"
    )


def an_ics(*components: str) -> str:
    """A calendar file of these components."""
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n" + "".join(components) + "END:VCALENDAR\r\n"
