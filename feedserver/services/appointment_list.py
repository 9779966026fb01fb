"""The list of a calendar's appointments, occurrence by occurrence: of all, or of those with certain words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedserver.ics.editing.describing import row_of
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.recurring.occurrences import instance_of, showings_between
from feedserver.ics.recurring.recurrence import Purse
from feedserver.ics.recurring.series import Showing
from feedserver.ics.showing.index import search_texts
from feedserver.model.appointment import AppointmentPage, AppointmentRow
from feedserver.model.calendar_object import CalendarObject
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError
from feedserver.services.objects import STORED_LIMITS
from feedserver.storage import objects
from feedserver.storage.engine import Tx

MAX_FOUND = 1_000
"""Appointments that a search looks into."""
FIRST_STRETCH = timedelta(days=8)
MAX_AHEAD = timedelta(days=366 * 10)
"""How far from its first day one page looks for something to show."""
MAX_STEPS, FREE_STEPS, MAX_STEPS_OF_ONE = 300_000, 2_000, 120_000
"""As an agenda's (I07)."""

_log = logging.getLogger(__name__)


class AppointmentList:
    """One page in the making: it looks ahead in stretches that double until the page is full."""

    def __init__(self, tx: Tx, collection: Collection, start_on: date) -> None:
        self._tx = tx
        self._collection = collection
        self._start_on = start_on
        self._zone = ZoneInfo(collection.timezone)
        self._purse = Purse(MAX_STEPS, free=FREE_STEPS, most=MAX_STEPS_OF_ONE)
        self._opened: dict[str, StoredEvent | None] = {}
        """By name; None for what cannot be read."""
        self._rows: list[AppointmentRow] = []

    async def page(self, words: Sequence[str], limit: int) -> AppointmentPage:
        """The first whole days with `limit` rows at most, or the first day with more."""
        found = await self._find(words) if words else None
        last_at = await objects.last_moment(self._tx, self._collection.id)
        begin, length = self._start_on, FIRST_STRETCH
        while len(self._rows) <= limit and begin - self._start_on < MAX_AHEAD and self._goes_on(last_at, begin):
            await self._look(begin, begin + length, found)
            begin, length = begin + length, length * 2
        self._rows.sort(key=self._order)
        return self._cut(limit)

    def _goes_on(self, last_at: datetime | None, begin: date) -> bool:
        return last_at is None or last_at >= self._midnight(begin)

    async def _look(self, begin: date, end: date, found: Sequence[CalendarObject] | None) -> None:
        bounds = self._midnight(begin), self._midnight(end)
        if found is not None:
            await asyncio.to_thread(self._add, found, *bounds)
            return
        async for batch in objects.events_between(self._tx, self._collection.id, *bounds):
            await asyncio.to_thread(self._add, batch, *bounds)

    def _add(self, batch: Iterable[CalendarObject], start_at: datetime, end_at: datetime) -> None:
        """CPU only. What began in an earlier stretch is in the rows already."""
        is_first = start_at == self._midnight(self._start_on)
        for stored in batch:
            event = self._open(stored)
            if event is None:
                continue
            try:
                with self._purse.budget() as budget:
                    showings = showings_between(event.series, start_at, end_at, budget=budget)
            except FeedserverError:
                _log.warning("object %s of calendar %s cannot be listed", stored.name, self._collection.id)
                self._opened[stored.name] = None
                continue
            self._rows += [self._row(stored, event, one) for one in showings if is_first or one.start.at >= start_at]

    def _open(self, stored: CalendarObject) -> StoredEvent | None:
        if stored.name not in self._opened:
            try:
                event = StoredEvent(stored.data, timezone=self._collection.timezone, limits=STORED_LIMITS)
            except FeedserverError:
                _log.warning("object %s of calendar %s cannot be read", stored.name, self._collection.id)
                event = None
            self._opened[stored.name] = event
        return self._opened[stored.name]

    def _row(self, stored: CalendarObject, event: StoredEvent, showing: Showing) -> AppointmentRow:
        text = row_of(event, showing.part)
        return AppointmentRow(
            calendar_id=stored.collection_id,
            name=stored.name,
            instance=instance_of(showing.identity) if event.series.is_recurring else None,
            title=text.title,
            place=text.place,
            start=self._local(showing.start.shown),
            end=self._local(showing.end.shown),
            is_repeating=event.series.is_recurring,
            visibility=text.visibility,
            status=text.status,
            is_busy=text.is_busy,
        )

    def _cut(self, limit: int) -> AppointmentPage:
        rows = self._rows
        if len(rows) <= limit:
            return AppointmentPage(rows=tuple(rows), next_on=None)
        first_day, next_on = self._day(rows[0]), self._day(rows[limit])
        if next_on == first_day:
            kept = [row for row in rows if self._day(row) == first_day]
            next_on = self._day(rows[len(kept)]) if len(kept) < len(rows) else first_day + timedelta(days=1)
            return AppointmentPage(rows=tuple(kept), next_on=next_on)
        return AppointmentPage(rows=tuple(row for row in rows if self._day(row) < next_on), next_on=next_on)

    def _day(self, row: AppointmentRow) -> date:
        """The day under which it is listed; what goes on from before stands on the first."""
        day = row.start.date() if isinstance(row.start, datetime) else row.start
        return max(day, self._start_on)

    def _order(self, row: AppointmentRow) -> tuple[datetime, bool, str, str]:
        is_timed = isinstance(row.start, datetime)
        start = row.start if isinstance(row.start, datetime) else self._midnight(row.start)
        return start.astimezone(UTC), is_timed, row.title, row.name

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _local(self, moment: date | datetime) -> date | datetime:
        return moment.astimezone(self._zone) if isinstance(moment, datetime) else moment

    async def _find(self, words: Sequence[str]) -> list[CalendarObject]:
        """Those of which one component's title, place and description hold all the words."""
        names: list[str] = []
        private: list[str] = []
        async for batch in objects.event_search_texts(self._tx, self._collection.id):
            names += [name for name, texts in batch if _has_all(texts, words)]
            private += [name for name, texts in batch if not texts]
        found = await objects.read_data(self._tx, self._collection.id, names[:MAX_FOUND])
        for some in (private[at : at + MAX_FOUND] for at in range(0, len(private), MAX_FOUND)):
            stored = await objects.read_data(self._tx, self._collection.id, some)
            found += await asyncio.to_thread(self._with_words, stored, words)
        return found[:MAX_FOUND]

    def _with_words(self, batch: Iterable[CalendarObject], words: Sequence[str]) -> list[CalendarObject]:
        """CPU only."""
        opened = ((stored, self._open(stored)) for stored in batch)
        return [stored for stored, event in opened if event and _has_all(search_texts(event.parsed), words)]


def _has_all(texts: Iterable[str], words: Sequence[str]) -> bool:
    return any(all(word in text for word in words) for text in texts)
