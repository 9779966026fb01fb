"""What a letter may speak of: whole values, gathered by who asks for the letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedserver.model.share import DetailLevel
from feedserver.model.subscribing import SubscribeWay


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCalendar:
    """What is shared, as a reader is told."""

    name: str
    page_url: str
    ways: tuple[SubscribeWay, ...]
    level: DetailLevel | None
    """None when its calendars show different things."""
    starts_at: datetime | None
    """None when it has begun."""
    expires_at: datetime | None
    """Exclusive."""
    timezone: str
    """The share's own: its dates are those of its calendars."""

    def __repr__(self) -> str:
        """Without the addresses: they are credentials."""
        return f"SharedCalendar(name={self.name!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a letter may speak of."""

    sender_name: str = ""
    """Empty when nobody in particular sends it."""
    organisation: str = ""
    note: str = ""
    reader_name: str = ""
    login: str = ""
    """Of the reader's account; empty for a recipient of a public link."""
    shared: SharedCalendar | None = None
    password_url: str = ""
    """Where the reader chooses a password."""

    def __repr__(self) -> str:
        """Without names and addresses."""
        return "Occasion()"
