"""Logical moments: whole seconds, never twice the same for what hangs together, at or shortly after the wall clock.

What a share shows carries `max(rendition.stamp_at, share.stamp_at)`. So that every change of either makes that newer,
a collection's next moment lies after all moments of the shares that hold it, and a share's after those of its
collections (feed-contract F25, F51).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_STEP = timedelta(seconds=1)


def next_moment(now: datetime, *used: datetime | None) -> datetime:
    """The second of `now`, or the one after the newest of `used` when that is later."""
    whole = now.astimezone(UTC).replace(microsecond=0)
    return max((whole, *(moment + _STEP for moment in used if moment)))


def first_moment(now: datetime, *known: datetime | None) -> datetime:
    """The second of `now`, or the newest of `known` when that is later: for what no feed has ever carried."""
    whole = now.astimezone(UTC).replace(microsecond=0)
    return max((whole, *(moment for moment in known if moment)))
