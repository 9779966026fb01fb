"""Feeds in memory: brought up to date when asked for, built once for all who wait, bounded in bytes."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from feedserver.ics.feeds.feed import FeedText
from feedserver.model.calendar_object import ETag
from feedserver.services.feed_assembly import BuiltFeed, FeedAssembler
from feedserver.services.feed_state import FeedState, Window
from feedserver.services.newest import Newest

MAX_VERSIONS = 20_000
MAX_NARROW_AT_ONCE = 2
"""Feeds of narrower links that are built at the same time: visitors can make any number of those."""
_COPIES = 3
"""What a kept feed costs, in lengths of its body: fragments, joined buckets, the body itself."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class FeedVersion:
    """One version of a feed without its bytes: small enough to keep for every share, and enough for a 304."""

    state: FeedState
    window: Window | None
    etag: ETag
    last_modified_at: datetime
    """Logical: may lie a moment ahead of the wall clock (F25)."""
    is_off: bool = False
    faces: dict[str, Any] = field(default_factory=dict)
    """For the faces to keep what they made of this version; it goes when the version goes."""

    def is_of(self, state: FeedState, window: Window | None) -> bool:
        """True when this is the feed of that state; equal states become one object, so that the next time is quick."""
        if self.state is not state:
            if self.state != state:
                return False
            self.state = state
        return self.window == window


@dataclass(frozen=True, slots=True)
class _Kept:
    version: FeedVersion
    feed: BuiltFeed

    @property
    def size_bytes(self) -> int:
        return _COPIES * len(self.feed.text.body) + 2 * len(self.feed.text.gzip)


class FeedBodies:
    """What was built. Belongs to one event loop."""

    def __init__(self, assembler: FeedAssembler, *, max_bytes: int, warn_bytes: int) -> None:
        """`max_bytes` bounds the feeds kept; versions hold no bytes and are bounded by their number."""
        self._assembler = assembler
        self._max_bytes = max_bytes
        self._warn_bytes = warn_bytes
        self._versions: Newest[str, FeedVersion] = Newest(MAX_VERSIONS)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._kept_bytes = 0
        self._builds: dict[str, asyncio.Task[_Kept]] = {}
        self._narrow_turns = asyncio.Semaphore(MAX_NARROW_AT_ONCE)

    @property
    def kept_bytes(self) -> int:
        """Memory that the kept feeds hold, about."""
        return self._kept_bytes

    def recall_version(self, state: FeedState, window: Window | None) -> FeedVersion | None:
        """The version of that state's feed, when it was built before."""
        version = self._versions.get(state.key)
        return version if version is not None and version.is_of(state, window) else None

    def recall_text(self, version: FeedVersion) -> FeedText | None:
        """The bytes of a version, when they are still kept."""
        key = version.state.key
        kept = self._kept.get(key)
        if kept is None or kept.version is not version:
            return None
        self._kept.move_to_end(key)
        return kept.feed.text

    def recall_last_good(self, state: FeedState) -> tuple[FeedVersion, FeedText] | None:
        """The newest feed of just this revision of the share, whatever became of its calendars since (F16)."""
        kept = self._kept.get(state.key)
        if kept is None or kept.version.state.share != state.share:
            return None
        return kept.version, kept.feed.text

    async def build(self, state: FeedState) -> tuple[FeedVersion, FeedText]:
        """The feed of `state`, or of a newer one.

        Who comes while it is built waits for the same build, but never takes one that began before `state` was read:
        it could still show what was hidden since. Raises NotFound, StorageUnavailable.
        """
        key = state.key
        while (running := self._builds.get(key)) is not None:
            kept = await asyncio.shield(running)
            if kept.version.state == state:
                return kept.version, kept.feed.text
        task = asyncio.create_task(self._build_in_turn(state))
        self._builds[key] = task
        task.add_done_callback(lambda done: self._finished(key, done))
        kept = await asyncio.shield(task)
        return kept.version, kept.feed.text

    def _finished(self, key: str, task: asyncio.Task[_Kept]) -> None:
        del self._builds[key]
        if not task.cancelled():
            task.exception()  # those who waited have seen it, and perhaps nobody waited to the end

    async def _build_in_turn(self, state: FeedState) -> _Kept:
        if state.narrowing is None:
            return await self._build(state)
        async with self._narrow_turns:
            return await self._build(state)

    async def _build(self, state: FeedState) -> _Kept:
        kept = self._kept.get(state.key)
        draft = await self._assembler.read(state, kept.feed if kept else None)
        feed = await asyncio.to_thread(self._assembler.assemble, draft)
        version = FeedVersion(
            state=feed.state, window=feed.window, etag=feed.text.etag, last_modified_at=feed.last_modified_at
        )
        return self._keep(feed.state.key, _Kept(version, feed))

    def _keep(self, key: str, new: _Kept) -> _Kept:
        old = self._forget(key)
        self._warn_of_size(new.version.state.share.id, old, new)
        self._versions.put(key, new.version)
        if new.size_bytes <= self._max_bytes:
            self._kept[key] = new
            self._kept_bytes += new.size_bytes
        while self._kept_bytes > self._max_bytes:
            self._forget(self._most_dispensable())
        return new

    def _most_dispensable(self) -> str:
        """The feed not asked for the longest, of narrower links first: visitors can make any number of those."""
        narrower = (key for key, kept in self._kept.items() if kept.version.state.narrowing is not None)
        return next(narrower, next(iter(self._kept)))

    def _forget(self, key: str) -> _Kept | None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._kept_bytes -= kept.size_bytes
        return kept

    def _warn_of_size(self, share_id: str, old: _Kept | None, new: _Kept) -> None:
        """Once, when the feed grows past the size (F18)."""
        size = len(new.feed.text.body)
        if size > self._warn_bytes and (old is None or len(old.feed.text.body) <= self._warn_bytes):
            _log.warning("the feed of share %s has %d bytes: some apps refuse large feeds", share_id, size)
