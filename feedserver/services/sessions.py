"""Sessions: who is logged in with which browser.

A cookie is 256 random bits, of which the database keeps a digest. Every request asks the database, so that a session
that was ended, and an account that was deactivated, are out on the next request on every node (threats A07, A08).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from feedserver.model.account import Account
from feedserver.model.clock import Clock
from feedserver.model.errors import CredentialsRefused, NotFound, StorageUnavailable
from feedserver.model.session import Session, SignedIn
from feedserver.storage import accounts, sessions
from feedserver.storage.engine import Database, Tx

IDLE: Final = timedelta(minutes=30)
LIFETIME: Final = timedelta(hours=12)
IDLE_KEPT: Final = timedelta(days=14)
LIFETIME_KEPT: Final = timedelta(days=30)
""" "Stay signed in" (threat A10 gives the others)."""
CONFIRMED_FOR: Final = timedelta(minutes=15)
"""How long after the password was asked for sensitive things need no second asking (threat A29)."""
_SEEN_STEP: Final = timedelta(minutes=1)
_SKEW: Final = timedelta(minutes=5)
"""How far apart the clocks of two nodes may be."""

_log = logging.getLogger(__name__)


class _SteadyTime:
    """The wall clock, but one that never goes back: set back by an hour, it would lend every session an hour more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.now()
        self._read_at_s = clock.monotonic()

    def now(self) -> datetime:
        """What the wall clock says, or what it said plus what has passed since, whichever is later (threat A10)."""
        read_at_s = self._clock.monotonic()
        passed = timedelta(seconds=read_at_s - self._read_at_s)
        self._last, self._read_at_s = max(self._clock.now(), self._last + passed), read_at_s
        return self._last


class SessionService:
    """Begins, finds and ends sessions."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._time = _SteadyTime(clock)

    async def begin(self, account: Account, *, agent: str, is_kept: bool = False) -> tuple[str, SignedIn]:
        """A new session and the secret of its cookie, which nobody sees again.

        `account`: as it was when its password was looked at. Raises CredentialsRefused when it changed since.
        """
        secret = secrets.token_urlsafe(32)
        now = self._time.now()
        async with self._db.write() as tx:
            await _refuse_changed(tx, account)
            session = await sessions.add(
                tx,
                account_id=account.id,
                digest=_digest(secret),
                now=now,
                expires_at=now + (LIFETIME_KEPT if is_kept else LIFETIME),
                is_kept=is_kept,
                agent=agent,
            )
        _log.info("session %s of account %s began", session.id, account.id)
        return secret, SignedIn(session=session, account=account)

    async def find(self, secret: str) -> SignedIn | None:
        """Who is behind a cookie, when the session and the account still stand.

        That it was used is written once a minute; where nothing can be written, pages are shown all the same (F10).
        """
        async with self._db.read() as tx:
            found = await sessions.by_digest(tx, _digest(secret))
        now = self._time.now()
        if found is None or not found.account.is_active or _is_over(found.session, now):
            return None
        if now - found.session.seen_at < _SEEN_STEP:
            return found
        try:
            async with self._db.write() as tx:
                await sessions.change(tx, found.session.id, seen_at=now)
        except StorageUnavailable:
            return found
        return SignedIn(session=replace(found.session, seen_at=now), account=found.account)

    def is_confirmed(self, session: Session) -> bool:
        """True while sensitive things need no password."""
        return timedelta() <= self._time.now() - session.confirmed_at < CONFIRMED_FOR

    async def confirm(self, session: Session) -> Session:
        """The session, for which the password was entered just now."""
        now = self._time.now()
        async with self._db.write() as tx:
            await sessions.change(tx, session.id, confirmed_at=now)
        return replace(session, confirmed_at=now)

    async def list_of(self, account: Account) -> list[Session]:
        """Its open sessions, the last used first."""
        now = self._time.now()
        async with self._db.read() as tx:
            found = await sessions.of_account(tx, account.id, now)
        return [session for session in found if not _is_over(session, now)]

    async def end(self, session_id: str, account: Account) -> bool:
        """End one session of an account; False when it has none of that id."""
        async with self._db.write() as tx:
            is_ended = await sessions.end(tx, session_id, account_id=account.id)
        if is_ended:
            _log.info("session %s of account %s ended", session_id, account.id)
        return is_ended

    async def end_others(self, session: Session) -> int:
        """End all sessions of an account but this one; how many there were."""
        async with self._db.write() as tx:
            return await sessions.end_all(tx, session.account_id, but=session.id)

    async def tell(self, session: Session, told: str) -> None:
        """Keep for the next page what it is to tell; empty when it was told."""
        async with self._db.write() as tx:
            await sessions.change(tx, session.id, told=told)

    async def forget_over(self) -> None:
        """What a worker does from time to time; it writes only when there is something to forget."""
        now = self._time.now()
        async with self._db.read() as tx:
            has_over = await sessions.has_over(tx, now)
        if has_over:
            async with self._db.write() as tx:
                await sessions.end_over(tx, now)


async def _refuse_changed(tx: Tx, account: Account) -> None:
    """A login that was on its way must not outlive the change that ends all sessions (threat A08)."""
    try:
        current = await accounts.lock(tx, account.id)
    except NotFound:
        raise CredentialsRefused from None
    if current.version != account.version:
        raise CredentialsRefused


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_over(session: Session, now: datetime) -> bool:
    """Also for one from the future: its end would be there too (threat A10)."""
    idle = IDLE_KEPT if session.is_kept else IDLE
    return now >= session.expires_at or now - session.seen_at >= idle or session.seen_at - now > _SKEW
