"""Dispatch: hands queued notices to the mail server, one by one, until each is sent or given up.

A notice that is leased is tried once. What became of the try is written under the lease; whoever dies before that
leaves the lease, and the notice is tried again when it is over, with the same Message-ID (threats M10 to M12).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from feedserver.languages.message import message
from feedserver.mail.address import mailbox_of
from feedserver.mail.envelope import Stamp, message_of
from feedserver.mail.transport import PERHAPS_TAKEN, Delivery, Outcome, SmtpTransport
from feedserver.model.clock import Clock
from feedserver.model.errors import InvalidInput, StorageUnavailable
from feedserver.model.notice import Notice, NoticeState
from feedserver.services.letters import Letters, Post
from feedserver.storage import notice_leases
from feedserver.storage.engine import Database

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1200))
"""Between one try and the next: two days in all, then the notice has failed (threat M07)."""
LEASE = timedelta(minutes=5)
"""Longer than any try takes."""
TO_ONE_PER_HOUR = 10
"""How many mails the same reader gets within an hour, whatever is clicked (threat M04)."""
_GRACE_S = 5.0
"""How long a try that has begun may go on when the server is told to stop."""

OUR_FAULT = message("Something went wrong on our side.")

_log = logging.getLogger(__name__)


class Dispatch:
    """Sends what is due. Several may run at once, on one node or on many."""

    def __init__(
        self,
        db: Database,
        *,
        letters: Letters,
        transport: SmtpTransport,
        stamp: Stamp,
        clock: Clock,
        per_hour: int,
        lease: timedelta = LEASE,
    ) -> None:
        self._db = db
        self._letters = letters
        self._transport = transport
        self._stamp = stamp
        self._clock = clock
        self._per_hour = per_hour
        self._lease = lease

    async def run(self) -> int:
        """Send until nothing is due; how many tries there were. Raises StorageUnavailable."""
        tries = 0
        while taken := await self._take():
            await _finished(self._try(*taken))
            tries += 1
        return tries

    async def _take(self) -> tuple[Notice, datetime] | None:
        """The next notice and the end of our lease on it. Asks before it writes: mostly nothing is due."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await notice_leases.is_any_due(tx, now):
                return None
        until = now + self._lease
        async with self._db.write() as tx:
            notice = await notice_leases.lease(tx, now, until=until, per_hour=self._per_hour, to_one=TO_ONE_PER_HOUR)
        return (notice, until) if notice else None

    async def _try(self, notice: Notice, until: datetime) -> None:
        values = await self._outcome(notice)
        async with self._db.write() as tx:
            await notice_leases.settle(tx, notice, until, **values)
        _log.info("notice %s (%s): %s at try %d", notice.id, notice.kind, values["state"], notice.attempts)

    async def _outcome(self, notice: Notice) -> dict[str, Any]:
        """What is to be written of one try. Raises StorageUnavailable: then nothing was tried."""
        try:
            post = await self._letters.of(notice)
            if post is None:
                return {"state": NoticeState.DROPPED, "error": ""}
            delivery = await self._send(notice, post)
        except StorageUnavailable:
            raise
        except InvalidInput as error:
            delivery = Delivery(outcome=Outcome.REFUSED, words=error.message)
        except Exception:  # noqa: BLE001 - one notice that cannot be written must not hold up the others
            _log.exception("notice %s could not be sent", notice.id)
            delivery = Delivery(outcome=Outcome.POSTPONED, words=OUR_FAULT)
        return self._verdict(notice, delivery)

    async def _send(self, notice: Notice, post: Post) -> Delivery:
        to = mailbox_of(post.to)
        mail = message_of(post.letter, stamp=self._stamp, to=to, message_id=notice.id, sent_at=self._clock.now())
        return await self._transport.send(mail, sender=self._stamp.sender, to=to)

    def _verdict(self, notice: Notice, delivery: Delivery) -> dict[str, Any]:
        now = self._clock.now()
        if delivery.outcome is Outcome.TAKEN:
            return {"state": NoticeState.SENT, "sent_at": now, "error": ""}
        if _is_given_up(notice, delivery):
            return {"state": NoticeState.FAILED, "error": delivery.words}
        next_at = now + PAUSES[notice.attempts - 1]
        return {"state": NoticeState.QUEUED, "next_at": next_at, "error": delivery.words}


def _is_given_up(notice: Notice, delivery: Delivery) -> bool:
    """A server that twice took the text and hung up has perhaps taken both: no third (threat M10)."""
    is_twice_uncertain = delivery.outcome is Outcome.UNCERTAIN and notice.error == PERHAPS_TAKEN
    return delivery.outcome is Outcome.REFUSED or is_twice_uncertain or notice.attempts > len(PAUSES)


async def _finished(one_try: Any) -> None:
    """Waits for a try; when the server stops, the try may still come to its end, so that no mail is sent twice."""
    task = asyncio.ensure_future(one_try)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_GRACE_S)
        task.cancel()
        raise
