"""Renewal: rendering anew what was rendered by rules that no longer hold.

A rendition grows old when the horizon up to which it wrote out single events comes near, when its calendar's zone
changes, and when the program or its zone data do. What is due is marked in the database, so any process can do it, and
whoever is killed leaves the rest to the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.showing.published import horizon_of
from feedserver.ics.showing.rendition import fingerprint
from feedserver.model.calendar_object import CalendarObject, ObjectDraft, ObjectIndex
from feedserver.model.clock import Clock
from feedserver.model.errors import FeedserverError
from feedserver.services.objects import STORED_LIMITS, draft_of
from feedserver.storage import collections, meta, objects
from feedserver.storage.engine import Database
from feedserver.storage.upkeep import mark_due, restamp_shares

_DUE = 5_000
"""How many due objects are asked for at once: finding them sorts all that are due."""
_BATCH = 200

_log = logging.getLogger(__name__)


class Renewal:
    """Makes due renditions anew."""

    def __init__(self, db: Database, *, clock: Clock, language: str) -> None:
        """`language`: of the words that feeds add; when it changes every share counts as changed."""
        self._db = db
        self._clock = clock
        self._language = language

    async def note_first_program(self) -> None:
        """Note this program in a database that knows none yet: whatever it will hold is rendered as we render.

        Without it the first start after a publish would find no note, and make everything anew for nothing.
        """
        async with self._db.read() as tx:
            if await meta.get(tx, meta.RENDER_FINGERPRINT) is not None:
                return
        async with self._db.write() as tx:
            if await meta.get(tx, meta.RENDER_FINGERPRINT) is None:
                await meta.put(tx, meta.RENDER_FINGERPRINT, self._current())

    async def note_program(self) -> bool:
        """Mark all objects as due and all shares as changed when renderer, zone data or language are new.

        True when they are. Another process that does the same at once changes nothing more.
        """
        current = self._current()
        async with self._db.read() as tx:
            if await meta.get(tx, meta.RENDER_FINGERPRINT) == current:
                return False
        async with self._db.write() as tx:
            known = await meta.get(tx, meta.RENDER_FINGERPRINT)
            if known == current:
                return False
            await meta.put(tx, meta.RENDER_FINGERPRINT, current)
            await mark_due(tx)
            await restamp_shares(tx, self._clock.now())
        return known is not None

    def _current(self) -> str:
        return f"{fingerprint()} {self._language}"

    async def run(self) -> None:
        """What a worker does from time to time. A restored backup may have been rendered by an older program."""
        await self.note_program()
        await self.renew_due()

    async def renew_due(self) -> int:
        """Render all that is due; how many objects there were. In batches, each its own write unit."""
        renewed: set[tuple[str, str]] = set()
        while due := set(await self._due()) - renewed:
            for collection_id, pairs in groupby(sorted(due), key=lambda pair: pair[0]):
                names = [name for _, name in pairs]
                for start in range(0, len(names), _BATCH):
                    await self._renew(collection_id, names[start : start + _BATCH])
            renewed |= due
        return len(renewed)

    async def _due(self) -> list[tuple[str, str]]:
        async with self._db.read() as tx:
            return await objects.due_for_render(tx, horizon_of(self._clock.now()), limit=_DUE)

    async def _renew(self, collection_id: str, names: Sequence[str]) -> None:
        async with self._db.read() as tx:
            collection = await collections.by_id(tx, collection_id)
            stored = await objects.read_data(tx, collection_id, names)
        if collection is None:
            return
        drafts = await asyncio.to_thread(self._drafts, stored, collection.timezone)
        async with self._db.write() as tx:
            current = await collections.by_id(tx, collection_id)
            if current is None or current.timezone != collection.timezone:
                return
            stamp = await collections.raise_sequence(tx, collection_id, self._clock.now())
            await objects.rerender(tx, collection_id, stamp, drafts)

    def _drafts(self, stored: Sequence[CalendarObject], timezone: str) -> list[ObjectDraft]:
        return [self._draft(one, timezone) for one in stored]

    def _draft(self, stored: CalendarObject, timezone: str) -> ObjectDraft:
        """An object that today's rules refuse shows nothing any more, and the log says so; its bytes stay."""
        try:
            parsed = parse_object(stored.data, timezone=timezone, limits=STORED_LIMITS)
            draft = draft_of(parsed, name=stored.name, now=self._clock.now())
        except FeedserverError as error:
            _log.warning("object %s of calendar %s is left out: %s", stored.name, stored.collection_id, error)
            return _hidden(stored)
        return replace(draft, uid=stored.uid, data=stored.data, etag=stored.etag)


def _hidden(stored: CalendarObject) -> ObjectDraft:
    return ObjectDraft(
        name=stored.name,
        uid=stored.uid,
        component=stored.component,
        data=stored.data,
        etag=stored.etag,
        index=_UNKNOWN,
        renditions={},
        horizon_at=None,
    )


_UNKNOWN = ObjectIndex(
    first_at=None,
    last_at=None,
    is_recurring=False,
    categories_any=frozenset(),
    categories_all=frozenset(),
    search_text=(),
)
