"""Copies of database rows in memory that are used only while they are proven to be what the database holds.

A withdrawn share must be withdrawn on the very next request, in any process on the database. So a copy is trusted
only when nothing at all was committed since it was read, which one cheap mark tells; else it is read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

MAX_COPIES = 10_000


class Marks(Protocol):
    """What tells whether anything was committed; the storage's `Freshness` does."""

    def mark(self) -> int:
        """Equal marks prove that nothing in the database changed in between. Microseconds, without waiting."""


class ProvenCopies(Generic[T]):
    """Copies by id. Belongs to one event loop."""

    def __init__(self, marks: Marks, read: Callable[[str], Awaitable[T]], *, max_copies: int = MAX_COPIES) -> None:
        """`read` gives the value of an id as it is now, or raises NotFound; absence is never remembered."""
        self._marks = marks
        self._read = read
        self._max_copies = max_copies
        self._copies: OrderedDict[str, tuple[int, T]] = OrderedDict()

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
        self._copies[key] = (mark, value)
        self._copies.move_to_end(key)
        if len(self._copies) > self._max_copies:
            self._copies.popitem(last=False)
