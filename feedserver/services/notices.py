"""Notices: the mails that were caused, what became of each, and another try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from feedserver.model.actor import Actor
from feedserver.model.audit import Subject
from feedserver.model.clock import Clock
from feedserver.model.errors import Conflict
from feedserver.model.notice import Draft, Mailing, Notice, NoticeKind, NoticeRow, NoticeState
from feedserver.services.letters import Letters
from feedserver.storage import audit, notices
from feedserver.storage.engine import Database

PER_PAGE = 50
KEPT = timedelta(days=90)
"""How long it is kept what became of a mail (threat P03)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """Some of the notices, newest first."""

    rows: tuple[NoticeRow, ...]
    number: int
    """Of this page, from 1 on."""
    pages: int
    counts: Mapping[NoticeState, int]
    """How many there are in each state."""


class NoticeService:
    """What an admin sees of mail."""

    def __init__(self, db: Database, *, letters: Letters, clock: Clock, has_mail_server: bool) -> None:
        self._db = db
        self._letters = letters
        self._clock = clock
        self.has_mail_server = has_mail_server
        """False: nothing is queued, and pages show drafts to send by hand."""

    async def page(self, number: int = 1, *, state: NoticeState | None = None) -> NoticePage:
        """A page of the notices in that state, or of all; the last page when there are fewer."""
        async with self._db.read() as tx:
            counts = await notices.counts(tx)
            total = counts.get(state, 0) if state else sum(counts.values())
            pages = max(1, -(-total // PER_PAGE))
            shown = min(max(1, number), pages)
            rows = await notices.page(tx, state=state, limit=PER_PAGE, offset=(shown - 1) * PER_PAGE)
        return NoticePage(rows=tuple(rows), number=shown, pages=pages, counts=counts)

    async def retry(self, notice_ids: Sequence[str], *, by: Actor) -> int:
        """Try these again now, with two more days of tries; how many could be: not those that were sent."""
        now = self._clock.now()
        async with self._db.write() as tx:
            queued = await notices.retry(tx, notice_ids, now)
            for notice in queued:
                await audit.add(
                    tx,
                    now=now,
                    by=by,
                    action="retried",
                    subject=Subject.NOTICE,
                    subject_id=notice.id,
                    subject_name=notice.kind,
                    share_id=notice.share_id,
                )
        return len(queued)

    async def draft(
        self,
        kind: NoticeKind,
        *,
        by: Actor,
        mailing: Mailing,
        share_id: str | None = None,
        recipient_id: str | None = None,
        account_id: str | None = None,
    ) -> Draft:
        """The mail that would be sent, to copy or to open in a mail program.

        Raises Conflict when it would not be true, such as a link that does not work.
        """
        now = self._clock.now()
        notice = Notice(
            id="",
            kind=kind,
            share_id=share_id,
            recipient_id=recipient_id,
            account_id=account_id,
            sender_id=by.account_id,
            sender_name=by.name,
            note=mailing.note,
            language=mailing.language,
            state=NoticeState.QUEUED,
            attempts=0,
            next_at=now,
            created_at=now,
            sent_at=None,
            error="",
        )
        post = await self._letters.of(notice)
        if post is None:
            raise Conflict("There is nothing to send: it does not hold any more.")
        letter = post.letter
        return Draft(
            to=post.to,
            subject=letter.subject,
            text=letter.text(),
            mailto_url=mailto(post.to, letter.subject, letter.brief().text()),
        )

    async def forget_old(self) -> None:
        """Upkeep: what is long over."""
        moment = self._clock.now() - KEPT
        async with self._db.read() as tx:
            if not await notices.has_older(tx, moment):
                return
        async with self._db.write() as tx:
            await notices.forget_older(tx, moment)


def mailto(to: str, subject: str, text: str) -> str:
    """An address that opens a mail program with all of it filled in (RFC 6068): line ends are CRLF, blanks `%20`."""
    body = quote(text.replace("\n", "\r\n"), safe="")
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={body}"
