"""Forgotten passwords: whoever asks is answered the same, and whoever has an account gets a mail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from feedserver.model.account import Account
from feedserver.model.actor import Actor
from feedserver.model.clock import Clock
from feedserver.model.errors import FeedserverError
from feedserver.model.notice import Mailing
from feedserver.security.throttle import Throttle
from feedserver.services.account_unit import AccountUnit
from feedserver.storage import accounts
from feedserver.storage.engine import Database

LEAST_S: Final = 0.5
"""How long an answer takes: longer than looking for an account and queueing its mail, so that neither is to be seen."""
MAX_TEXT_CHARS: Final = 254

_log = logging.getLogger(__name__)


class PasswordResets:
    """Sends one-time links to those who ask for them."""

    def __init__(
        self,
        db: Database,
        *,
        throttle: Throttle,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._throttle = throttle
        self._clock = clock
        self._pause = pause

    async def ask(self, login_or_email: str, *, client_address: str, address: str, mailing: Mailing) -> None:
        """Mail a link to the active accounts of that login or address, if there are any.

        Nothing tells whether there are: not the answer, not how long it takes, not what goes wrong. What is too many
        for one account, or from one address, is not sent. `address`: the client's as the history may hold it.
        """
        if not self._throttle.may_ask_reset(client_address):
            await self._pause(LEAST_S)
            return
        by = Actor(account_id=None, name="", address=address)
        await asyncio.gather(self._send(login_or_email.strip(), by, mailing), self._pause(LEAST_S))

    async def _send(self, text: str, by: Actor, mailing: Mailing) -> None:
        try:
            for account in await self._found(text):
                if self._throttle.may_send_reset(account.id):
                    await self._queue(account, by, mailing)
        except FeedserverError as error:
            _log.warning("a password reset that was asked for is not sent: %s", type(error).__name__)

    async def _found(self, text: str) -> list[Account]:
        """What can be neither is nobody's, and not looked up: PostgreSQL fails on a NUL."""
        if not text or len(text) > MAX_TEXT_CHARS or not text.isprintable():
            return []
        async with self._db.read() as tx:
            return await accounts.of_login_or_email(tx, text)

    async def _queue(self, account: Account, by: Actor, mailing: Mailing) -> None:
        async with self._db.write() as tx:
            unit = AccountUnit(tx=tx, now=self._clock.now(), by=by, mailing=mailing)
            current = await accounts.lock(tx, account.id)
            if current.is_active:
                await unit.send_link_again(current)
                await unit.note(current, "reset asked for")
