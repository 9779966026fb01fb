"""Sessions: who is logged in with which browser.

A cookie is 256 random bits, of which the database keeps a digest. Every request asks the database, so that a session
that was ended, and an account that was deactivated, are out on the next request on every node (threats A07, A08).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from feedserver.model.account import Account
from feedserver.model.clock import Clock
from feedserver.model.session import Session, SignedIn
from feedserver.storage import sessions
from feedserver.storage.engine import Database

IDLE: Final = timedelta(minutes=30)
LIFETIME: Final = timedelta(hours=12)
IDLE_KEPT: Final = timedelta(days=14)
LIFETIME_KEPT: Final = timedelta(days=30)
""" "Stay signed in" (threat A10 gives the others)."""
CONFIRMED_FOR: Final = timedelta(minutes=15)
"""How long after the password was asked for sensitive things need no second asking (threat A29)."""
_SEEN_STEP: Final = timedelta(minutes=1)


class SessionService:
    """Begins, finds and ends sessions."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def begin(self, account: Account, *, agent: str, is_kept: bool = False) -> tuple[str, SignedIn]:
        """A new session and the secret of its cookie, which nobody sees again."""
        secret = secrets.token_urlsafe(32)
        now = self._clock.now()
        async with self._db.write() as tx:
            session = await sessions.add(
                tx,
                account_id=account.id,
                digest=_digest(secret),
                now=now,
                expires_at=now + (LIFETIME_KEPT if is_kept else LIFETIME),
                is_kept=is_kept,
                agent=agent,
            )
        return secret, SignedIn(session=session, account=account)

    async def find(self, secret: str) -> SignedIn | None:
        """Who is behind a cookie, when the session and the account still stand."""
        async with self._db.read() as tx:
            found = await sessions.by_digest(tx, _digest(secret))
        now = self._clock.now()
        if found is None or not found.account.is_active or _is_over(found.session, now):
            return None
        if now - found.session.seen_at < _SEEN_STEP:
            return found
        async with self._db.write() as tx:
            await sessions.change(tx, found.session.id, seen_at=now)
        return SignedIn(session=replace(found.session, seen_at=now), account=found.account)

    def is_confirmed(self, session: Session) -> bool:
        """True while sensitive things need no password."""
        return timedelta() <= self._clock.now() - session.confirmed_at < CONFIRMED_FOR

    async def confirm(self, session: Session) -> None:
        """The password was asked for just now."""
        async with self._db.write() as tx:
            await sessions.change(tx, session.id, confirmed_at=self._clock.now())

    async def list_of(self, account: Account) -> list[Session]:
        """Its open sessions, the last used first."""
        now = self._clock.now()
        async with self._db.read() as tx:
            found = await sessions.of_account(tx, account.id, now)
        return [session for session in found if not _is_over(session, now)]

    async def end(self, session_id: str, account: Account) -> bool:
        """End one session of an account; False when it has none of that id."""
        async with self._db.write() as tx:
            return await sessions.end(tx, session_id, account_id=account.id)

    async def end_others(self, session: Session) -> int:
        """End all sessions of an account but this one; how many there were."""
        async with self._db.write() as tx:
            return await sessions.end_all(tx, session.account_id, but=session.id)

    async def tell(self, session: Session, told: str) -> None:
        """Keep for the next page what it is to tell; empty when it was told."""
        async with self._db.write() as tx:
            await sessions.change(tx, session.id, told=told)

    async def forget_over(self) -> int:
        """Upkeep: rows of sessions whose time is over."""
        async with self._db.write() as tx:
            return await sessions.end_over(tx, self._clock.now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_over(session: Session, now: datetime) -> bool:
    idle = IDLE_KEPT if session.is_kept else IDLE
    return now >= session.expires_at or now - session.seen_at >= idle
