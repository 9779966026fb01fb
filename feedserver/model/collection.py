"""Collections: calendars, as users call them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A calendar that holds calendar objects (RFC 4791 section 4.2)."""

    id: str
    name: str
    """What people call it; need not be unique."""
    owner_id: str | None
    """The member's account id; None when it belongs to the organisation."""
    timezone: str
    """IANA name; where its floating times are read."""
    color: str | None
    """`#RRGGBB`, None when never chosen."""
    description: str
    seq: int
    """Raised by every write unit that changes an object; the number inside a sync token."""
    stamp_at: datetime
    """The logical moment of the newest change: whole seconds, strictly rising, at or shortly after the wall clock."""
    settings_at: datetime
    """The logical moment of the newest change of name, colour, zone or description."""
    deleted_at: datetime | None
    """The logical moment of the newest deletion of an object; None when nothing was ever deleted."""
    created_at: datetime
    object_count: int = 0
    """How many objects it holds; filled by listings only."""
