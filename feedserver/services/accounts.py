"""Accounts: who may log in, and whether somebody is who they say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from feedserver.model.account import Account, Role, display_name_of, email_of, login_key, login_of
from feedserver.model.clock import Clock
from feedserver.model.errors import Conflict, CredentialsRefused, InvalidInput
from feedserver.security.passwords import Hasher
from feedserver.security.throttle import Throttle
from feedserver.storage import accounts
from feedserver.storage.engine import Database, Tx

_REFUSED = "login or password are not right"


class AccountService:
    """Adds accounts, changes them, and checks their passwords."""

    def __init__(
        self,
        db: Database,
        *,
        hasher: Hasher,
        throttle: Throttle,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._hasher = hasher
        self._throttle = throttle
        self._clock = clock
        self._pause = pause

    async def add(
        self, *, login: str, email: str, role: Role, display_name: str = "", password: str | None = None
    ) -> Account:
        """A new active account; without a password it cannot log in yet.

        Raises InvalidInput, and Conflict when the login is taken (letters' case does not count).
        """
        login, email = login_of(login), email_of(email)
        name = display_name_of(display_name) or login
        password_hash = None if password is None else await self._hash(password)
        async with self._db.write() as tx:
            return await accounts.add(
                tx,
                login=login,
                display_name=name,
                email=email,
                role=role,
                password_hash=password_hash,
                now=self._clock.now(),
            )

    async def list_all(self) -> list[Account]:
        """All accounts, sorted by login."""
        async with self._db.read() as tx:
            return await accounts.list_all(tx)

    async def find(self, login_or_id: str) -> Account:
        """The account of that login or id. Raises NotFound."""
        async with self._db.read() as tx:
            return await accounts.find(tx, login_or_id)

    async def set_password(self, login_or_id: str, password: str) -> Account:
        """The account with its new password; whatever was remembered of the old one is void.

        Raises NotFound, and InvalidInput for an empty or too long password.
        """
        account = await self.find(login_or_id)
        password_hash = await self._hash(password)
        async with self._db.write() as tx:
            return await accounts.set_password(tx, account.id, password_hash)

    async def activate(self, login_or_id: str) -> Account:
        """The account, able to log in again. Raises NotFound."""
        async with self._db.write() as tx:
            account = await accounts.find(tx, login_or_id)
            return await accounts.set_active(tx, account.id, self._clock.now(), is_active=True)

    async def deactivate(self, login_or_id: str) -> Account:
        """The account, refused from the next request on; shares of its own calendars pause.

        Raises NotFound, and Conflict for the last active admin: nobody could let them in again (threat A23).
        """
        async with self._db.write() as tx:
            account = await accounts.find(tx, login_or_id)
            if await _is_last_admin(tx, account):
                raise Conflict(f"{account.login} is the last active admin and cannot be deactivated.")
            return await accounts.set_active(tx, account.id, self._clock.now(), is_active=False)

    async def authenticate(self, login: str, passwords: Sequence[str], *, address: str) -> Account:
        """The active account of `login` when one of `passwords` is right.

        Several, because a client's bytes may be read as UTF-8 and as latin-1 (feed-contract F33). Raises
        CredentialsRefused, the same and after the same work whatever the cause: no such login, wrong, without
        password, deactivated (threats B02, B03). Too many failures slow an answer down and never lock anyone out.
        """
        key = login_key(login)
        await self._wait(self._throttle.begin_login(key, address))
        account = await self._verified(login, passwords)
        if account is None:
            await self._wait(self._throttle.login_failed(key, address))
            raise CredentialsRefused(_REFUSED)
        self._throttle.login_succeeded(key, address)
        return account

    async def _verified(self, login: str, passwords: Sequence[str]) -> Account | None:
        account = await self._by_login(login)
        known_hash = account.password_hash if account is not None and account.is_active else None
        for password in passwords:
            is_right = await self._hasher.verify(known_hash, password)
            if is_right and account is not None and known_hash is not None:
                return await self._rehashed(account, known_hash, password)
        return None

    async def _by_login(self, login: str) -> Account | None:
        """What can be no login is nobody's, and not looked up: PostgreSQL fails on a NUL (threats B10, B12)."""
        try:
            login_of(login)
        except InvalidInput:
            return None
        async with self._db.read() as tx:
            return await accounts.by_login(tx, login)

    async def _rehashed(self, account: Account, known_hash: str, password: str) -> Account:
        """The account, its hash brought to today's parameters (threat K01), unless the password changed meanwhile."""
        if not self._hasher.needs_rehash(known_hash):
            return account
        fresh_hash = await self._hasher.hash(password)
        async with self._db.write() as tx:
            current = await accounts.by_id(tx, account.id)
            if current is None or current.password_hash != known_hash:
                return account
            return await accounts.set_password(tx, account.id, fresh_hash)

    async def _wait(self, delay_s: float) -> None:
        if delay_s:
            await self._pause(delay_s)

    async def _hash(self, password: str) -> str:
        if not password:
            raise InvalidInput("the password is empty", field="password")
        return await self._hasher.hash(password)


async def _is_last_admin(tx: Tx, account: Account) -> bool:
    if account.role is not Role.ADMIN or not account.is_active:
        return False
    others = (a for a in await accounts.list_all(tx) if a.id != account.id)
    return not any(a.role is Role.ADMIN and a.is_active for a in others)
