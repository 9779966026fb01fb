"""Where the time comes from, so that a test can decide it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Two implementations: `SystemClock`, and the fixed one of the tests."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for pauses and lifetimes."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some point in the past."""
        return time.monotonic()
