"""Usage: which links are fetched, how often and by which kind of app. No addresses, no moments of single fetches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from feedserver.model.clock import Clock
from feedserver.model.usage import AppFamily, DayUsage, LastFetch
from feedserver.services.app_families import MAX_AGENT_CHARS, family_of
from feedserver.storage import usage
from feedserver.storage.engine import Database

MAX_COUNTS = 100_000
"""How many different counts are held until they are written; what comes on top is not counted."""
MAX_AGENTS = 2_000
"""How many User-Agents are known by heart."""

_Key = tuple[str, str, AppFamily, date]


class UsageService:
    """Counts in memory, and writes what it counted from time to time. Belongs to one event loop."""

    def __init__(self, db: Database, *, clock: Clock, keep_days: int) -> None:
        """`keep_days`: how long counts are remembered (threat P03)."""
        self._db = db
        self._clock = clock
        self._kept = timedelta(days=keep_days)
        self._families: dict[str, AppFamily] = {}
        self._counts: dict[_Key, tuple[int, datetime]] = {}

    def count(self, share_id: str, reader_id: str, user_agent: str) -> None:
        """One fetch of a link that is open now, by GET or HEAD, answered with the feed or with "unchanged".

        `reader_id`: the recipient's or the member's account; empty for the general link. Some 2 us, without waiting.
        """
        now = self._clock.now()
        key = (share_id, reader_id, self._families.get(user_agent) or self._family(user_agent), now.date())
        counts = self._counts
        known = counts.get(key)
        if known is not None:
            counts[key] = (known[0] + 1, now)
        elif len(counts) < MAX_COUNTS:
            counts[key] = (1, now)

    def _family(self, user_agent: str) -> AppFamily:
        """Its family, known by heart from now on."""
        family = family_of(user_agent)
        if len(user_agent) <= MAX_AGENT_CHARS:
            if len(self._families) >= MAX_AGENTS:
                self._families.clear()
            self._families[user_agent] = family
        return family

    async def flush(self) -> None:
        """Write what was counted since the last time; nothing when nothing was. What cannot be written is kept."""
        if not self._counts:
            return
        taken, self._counts = self._counts, {}
        try:
            async with self._db.write(is_silent=True) as tx:
                await usage.add(tx, [(key[0], _usage_of(key, count)) for key, count in taken.items()])
        except BaseException:
            self._give_back(taken)
            raise

    def _give_back(self, taken: dict[_Key, tuple[int, datetime]]) -> None:
        for key, (count, last_at) in taken.items():
            newer, newest_at = self._counts.get(key, (0, last_at))
            self._counts[key] = (count + newer, newest_at)

    async def of_share(self, share_id: str, *, days: int = 30) -> list[DayUsage]:
        """What was counted on the last `days` days (UTC) up to now; newest day first."""
        since = self._clock.now().date() - timedelta(days=days - 1)
        async with self._db.read() as tx:
            written = await usage.of_share(tx, share_id, since=since)
        merged = {(one.reader_id, one.family, one.day): one for one in written}
        for key, count in self._counts.items():
            if key[0] == share_id and key[3] >= since:
                merged[key[1:]] = _usage_of(key, count, merged.get(key[1:]))
        return sorted(merged.values(), key=lambda one: (-one.day.toordinal(), one.reader_id, one.family))

    async def last(self, share_ids: Iterable[str]) -> dict[str, LastFetch]:
        """By share, when it was fetched last, link previews aside; shares that never were are absent."""
        wanted = set(share_ids)
        async with self._db.read() as tx:
            found = await usage.last_of(tx, wanted)
        return self.newest(found, wanted)

    async def devices(
        self, reader_ids: Sequence[str], share_ids: Sequence[str]
    ) -> dict[tuple[str, str], tuple[LastFetch, ...]]:
        """By share and reader, when each kind of app fetched last, the newest first; link previews aside.

        What was forgotten, as old counts are, is absent.
        """
        async with self._db.read() as tx:
            found = await usage.devices(tx, reader_ids, share_ids)
        for (share_id, reader_id, family, _day), (_count, last_at) in self._counts.items():
            if reader_id in reader_ids and share_id in share_ids:
                known = found.setdefault((share_id, reader_id), {})
                known[family] = max(last_at, known.get(family, last_at))
        return {
            key: tuple(
                LastFetch(at=at, family=family)
                for family, at in sorted(known.items(), key=lambda one: one[1], reverse=True)
                if family is not AppFamily.BOT
            )
            for key, known in found.items()
        }

    def newest(self, written: dict[str, LastFetch], share_ids: Iterable[str]) -> dict[str, LastFetch]:
        """What was written, with what this node has counted since."""
        found, wanted = dict(written), set(share_ids)
        for (share_id, _reader, family, _day), (_count, last_at) in self._counts.items():
            known = found.get(share_id)
            is_newer = known is None or known.at < last_at
            if share_id in wanted and family is not AppFamily.BOT and is_newer:
                found[share_id] = LastFetch(at=last_at, family=family)
        return found

    async def forget_old(self) -> None:
        """What a worker does from time to time; it writes only when there is something to forget."""
        oldest = self._clock.now().date() - self._kept
        async with self._db.read() as tx:
            has_older = await usage.has_older(tx, oldest)
        if has_older:
            async with self._db.write(is_silent=True) as tx:
                await usage.remove_older(tx, oldest)


def _usage_of(key: _Key, count: tuple[int, datetime], written: DayUsage | None = None) -> DayUsage:
    """A count of this node, on top of what was written."""
    _share_id, reader_id, family, day = key
    number, last_at = count
    if written is not None:
        number, last_at = number + written.count, max(last_at, written.last_at)
    return DayUsage(reader_id=reader_id, day=day, family=family, count=number, last_at=last_at)
