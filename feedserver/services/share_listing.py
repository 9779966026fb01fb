"""The list of all shares, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from feedserver.model.clock import Clock
from feedserver.model.errors import InvalidInput
from feedserver.model.share import Standing
from feedserver.model.share_listing import SharePage, ShareQuery, ShareRow
from feedserver.services.usage import UsageService
from feedserver.storage import share_listing
from feedserver.storage.engine import Database, Tx

MAX_PER_PAGE = 500
MAX_TEXT_CHARS = 200

_LISTED = (None, Standing.LIVE, Standing.NOT_YET, Standing.PAUSED, Standing.EXPIRED, Standing.REMOVED)


class ShareListing:
    """Shares by their words, states, kinds, calendars and members."""

    def __init__(self, db: Database, *, clock: Clock, usage: UsageService) -> None:
        self._db = db
        self._clock = clock
        self._usage = usage

    async def page(self, query: ShareQuery) -> SharePage:
        """The page asked for, or the last one. Raises InvalidInput for what cannot be asked."""
        query = _checked(query)
        async with self._db.read() as tx:
            page = max(query.page, 1)
            rows, total = await self._rows(tx, query, page)
            if not rows and page > 1:
                _, total = await self._rows(tx, query, 1)
                page = _pages(total, query)
                rows, total = await self._rows(tx, query, page)
        return SharePage(rows=self._with_use(rows), total=total, page=page, pages=_pages(total, query))

    async def _rows(self, tx: Tx, query: ShareQuery, page: int) -> tuple[list[ShareRow], int]:
        """The rows of that page, and how many there are on all; 0 past the last page."""
        return await share_listing.page(tx, query, self._clock.now(), offset=(page - 1) * query.per_page)

    async def rows(self, share_ids: Iterable[str]) -> tuple[ShareRow, ...]:
        """These shares as the list shows them, removed ones too, sorted by name; what is not there is absent.

        Raises InvalidInput for too many.
        """
        wanted = sorted({share_id for share_id in share_ids if "\0" not in share_id})
        if len(wanted) > MAX_PER_PAGE:
            raise InvalidInput("at most {max} shares can be shown at once", field="share", max=MAX_PER_PAGE)
        async with self._db.read() as tx:
            return self._with_use(await share_listing.of_ids(tx, wanted, self._clock.now()))

    def _with_use(self, rows: Sequence[ShareRow]) -> tuple[ShareRow, ...]:
        """With what this node has counted since it wrote last."""
        written = {row.share.id: row.last_fetch for row in rows if row.last_fetch is not None}
        newest = self._usage.newest(written, [row.share.id for row in rows])
        return tuple(replace(row, last_fetch=newest.get(row.share.id)) for row in rows)


def _pages(total: int, query: ShareQuery) -> int:
    return max(1, -(-total // query.per_page))


def _checked(query: ShareQuery) -> ShareQuery:
    """What PostgreSQL takes as text has no NUL."""
    if len(query.text) > MAX_TEXT_CHARS or "\0" in query.text or "\0" in f"{query.calendar_id}{query.account_id}":
        raise InvalidInput("search for at most {max} characters", field="text", max=MAX_TEXT_CHARS)
    if query.standing not in _LISTED or not 1 <= query.per_page <= MAX_PER_PAGE:
        raise InvalidInput("the list cannot be asked for this")
    return query
