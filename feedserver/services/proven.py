"""Copies of database rows in memory that are used only while they are proven to be what the database holds.

A withdrawn share must be withdrawn on the very next request, in any process on the database. So a copy is trusted
only when nothing at all was committed since it was read, which one cheap mark tells; else it is read again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, Protocol, TypeVar

from feedserver.services.newest import Newest
from feedserver.storage.engine import Database

T = TypeVar("T")

MAX_COPIES = 10_000


class Marks(Protocol):
    """What tells whether anything was committed; the storage's `Freshness` does."""

    def mark(self) -> int:
        """Equal marks prove that nothing in the database changed in between. Microseconds, without waiting."""


class CoarseMarks:
    """The marks of a database, asked for anew when this process has written, and else at most every 10 ms.

    What another process changed is so seen 10 ms late at most, of the second it may take; under load a mark costs a
    tenth of asking.
    """

    MOMENT_S = 0.01

    def __init__(self, marks: Marks, db: Database) -> None:
        self._marks = marks
        self._db = db
        self._writes = -1
        self._until = 0.0
        self._mark = 0

    def mark(self) -> int:
        """As `Marks` has it."""
        now = monotonic()
        if now >= self._until or self._writes != self._db.writes:
            # In this order: a write that ends in between is seen the next time.
            self._writes = self._db.writes
            self._until = now + self.MOMENT_S
            self._mark = self._marks.mark()
        return self._mark


class ProvenCopies(Generic[T]):
    """Copies by id. Belongs to one event loop."""

    def __init__(self, marks: Marks, read: Callable[[str], Awaitable[T]], *, max_copies: int = MAX_COPIES) -> None:
        """`read` gives the value of an id as it is now, or raises NotFound; absence is never remembered."""
        self._marks = marks
        self._read = read
        self._copies: Newest[str, tuple[int, T]] = Newest(max_copies)

    def recall(self, key: str) -> T | None:
        """The copy, when it is proven to be current; None: `get` has to read."""
        kept = self._copies.get(key)
        return kept[1] if kept is not None and kept[0] == self._marks.mark() else None

    async def get(self, key: str) -> T:
        """The value as it is now. An unchanged value comes back as the same object, so that `is` tells a change.

        Raises what `read` raises.
        """
        mark = self._marks.mark()
        kept = self._copies.get(key)
        if kept is not None and kept[0] == mark:
            return kept[1]
        fresh = await self._read(key)
        value = kept[1] if kept is not None and kept[1] == fresh else fresh
        self._keep(key, mark, value)
        return value

    def _keep(self, key: str, mark: int, value: T) -> None:
        """The mark is the one from before the read: what was committed meanwhile makes the copy doubtful, not wrong."""
        self._copies.put(key, (mark, value))
