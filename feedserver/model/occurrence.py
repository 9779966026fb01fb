"""Occurrences: what is shown at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One showing of an object after overrides and exclusions.

    `start` and `end` are both dates (all-day, `end` exclusive) or both aware datetimes; `[start, end)` is half-open
    and empty (`start == end`) for a moment without length.
    """

    uid: str
    start: date | datetime
    end: date | datetime
    recurrence_id: date | datetime | None
    """The instance of the rule it shows, None when the object does not recur."""
    component_index: int
    """Which component of the object shows: 0 the first, and so on."""
