"""Free/busy of a share at an address of its own (F73): merged busy time of the coming weeks, nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from feedserver.ics.feeds.feed import FeedText, whole
from feedserver.ics.feeds.freebusy import BusyPeriod, FreeBusy, busy_periods, vfreebusy
from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.recurring.recurrence import Purse
from feedserver.ics.showing.slots import emitted_uid
from feedserver.model.calendar_object import CalendarObject, ETag
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError, RecurrenceTooCostly
from feedserver.model.share import DetailLevel
from feedserver.services.feed_state import FeedState, day_began_at, read_state, window_of
from feedserver.services.newest import Newest
from feedserver.services.objects import STORED_LIMITS
from feedserver.storage import objects
from feedserver.storage.engine import Database

WEEKS_AHEAD = 26
MAX_KEPT = 1_000
MAX_STEPS, FREE_STEPS, MAX_STEPS_OF_ONE = 300_000, 400, 60_000
"""Periods and instances that the expansion of all objects may look at, of each in any case, and of one at most."""
NOBODY = "invalid:nomail"
"""RFC 5546 wants an ORGANIZER; ours tells nobody's name."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BusyFeed:
    """One version of a share's busy time."""

    state: FeedState
    start_at: datetime
    text: FeedText
    last_modified_at: datetime
    is_off: bool = False
    faces: dict[str, Any] = field(default_factory=dict)
    """As a `FeedVersion` has it."""

    @property
    def etag(self) -> ETag:
        """Of its bytes."""
        return self.text.etag


class BusyFeeds:
    """Builds busy time and keeps it for the day. Belongs to one event loop."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept: Newest[str, BusyFeed] = Newest(MAX_KEPT)
        self._turn = asyncio.Semaphore(1)

    async def get(self, state: FeedState) -> BusyFeed:
        """The busy time of `state` or of a newer one. Raises NotFound, StorageUnavailable."""
        start_at = day_began_at(state, self._clock.now())
        kept = self._kept.get(state.key)
        if kept is not None and kept.start_at == start_at and kept.state == state:
            return kept
        async with self._turn:
            built = await self._build(state, start_at)
        self._kept.put(state.key, built)
        return built

    async def _build(self, known: FeedState, start_at: datetime) -> BusyFeed:
        periods: list[BusyPeriod] = []
        purse = Purse(MAX_STEPS, free=FREE_STEPS, most=MAX_STEPS_OF_ONE)
        async with self._db.read() as tx:
            state = await read_state(tx, known.share.id, known.narrowing)
            first, last = start_at, start_at + timedelta(weeks=WEEKS_AHEAD)
            window = window_of(state, self._clock.now())
            if window is not None:
                first, last = max(first, window.start_at), min(last, window.end_at)
            for collection in state.collections:
                found = objects.in_window(
                    tx, collection.id, DetailLevel.BUSY, first, last, share_filter=state.share.filter
                )
                async for batch in found:
                    shown = [stored for stored, _ in batch]
                    periods += await asyncio.to_thread(_periods, shown, collection, first, last, purse)
        modified_at = max(start_at, state.share.stamp_at, *(max(c.stamp_at, c.settings_at) for c in state.collections))
        about = FreeBusy(
            uid=emitted_uid(state.share.uid_salt, "", "freebusy").decode(),
            start=first,
            end=last,
            stamp_at=modified_at,
            organizer=NOBODY,
        )
        text = await asyncio.to_thread(lambda: whole(vfreebusy(about, periods)))
        return BusyFeed(state=state, start_at=start_at, text=text, last_modified_at=modified_at)


def _periods(
    shown: Iterable[CalendarObject], collection: Collection, start: datetime, end: datetime, purse: Purse
) -> list[BusyPeriod]:
    """Not merged. What is too costly to be told apart is busy all the time: in doubt nobody is called free (I07)."""
    periods: list[BusyPeriod] = []
    for stored in shown:
        try:
            parsed = parse_object(stored.data, timezone=collection.timezone, limits=STORED_LIMITS)
            with purse.budget() as budget:
                periods += busy_periods(parsed, start, end, budget=budget)
        except RecurrenceTooCostly:
            _log.warning("object %s of calendar %s makes the whole time busy", stored.name, collection.id)
            return [BusyPeriod(start, end)]
        except FeedserverError:
            _log.warning("object %s of calendar %s is left out of busy time", stored.name, collection.id)
    return periods
