"""From renditions to a feed: read what changed, fill its slots, put it into the body."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from feedserver.ics.feeds.feed import FeedBody, FeedText
from feedserver.ics.feeds.head import FeedHead, head
from feedserver.ics.feeds.notices import KEEP_ALIVE_UID, keep_alive
from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.recurring.recurrence import Purse
from feedserver.ics.showing.rendition import MAX_RENDER_STEPS, render_window
from feedserver.ics.showing.slots import SlotWords, emitted_uid, fill, stamp_lines
from feedserver.ics.showing.words import Words
from feedserver.model.calendar_object import CalendarObject, StoredRendition
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError
from feedserver.model.share import ShareEntry
from feedserver.services.feed_state import FeedState, Window, read_state, whole_second, window_of
from feedserver.services.objects import STORED_LIMITS
from feedserver.storage import objects
from feedserver.storage.engine import Database, Tx

_log = logging.getLogger(__name__)

_FROM_THE_BEGINNING = -1
MAX_WINDOW_STEPS, FREE_WINDOW_STEPS = 500_000, 2_000
"""Periods and instances that a windowed feed may look at, and each of its objects in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStyle:
    """What the deployment says of all feeds."""

    words: Words
    refresh: timedelta = timedelta(hours=1)
    has_method: bool = True
    has_keep_alive: bool = True
    is_compressed: bool = True
    description: str = ""
    warn_bytes: int = 1_000_000
    """From this size on the log says that a feed is large (F18)."""


@dataclass(slots=True, kw_only=True)
class BuiltFeed:
    """A feed with what is needed to bring it up to date."""

    state: FeedState
    window: Window | None
    text: FeedText
    last_modified_at: datetime
    """Logical: may lie a moment ahead of the wall clock (F25)."""
    body: FeedBody
    tzids: dict[bytes, tuple[str, ...]]
    """Zones by emitted UID."""
    newest_at: datetime
    """The newest stamp of all renditions that ever were in it, those that show nothing too."""
    is_spoilt: bool = False
    """An update failed half-way: `text` is good, `body` is not."""


def _window_purse() -> Purse:
    return Purse(MAX_WINDOW_STEPS, free=FREE_WINDOW_STEPS, most=MAX_RENDER_STEPS)


@dataclass(slots=True)
class FeedDraft:
    """What changed, read but not yet put in place."""

    state: FeedState
    window: Window | None
    base: BuiltFeed | None
    """What the changes come on top of; None: they are all there is."""
    changes: list[tuple[bytes, bytes, tuple[str, ...]]] = field(default_factory=list)
    """(emitted UID, filled fragment, zones); an empty fragment takes the object out."""
    purse: Purse = field(default_factory=_window_purse)
    newest_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.newest_at = self.base.newest_at if self.base else self.state.share.stamp_at


class FeedAssembler:
    """Reads and assembles; keeps nothing. What computes runs in threads, one at a time for one feed."""

    def __init__(self, db: Database, *, clock: Clock, style: FeedStyle) -> None:
        self._db = db
        self._clock = clock
        self._style = style
        self._words = SlotWords.of(style.words)
        self._keep_alive = keep_alive(style.words) if style.has_keep_alive else b""

    async def read(self, known: FeedState, kept: BuiltFeed | None) -> FeedDraft:
        """What changed in the feed of `known` since `kept`, or everything where that is of no use, from one snapshot.

        Raises NotFound, StorageUnavailable; `kept` is untouched.
        """
        async with self._db.read() as tx:
            state = await read_state(tx, known.share.id, known.narrowing)
            window = window_of(state, self._clock.now())
            draft = FeedDraft(state, window, _base_of(kept, state, window))
            for entry, collection in zip(state.share.entries, state.collections, strict=True):
                if window is None:
                    await self._read_changes(tx, draft, entry, collection)
                else:
                    await self._read_window(tx, draft, window, entry, collection)
        return draft

    async def _read_changes(self, tx: Tx, draft: FeedDraft, entry: ShareEntry, collection: Collection) -> None:
        """Deletions first: an event that came back is among the changes."""
        seq = _FROM_THE_BEGINNING
        if draft.base is not None:
            seq = _seq_of(draft.base.state, collection.id)
            for uid in await objects.deleted_uids_since(tx, collection.id, seq):
                draft.changes.append((emitted_uid(draft.state.share.uid_salt, collection.id, uid), b"", ()))
        batches = objects.renditions(tx, collection.id, entry.level, seq, draft.state.share.filter)
        async for batch in batches:
            await asyncio.to_thread(self._fill, draft, collection, batch)

    async def _read_window(
        self, tx: Tx, draft: FeedDraft, window: Window, entry: ShareEntry, collection: Collection
    ) -> None:
        survivors = objects.in_window(
            tx,
            collection.id,
            entry.level,
            window.start_at,
            window.end_at,
            share_filter=draft.state.share.filter,
        )
        async for batch in survivors:
            await asyncio.to_thread(self._render, draft, window, entry, collection, batch)

    def _render(
        self,
        draft: FeedDraft,
        window: Window,
        entry: ShareEntry,
        collection: Collection,
        batch: Iterable[tuple[CalendarObject, StoredRendition]],
    ) -> None:
        """Inside a window series are written out, one event each; stamps stay those of the whole object."""
        shown = []
        for found, rendition in batch:
            try:
                parsed = parse_object(found.data, timezone=collection.timezone, limits=STORED_LIMITS)
                with draft.purse.budget() as budget:
                    cut = render_window(
                        parsed, entry.level, window.start_at, window.end_at, near=window.today_at, budget=budget
                    )
            except FeedserverError:
                _log.warning("object %s of calendar %s cannot be rendered and is left out", found.name, collection.id)
                continue
            shown.append(replace(rendition, body=cut.body, tzids=cut.tzids))
        self._fill(draft, collection, shown)

    def _fill(self, draft: FeedDraft, collection: Collection, batch: Iterable[StoredRendition]) -> None:
        """Fill the slots of a batch. Nobody else touches the draft meanwhile."""
        share, words = draft.state.share, self._words
        for rendition in batch:
            draft.newest_at = max(draft.newest_at, rendition.stamp_at)
            uid = emitted_uid(share.uid_salt, collection.id, rendition.uid)
            body = rendition.body
            if body:
                stamps = stamp_lines(share, rendition.seq, rendition.stamp_at)
                body = fill(body, uid=uid, stamps=stamps, words=words)
            draft.changes.append((uid, body, rendition.tzids))

    def assemble(self, draft: FeedDraft) -> BuiltFeed:
        """The feed. Blocks: to be run in a thread. When it raises, the draft's base is spoilt."""
        base = draft.base
        body = base.body if base else FeedBody()
        tzids = base.tzids if base else {}
        if base:
            base.is_spoilt = True
        _apply(draft, body, tzids)
        last_modified_at = _last_modified(draft)
        text = body.text(
            self._head(draft.state, last_modified_at, tzids),
            is_compressed=self._style.is_compressed,
            keep_alive=self._filled_keep_alive(draft.state),
        )
        return BuiltFeed(
            state=draft.state,
            window=draft.window,
            text=text,
            last_modified_at=last_modified_at,
            body=body,
            tzids=tzids,
            newest_at=draft.newest_at,
        )

    def _head(self, state: FeedState, modified_at: datetime, tzids: Mapping[bytes, tuple[str, ...]]) -> bytes:
        share, style = state.share, self._style
        first = state.collections[0] if state.collections else None
        return head(
            FeedHead(
                calendar_id=_calendar_id(state),
                name=share.name,
                modified_at=modified_at,
                refresh=style.refresh,
                description=style.description,
                color=first.color if first else None,
                timezone=state.zone.key,
                has_method=style.has_method,
            ),
            {name for used in set(tzids.values()) for name in used},
        )

    def _filled_keep_alive(self, state: FeedState) -> bytes:
        share = state.share
        uid = emitted_uid(share.uid_salt, "", KEEP_ALIVE_UID)
        return fill(self._keep_alive, uid=uid, stamps=stamp_lines(share, 0, share.stamp_at), words=self._words)


def _calendar_id(state: FeedState) -> str:
    """Apps that know calendars by it keep one with everything and a narrower one side by side."""
    part = state.narrowing.spelling if state.narrowing else ""
    return emitted_uid(state.share.uid_salt, part, "calendar").decode()


def _base_of(kept: BuiltFeed | None, state: FeedState, window: Window | None) -> BuiltFeed | None:
    """The kept feed, if the new one differs from it by events alone: any change of the share is in every stamp."""
    if kept is None or kept.is_spoilt or window is not None or kept.window is not None:
        return None
    return kept if kept.state.share == state.share else None


def _seq_of(state: FeedState, collection_id: str) -> int:
    return next(collection.seq for collection in state.collections if collection.id == collection_id)


def _apply(draft: FeedDraft, body: FeedBody, tzids: dict[bytes, tuple[str, ...]]) -> None:
    body.apply((uid, fragment) for uid, fragment, _ in draft.changes)
    for uid, fragment, names in draft.changes:
        if fragment:
            tzids[uid] = names
        else:
            tzids.pop(uid, None)


def _last_modified(draft: FeedDraft) -> datetime:
    """The newest of all that can change the body (F25): it never moves back, and moves whenever the body changes.

    With a filter any change of a calendar counts, because an event may leave the filter without showing anything new.
    """
    state, window = draft.state, draft.window
    moments = [draft.newest_at, state.share.stamp_at]
    if state.share.starts_at:
        moments.append(whole_second(state.share.starts_at))
    for collection in state.collections:
        moments += [collection.settings_at, collection.deleted_at or collection.settings_at]
        if not state.share.filter.is_empty:
            moments.append(collection.stamp_at)
    if state.lead is not None:
        moments.append(state.lead.settings_at)
    if window is not None:
        moments.append(window.today_at)
    return max(moments)
