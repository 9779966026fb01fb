"""Imports: files into a calendar, batch by batch.

A batch is parsed and rendered in a thread, outside of any transaction, and then kept in one write unit: the server goes
on answering, other writers get their turn, and memory does not grow with the file. An import that is interrupted has
kept whole batches; doing it again finishes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import chain

from feedserver.ics.reading.ingest import (
    CalendarFile,
    Limits,
    ParsedObject,
    etag_of,
    is_same_object,
    object_name,
    read_file,
)
from feedserver.languages.message import message
from feedserver.model.calendar_object import ETag, ObjectDraft, Uid
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import NotACalendar, ObjectRefused, TooLarge
from feedserver.model.report import ImportReport, Refusal
from feedserver.services.objects import draft_of
from feedserver.services.sources import Source
from feedserver.storage import collections, objects
from feedserver.storage.engine import Database, Tx
from feedserver.storage.upkeep import count_objects

BATCH_OBJECTS = 300
BATCH_BYTES = 4 * 1024 * 1024

Progress = Callable[[int, int], None]
"""Called with how many objects are done and how many are known so far; a folder's later files are not known yet."""
_Parsed = list[ParsedObject | Refusal]
_CAME_BEFORE = message("another file of this import holds other content with the same UID; the first one was kept")
_FULL = message("the calendar holds {max} objects, the most one can (MAX_OBJECTS_PER_CALENDAR)")
_Held = dict[Uid, tuple[str, ETag]]
"""Name and ETag of what the calendar holds under a UID."""


class Import:
    """One run of an import into one calendar; `report` fills while it runs."""

    def __init__(
        self,
        db: Database,
        collection: Collection,
        *,
        clock: Clock,
        limits: Limits,
        max_objects: int,
        progress: Progress,
    ) -> None:
        self._db = db
        self._collection = collection
        self._clock = clock
        self._limits = limits
        self._max_objects = max_objects
        self._progress = progress
        self._seen: set[str] = set()
        self._room = max_objects
        self._done = 0
        self._known = 0
        self.report = ImportReport()

    async def run(self, sources: Iterable[Source]) -> ImportReport:
        """Import `sources` one after the other. A single one that is no calendar, or too large, raises instead.

        Raises NotACalendar, TooLarge, OSError.
        """
        found = iter(sources)
        first, second = next(found, None), next(found, None)
        if first is not None and second is None:
            await self.add_file(await open_source(first, self._limits), "")
        elif first is not None and second is not None:
            for source in chain((first, second), found):
                await self._add_source(source)
        return self.report

    async def _add_source(self, source: Source) -> None:
        """Import one file of several: when it cannot be read at all, that is a refusal, and the others follow."""
        try:
            file = await open_source(source, self._limits)
        except (NotACalendar, TooLarge) as error:
            self._refuse(Refusal.of(error, line=1, file=source.name))
        except OSError as error:
            why = ObjectRefused("the file cannot be read: {detail}", detail=error.strerror)
            self._refuse(Refusal.of(why, line=1, file=source.name))
        else:
            await self.add_file(file, source.name)

    async def add_file(self, file: CalendarFile, name: str) -> None:
        """Import what `file` holds; `name` is its name in the report, empty when there is only one."""
        async with self._db.read() as tx:
            self._room = self._max_objects - await count_objects(tx, self._collection.id)
        self._known += len(file)
        found = file.objects(self._collection.timezone, self._limits)
        while batch := await asyncio.to_thread(_take, found):
            await self._add_batch(batch, name)
            self._done = min(self._done + len(batch), self._known)
            self._progress(self._done, self._known)

    async def _add_batch(self, batch: _Parsed, name: str) -> None:
        for refusal in (found for found in batch if isinstance(found, Refusal)):
            self._refuse(replace(refusal, file=name))
        parsed = [found for found in batch if not isinstance(found, Refusal)]
        async with self._db.read() as tx:
            held = await objects.etags_by_uid(tx, self._collection.id, [Uid(p.uid) for p in parsed])
            stored = await self._stored(tx, [p for p in parsed if _has_other_etag(p, held)], held)
        changed = [p for p in parsed if not self._is_unchanged(p, held, stored)]
        fresh = [p for p in changed if self._is_wanted(p, held, name)]
        drafts = await asyncio.to_thread(self._drafts, fresh, name)
        if drafts:
            await self._store(drafts)
        self._count_kept(fresh, drafts, held)

    async def _stored(self, tx: Tx, parsed: Sequence[ParsedObject], held: _Held) -> dict[Uid, bytes]:
        """What the calendar holds in their place."""
        names = [held[Uid(p.uid)][0] for p in parsed]
        return {o.uid: o.data for o in await objects.read_data(tx, self._collection.id, names)}

    def _is_unchanged(self, parsed: ParsedObject, held: _Held, stored: dict[Uid, bytes]) -> bool:
        """True when the calendar holds this very object; it is counted then, and nothing is written.

        Who wrote the file is not part of it: an export names one maker for objects of many.
        """
        uid = Uid(parsed.uid)
        if uid not in held or (uid in stored and not is_same_object(parsed.data, stored[uid])):
            return False
        self._seen.add(parsed.uid)
        self.report.unchanged += 1
        self._count_repairs(parsed)
        return True

    def _is_wanted(self, parsed: ParsedObject, held: _Held, name: str) -> bool:
        """False, with a refusal, for a UID that came before in this import, and when the calendar is full.

        The first of a folder wins, so that importing the folder again changes nothing.
        """
        if parsed.uid in self._seen:
            self._refuse(_refusal(parsed, ObjectRefused(_CAME_BEFORE), name))
            return False
        if Uid(parsed.uid) not in held:
            if self._room <= 0:
                self._refuse(_refusal(parsed, ObjectRefused(_FULL, max=self._max_objects), name))
                return False
            self._room -= 1
        self._seen.add(parsed.uid)
        return True

    def _drafts(self, parsed: Sequence[ParsedObject], name: str) -> dict[str, ObjectDraft]:
        """UID -> draft, without those whose rules cannot be used: they are refused."""
        now = self._clock.now()
        drafts: dict[str, ObjectDraft] = {}
        for one in parsed:
            try:
                drafts[one.uid] = draft_of(one, name=object_name(one.uid), now=now)
            except ObjectRefused as error:
                self._refuse(_refusal(one, error, name))
        return drafts

    async def _store(self, drafts: dict[str, ObjectDraft]) -> None:
        async with self._db.write() as tx:
            stamp = await collections.raise_sequence(tx, self._collection.id, self._clock.now())
            named = await _with_free_names(tx, self._collection.id, list(drafts.values()))
            await objects.store(tx, self._collection.id, stamp, named)

    def _count_kept(self, parsed: Sequence[ParsedObject], drafts: dict[str, ObjectDraft], held: _Held) -> None:
        for one in parsed:
            if one.uid not in drafts:
                continue
            if Uid(one.uid) in held:
                self.report.updated += 1
            else:
                self.report.imported += 1
            self._count_repairs(one)

    def _count_repairs(self, parsed: ParsedObject) -> None:
        if parsed.repairs:
            self.report.repaired += 1
            self.report.repairs.update(parsed.repairs)

    def _refuse(self, refusal: Refusal) -> None:
        self.report.refused += 1
        self.report.refusals.append(refusal)


async def open_source(source: Source, limits: Limits) -> CalendarFile:
    """The file, read and cut but not parsed. Raises NotACalendar, TooLarge, OSError."""
    return await asyncio.to_thread(lambda: read_file(source.read(), limits=limits))


def _has_other_etag(parsed: ParsedObject, held: _Held) -> bool:
    kept = held.get(Uid(parsed.uid))
    return kept is not None and kept[1] != etag_of(parsed.data)


def _take(found: Iterator[ParsedObject | Refusal]) -> _Parsed:
    """The next batch: bounded in objects and in bytes, empty at the end."""
    batch: _Parsed = []
    size = 0
    for one in found:
        batch.append(one)
        size += len(one.data) if isinstance(one, ParsedObject) else 0
        if len(batch) >= BATCH_OBJECTS or size >= BATCH_BYTES:
            break
    return batch


async def _with_free_names(tx: Tx, collection_id: str, drafts: Sequence[ObjectDraft]) -> list[ObjectDraft]:
    """The drafts, renamed where a calendar app gave the name to another UID."""
    held = await objects.etags_by_uid(tx, collection_id, [draft.uid for draft in drafts])
    new = [draft.name for draft in drafts if draft.uid not in held]
    taken = await objects.names_taken(tx, collection_id, new) if new else set()
    return [
        replace(draft, name=_other_name(draft.uid)) if draft.name in taken and draft.uid not in held else draft
        for draft in drafts
    ]


def _other_name(uid: Uid) -> str:
    return f"~~{blake2b(uid.encode(), digest_size=16).hexdigest()}.ics"


def _refusal(parsed: ParsedObject, why: ObjectRefused, file: str) -> Refusal:
    return Refusal.of(why, line=parsed.line_no, uid=parsed.uid, file=file)


def no_progress(_done: int, _known: int) -> None:
    """For an import that nobody watches."""
