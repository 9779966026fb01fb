"""The range of days that a page shows, four weeks at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS: Final = 28
_FIRST, _LAST = date(1900, 1, 1), date(2200, 1, 1)
"""Further away nothing is looked for, so that every range has one before it and one behind it."""


@dataclass(frozen=True, slots=True)
class Days:
    """From `start_on` to before `end_on`."""

    start_on: date

    @property
    def end_on(self) -> date:
        """Not among them."""
        return self.start_on + timedelta(days=DAYS)

    @property
    def last_on(self) -> date:
        """The last one."""
        return self.end_on - timedelta(days=1)

    @property
    def before(self) -> date:
        """Where the range before begins."""
        return self.start_on - timedelta(days=DAYS)


def days_of(text: str, *, today: date) -> Days:
    """The range that begins on the ISO date `text`; today when it is none that can be shown."""
    try:
        start_on = date.fromisoformat(text)
    except ValueError:
        return Days(today)
    return Days(start_on) if _FIRST <= start_on < _LAST else Days(today)
