"""The agenda of a share: what its pages show, and what the admin page shows of it beforehand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.recurring.recurrence import Purse
from feedserver.ics.showing.shown import Shown, may_have_words, shown_between
from feedserver.ics.showing.slots import emitted_uid
from feedserver.ics.showing.words import Words
from feedserver.model.agenda import Agenda, ShownOccurrence, Source
from feedserver.model.calendar_object import CalendarObject
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError, NotFound
from feedserver.model.share import DetailLevel, FeedLink, Share, ShareEntry, ShareStanding, Standing, standing_of
from feedserver.services.agenda_memory import AgendaMemory, Question
from feedserver.services.feed_state import FeedState, read_state, window_of
from feedserver.services.objects import STORED_LIMITS
from feedserver.storage import objects
from feedserver.storage.engine import Database, Tx

MAX_OCCURRENCES = 5_000
"""In one agenda; a minutely event alone has 43,200 a month."""
MAX_AT_ONCE = 2
"""Agendas put together at the same time: what visitors may ask for is bounded, the rest waits."""
MAX_STEPS, FREE_STEPS, MAX_STEPS_OF_ONE = 300_000, 2_000, 120_000
"""Periods and instances that one agenda may look at, of each object in any case, and of one at most (I07).

Every minute of a month fits."""

_log = logging.getLogger(__name__)


class AgendaService:
    """Shows shares day by day. Everything passes the redaction that the feed passes."""

    def __init__(self, db: Database, *, clock: Clock, words: Words, retention: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._words = words
        self._retention = retention
        self._memory = AgendaMemory()
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def of_open(self, state: FeedState, *, start_on: date, end_on: date, words: Sequence[str] = ()) -> Agenda:
        """What everybody sees who may open a share; the caller has judged link and login against `state`.

        From memory as long as nothing changed. With `words`: only what shows all of them, capitals or not. Its standing
        is anything but live when the share was withdrawn meanwhile. Raises NotFound, StorageUnavailable.
        """
        sought = tuple(sorted(word.casefold() for word in words))
        question = Question(key=state.key, start_on=start_on, end_on=end_on, words=sought)
        known = self._recall(question, state)
        if known is not None:
            return known
        async with self._turns, self._db.read() as tx:
            whole = await read_state(tx, state.share.id)
            fresh, standing = whole.narrowed(state.narrowing), self._standing(whole.share, None)
            if standing.standing is not Standing.LIVE:
                return Agenda(standing=standing, timezone=fresh.zone.key, occurrences=())
            return self._recall(question, fresh) or await self._remember(tx, question, fresh, standing)

    def _recall(self, question: Question, state: FeedState) -> Agenda | None:
        return self._memory.recall(question, state, window_of(state, self._clock.now()))

    async def _remember(self, tx: Tx, question: Question, state: FeedState, standing: ShareStanding) -> Agenda:
        window = window_of(state, self._clock.now())
        found = await self._occurrences(tx, state, question.start_on, question.end_on, question.words)
        agenda = _agenda(state, standing, found)
        self._memory.keep(question, state, window, agenda)
        return agenda

    async def of_share(self, share_id: str, *, start_on: date, end_on: date, reader_id: str | None = None) -> Agenda:
        """What `reader_id` sees from `start_on` to before `end_on`, as the share's zone counts days.

        `reader_id`: a recipient's or a member's account id; None is the general link. Raises NotFound for the share or
        the reader, StorageUnavailable.
        """
        async with self._db.read() as tx:
            state = await read_state(tx, share_id)
            standing = self._standing(state.share, reader_id)
            if standing.standing is not Standing.LIVE:
                return Agenda(standing=standing, timezone=state.zone.key, occurrences=())
            found = await self._occurrences(tx, state, start_on, end_on)
        return _agenda(state, standing, found)

    async def contents(self, share_id: str, *, start_on: date, end_on: date) -> Agenda:
        """What the share holds on those days, for its owners: in full, and also while it is off.

        Its filter and its window hold, and private appointments stay busy. The standing is that of the general link.
        Raises NotFound, StorageUnavailable.
        """
        async with self._db.read() as tx:
            state = await read_state(tx, share_id)
            standing = self._standing(state.share, None)
            in_full = tuple(replace(entry, level=DetailLevel.FULL) for entry in state.share.entries)
            opened = replace(state, share=replace(state.share, entries=in_full))
            found = await self._occurrences(tx, opened, start_on, end_on)
        return _agenda(state, standing, found)

    def _standing(self, share: Share, reader_id: str | None) -> ShareStanding:
        grant = share.grant(reader_id) if reader_id else None
        if grant is not None and grant.withdrawn_at is not None:
            return ShareStanding(standing=Standing.REPLACED, since=grant.withdrawn_at)
        recipient_id = reader_id if grant is None else None
        link = FeedLink(share_id=share.id, serial=share.serial, recipient_id=recipient_id)
        standing = standing_of(share, link, self._clock.now(), retention=self._retention)
        if standing is None:
            raise NotFound("The share has no such reader.")
        return standing

    async def _occurrences(
        self, tx: Tx, state: FeedState, start_on: date, end_on: date, words: Sequence[str] = ()
    ) -> list[ShownOccurrence]:
        start_at, end_at = self._range(state, start_on, end_on)
        found: list[ShownOccurrence] = []
        purse = Purse(MAX_STEPS, free=FREE_STEPS, most=MAX_STEPS_OF_ONE)
        for entry, collection in zip(state.share.entries, state.collections, strict=True):
            survivors = objects.in_window(
                tx, collection.id, entry.level, start_at, end_at, share_filter=state.share.filter
            )
            async for batch in survivors:
                stored = [one for one, rendition in batch if not words or may_have_words(rendition.body, words)]
                shown = await asyncio.to_thread(
                    self._shown, state, entry, collection, stored, bounds=(start_at, end_at), purse=purse, words=words
                )
                found += shown
        return found

    def _range(self, state: FeedState, start_on: date, end_on: date) -> tuple[datetime, datetime]:
        """The days as instants, cut to the share's window."""
        start_at, end_at = (datetime.combine(day, time(), state.zone).astimezone(UTC) for day in (start_on, end_on))
        window = window_of(state, self._clock.now())
        return (start_at, end_at) if window is None else (max(start_at, window.start_at), min(end_at, window.end_at))

    def _shown(
        self,
        state: FeedState,
        entry: ShareEntry,
        collection: Collection,
        batch: Iterable[CalendarObject],
        *,
        bounds: tuple[datetime, datetime],
        purse: Purse,
        words: Sequence[str],
    ) -> list[ShownOccurrence]:
        """CPU only. An object that cannot be read is left out and logged, as feeds do (I10)."""
        found: list[ShownOccurrence] = []
        for stored in batch:
            uid = emitted_uid(state.share.uid_salt, collection.id, stored.uid).decode()
            try:
                parsed = parse_object(stored.data, timezone=collection.timezone, limits=STORED_LIMITS)
                with purse.budget() as budget:
                    shown = shown_between(parsed, entry.level, *bounds, words=self._words, budget=budget)
            except FeedserverError:
                _log.warning("object %s of calendar %s cannot be shown and is left out", stored.name, collection.id)
                continue
            if words:
                shown = [one for one in shown if one.text.has_words(words)]
            found += [_occurrence(one, uid, entry, stored, state.zone) for one in shown[: MAX_OCCURRENCES + 1]]
        return found


def _agenda(state: FeedState, standing: ShareStanding, found: list[ShownOccurrence]) -> Agenda:
    found.sort(key=lambda one: _order(one, state.zone))
    return Agenda(
        standing=standing,
        timezone=state.zone.key,
        occurrences=tuple(found[:MAX_OCCURRENCES]),
        is_cut=len(found) > MAX_OCCURRENCES,
    )


def _occurrence(shown: Shown, uid: str, entry: ShareEntry, stored: CalendarObject, zone: ZoneInfo) -> ShownOccurrence:
    text = shown.text
    return ShownOccurrence(
        uid=f"{uid}{shown.suffix}",
        start=_in_zone(shown.start, zone),
        end=_in_zone(shown.end, zone),
        title=text.title,
        place=text.place,
        description=text.description,
        link=text.link,
        categories=text.categories,
        level=entry.level,
        is_tentative=text.is_tentative,
        is_cancelled=text.is_cancelled,
        is_free=text.is_free,
        source=Source(collection_id=stored.collection_id, name=stored.name, instance=shown.instance),
        stand_in=text.stand_in,
    )


def _in_zone(moment: date | datetime, zone: ZoneInfo) -> date | datetime:
    return moment.astimezone(zone) if isinstance(moment, datetime) else moment


def _order(one: ShownOccurrence, zone: ZoneInfo) -> tuple[datetime, bool, str, str]:
    """By the instant of the start; on the same day those without a time first."""
    start = one.start if isinstance(one.start, datetime) else datetime.combine(one.start, time(), zone)
    return start.astimezone(UTC), not one.is_all_day, one.title, one.uid
