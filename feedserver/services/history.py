"""The history of changes, as admins read it."""

from __future__ import annotations

from datetime import timedelta

from feedserver.model.audit import AuditEntry
from feedserver.model.clock import Clock
from feedserver.storage import audit
from feedserver.storage.engine import Database


class HistoryService:
    """Who did what, when, to what, and from where. The services that change something write it as they do."""

    def __init__(self, db: Database, *, clock: Clock, keep_days: int) -> None:
        """`keep_days`: how long it is remembered (threat P03)."""
        self._db = db
        self._clock = clock
        self._kept = timedelta(days=keep_days)

    async def of_share(self, share_id: str, *, limit: int = 100) -> list[AuditEntry]:
        """What happened to a share, to its links and to its members; newest first."""
        async with self._db.read() as tx:
            return await audit.of_share(tx, share_id, limit=limit)

    async def page(self, *, before_seq: int | None = None, limit: int = 100) -> list[AuditEntry]:
        """What happened, newest first; `before_seq`: the last entry of the page before."""
        async with self._db.read() as tx:
            return await audit.newest(tx, before_seq=before_seq, limit=limit)

    async def forget_old(self) -> None:
        """What a worker does from time to time; it writes only when there is something to forget."""
        oldest = self._clock.now() - self._kept
        async with self._db.read() as tx:
            has_older = await audit.has_older(tx, oldest)
        if has_older:
            async with self._db.write(is_silent=True) as tx:
                await audit.remove_older(tx, oldest)
