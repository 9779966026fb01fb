"""What decides a feed: the share, its calendars, and for a rolling window the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedserver.model.collection import Collection
from feedserver.model.errors import NotFound
from feedserver.model.narrowing import narrowed
from feedserver.model.share import Narrowing, Share
from feedserver.storage import shares
from feedserver.storage.engine import Database, Tx

DEFAULT_DAYS_AHEAD = 731
"""Two years: how far a rolling window without an end reaches, because its series are written out."""

_ALL_DAYS_BACK = 36_525
"""A century stands for ever."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A share and its calendars as one snapshot of the database shows them."""

    share: Share
    collections: tuple[Collection, ...]
    """In the order of the share's entries."""
    narrowing: Narrowing | None = None
    """By which `share` and `collections` are less than the whole; None: they are the whole."""
    lead: Collection | None = None
    """The first calendar of the whole share, where this is less."""

    @property
    def key(self) -> str:
        """By which memories tell feeds apart; the state says how they are now."""
        narrowing = self.narrowing
        return self.share.id if narrowing is None else f"{self.share.id}.{narrowing.spelling}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone the feed is shown in, and in which a window's days begin: that of the share's first calendar.

        It is the same through a narrower link: its window is no other.
        """
        lead = self.lead or next(iter(self.collections), None)
        return ZoneInfo(lead.timezone if lead else "UTC")

    def narrowed(self, narrowing: Narrowing | None) -> FeedState:
        """What a narrower link shows of this, the whole; itself for None."""
        if narrowing is None:
            return self
        share = narrowed(self.share, narrowing)
        shown = {entry.collection_id for entry in share.entries}
        return replace(
            self,
            share=share,
            collections=tuple(collection for collection in self.collections if collection.id in shown),
            narrowing=narrowing,
            lead=next(iter(self.collections), None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days a rolling share shows, `[start_at, end_at)`; `today_at` is when the current step began."""

    today: date
    today_at: datetime
    start_at: datetime
    end_at: datetime


def window_of(state: FeedState, now: datetime) -> Window | None:
    """The window at `now`; None when the share has none. Days are counted in the share's zone."""
    bounds = state.share.filter
    if not bounds.has_window:
        return None
    zone = state.zone
    today = now.astimezone(zone).date()
    back = _ALL_DAYS_BACK if bounds.days_back is None else bounds.days_back
    ahead = DEFAULT_DAYS_AHEAD if bounds.days_ahead is None else bounds.days_ahead
    return Window(
        today=today,
        today_at=_midnight(today, zone),
        start_at=_midnight(today - timedelta(days=back), zone),
        end_at=_midnight(today + timedelta(days=ahead + 1), zone),
    )


def next_step_at(window: Window, state: FeedState) -> datetime:
    """When the window moves on: the next midnight of the share's zone."""
    return _midnight(window.today + timedelta(days=1), state.zone)


def day_began_at(state: FeedState, now: datetime) -> datetime:
    """The last midnight of the share's zone."""
    return _midnight(now.astimezone(state.zone).date(), state.zone)


def whole_second(moment: datetime) -> datetime:
    """The first whole second that is not before `moment`."""
    floor = moment.replace(microsecond=0)
    return floor if floor == moment else floor + _SECOND


async def read_state(tx: Tx, share_id: str, narrowing: Narrowing | None = None) -> FeedState:
    """The state in the snapshot of `tx`, narrowed where wanted. Raises NotFound."""
    found = await shares.feed_state(tx, share_id)
    if found is None:
        raise NotFound("there is no such share")
    share, collections = found
    return FeedState(share=share, collections=collections).narrowed(narrowing)


async def read_current_state(db: Database, share_id: str) -> FeedState:
    """The state as it is now. Raises NotFound, StorageUnavailable."""
    async with db.read() as tx:
        return await read_state(tx, share_id)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
