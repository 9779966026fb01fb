"""Accounts: who may log in, and whether somebody is who they say.

What the history says of an account (`AuditEntry.action`): "added", "edited", "activated", "deactivated", "removed",
"invited", "reset sent", "reset asked for", "password chosen", "password changed", "password set", "set up".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypedDict, Unpack

from feedserver.languages.message import message
from feedserver.model.account import Account, Role, display_name_of, email_of, login_key, login_of
from feedserver.model.account_listing import AccountPage, AccountQuery
from feedserver.model.actor import CONSOLE, Actor
from feedserver.model.clock import Clock
from feedserver.model.errors import Conflict, CredentialsRefused, InvalidInput
from feedserver.model.notice import Mailing
from feedserver.model.session import Session
from feedserver.security.passwords import Hasher
from feedserver.security.throttle import Throttle
from feedserver.services.account_unit import AccountUnit
from feedserver.services.password_rules import refuse_weak
from feedserver.storage import account_listing, accounts, audit, invitations, notices
from feedserver.storage.engine import Database

MAX_TEXT_CHARS = 200
MAX_PER_PAGE = 500

_REFUSED = message("login or password are not right")

_log = logging.getLogger(__name__)


class AccountChanges(TypedDict, total=False):
    """What an edit may change; what is absent stays."""

    login: str
    display_name: str
    email: str
    role: Role
    language: str | None
    timezone: str | None


class AccountService:
    """Adds accounts, changes them, and checks their passwords. `ref` is an account's login or id.

    Whatever takes a `ref` raises NotFound. `by` is who does it, for the history. `mailing`: whoever is concerned gets a
    mail, queued with the change itself; None, or a server that cannot send mail, is no mail.
    """

    def __init__(
        self,
        db: Database,
        *,
        hasher: Hasher,
        throttle: Throttle,
        clock: Clock,
        has_mail: bool = False,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`has_mail`: mail can be sent; else nothing is queued."""
        self._db = db
        self._hasher = hasher
        self._throttle = throttle
        self._clock = clock
        self._has_mail = has_mail
        self._pause = pause

    @asynccontextmanager
    async def _unit(self, by: Actor, mailing: Mailing | None = None) -> AsyncIterator[AccountUnit]:
        async with self._db.write() as tx:
            yield AccountUnit(tx=tx, now=self._clock.now(), by=by, mailing=mailing if self._has_mail else None)

    async def add(
        self,
        *,
        login: str,
        email: str,
        role: Role,
        display_name: str = "",
        password: str | None = None,
        language: str | None = None,
        by: Actor = CONSOLE,
        mailing: Mailing | None = None,
    ) -> Account:
        """A new active account; without a password it cannot log in yet.

        `mailing`: it gets a one-time link to choose one, to be handed over where no mail can be sent. Raises
        InvalidInput, and LoginTaken (letters' case does not count).
        """
        login, email = login_of(login), email_of(email)
        name = display_name_of(display_name) or login
        password_hash = None if password is None else await self._hash(password)
        async with self._unit(by, mailing) as unit:
            made = await accounts.add(
                unit.tx,
                login=login,
                display_name=name,
                email=email,
                role=role,
                password_hash=password_hash,
                language=language,
                now=unit.now,
            )
            await unit.note(made, "added", {"role": made.role})
            if mailing is not None:
                await unit.send_link(made)
            return made

    async def list_all(self) -> list[Account]:
        """All accounts, sorted by login."""
        async with self._db.read() as tx:
            return await accounts.list_all(tx)

    async def page(self, query: AccountQuery) -> AccountPage:
        """The page asked for, or the last one. Raises InvalidInput for what cannot be asked."""
        if len(query.text) > MAX_TEXT_CHARS or "\0" in query.text or not 1 <= query.per_page <= MAX_PER_PAGE:
            raise InvalidInput("search for at most {max} characters", field="text", max=MAX_TEXT_CHARS)
        async with self._db.read() as tx:
            total = await account_listing.count(tx, query)
            pages = max(1, -(-total // query.per_page))
            page = min(max(query.page, 1), pages)
            rows = await account_listing.page(tx, query, offset=(page - 1) * query.per_page)
        return AccountPage(rows=tuple(rows), total=total, page=page, pages=pages)

    async def find(self, ref: str) -> Account:
        """The account of that login or id."""
        async with self._db.read() as tx:
            return await accounts.find(tx, ref)

    async def edit(self, ref: str, *, by: Actor = CONSOLE, **changes: Unpack[AccountChanges]) -> Account:
        """The account with these changes.

        Another role ends its sessions and its one-time link (threat A08), and a guest's calendars become the
        organisation's. Another address ends the one-time link that went to the old one. Raises InvalidInput,
        LoginTaken, and Conflict when the last active admin would be none.
        """
        async with self._unit(by) as unit:
            kept = await accounts.lock(unit.tx, ref)
            wanted = _changed(kept, changes)
            if wanted == kept:
                return kept
            if wanted.role is not kept.role:
                await self._change_role(unit, kept, wanted.role)
            if wanted.email != kept.email:
                await invitations.void(unit.tx, kept.id)
            after = await accounts.edit(unit.tx, wanted)
            await unit.note(after, "edited", _differences(kept, after))
            return after

    async def _change_role(self, unit: AccountUnit, account: Account, role: Role) -> None:
        await unit.keep_an_admin(account)
        await unit.shut_out(account)
        if role is Role.GUEST:
            await accounts.disown(unit.tx, account.id)

    async def activate(self, ref: str, *, by: Actor = CONSOLE) -> Account:
        """The account, able to log in again."""
        return await self._set_active(ref, by, is_active=True)

    async def deactivate(self, ref: str, *, by: Actor = CONSOLE) -> Account:
        """The account, refused from the next request on; its sessions end, shares of its own calendars pause.

        Raises Conflict for the last active admin.
        """
        return await self._set_active(ref, by, is_active=False)

    async def _set_active(self, ref: str, by: Actor, *, is_active: bool) -> Account:
        async with self._unit(by) as unit:
            account = await accounts.lock(unit.tx, ref)
            if account.is_active is is_active:
                return account
            if not is_active:
                await unit.keep_an_admin(account)
                await unit.shut_out(account)
            changed = await accounts.set_active(unit.tx, account.id, unit.now, is_active=is_active)
            await unit.note(changed, "activated" if is_active else "deactivated")
            return changed

    async def remove(self, ref: str, *, by: Actor = CONSOLE) -> Account:
        """The account that is no more (threat P04).

        With it go its sessions, its one-time link, the mails it was owed, and what it was let see; its calendars become
        the organisation's, and the history calls it by a made-up name. Raises Conflict for the last active admin.
        """
        async with self._unit(by) as unit:
            account = await accounts.lock(unit.tx, ref)
            await unit.keep_an_admin(account)
            pseudonym = f"former account {account.id[:4]}"
            await unit.note(account, "removed")
            await audit.pseudonymise(unit.tx, account.id, pseudonym)
            await notices.forget_sender(unit.tx, account.id)
            await accounts.remove(unit.tx, account, unit.now)
            return account

    async def invite(self, ref: str, *, by: Actor = CONSOLE, mailing: Mailing | None = None) -> Account:
        """The account, with a new one-time link on which it chooses its first password; earlier ones are void.

        Raises Conflict when it is inactive, or has a password.
        """
        async with self._unit(by, mailing) as unit:
            account = await accounts.lock(unit.tx, ref)
            if account.password_hash is not None:
                raise Conflict("{name} has chosen a password already.", name=account.display_name)
            await _send_link(unit, account, "invited")
            return account

    async def reset(self, ref: str, *, by: Actor = CONSOLE, mailing: Mailing | None = None) -> Account:
        """The account, with a one-time link on which it chooses a new password; until then the old one works.

        Raises Conflict when it is inactive.
        """
        async with self._unit(by, mailing) as unit:
            account = await accounts.lock(unit.tx, ref)
            await _send_link(unit, account, "reset sent")
            return account

    async def set_password(self, ref: str, password: str, *, by: Actor = CONSOLE) -> Account:
        """The account with the password that an administrator chose; its sessions and its one-time link end.

        Raises InvalidInput for an empty or too long password.
        """
        account = await self.find(ref)
        password_hash = await self._hash(password)
        async with self._unit(by) as unit:
            return await _replace_password(unit, account.id, password_hash, "password set")

    async def change_password(
        self, account: Account, *, current: str, new: str, keep: Session, by: Actor, address: str
    ) -> Account:
        """The account with the password that its owner chose; all its sessions but `keep` end (threat A08).

        Raises CredentialsRefused when `current` is not right, and InvalidInput for one that is too weak (threat A27).
        """
        proven = await self.authenticate(account.login, [current], address=address)
        await refuse_weak(new)
        password_hash = await self._hash(new)
        async with self._unit(by) as unit:
            if (await accounts.lock(unit.tx, account.id)).version != proven.version:
                raise CredentialsRefused(_REFUSED)  # what was proven may be no password any more
            return await _replace_password(unit, account.id, password_hash, "password changed", keep=keep.id)

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
        # ASVS 16.3.1. What was typed is not named: people type their password into the wrong field.
        _log.info("login of account %s refused", account.id if account is not None else "(unknown)")
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


async def _replace_password(
    unit: AccountUnit, account_id: str, password_hash: str, action: str, *, keep: str | None = None
) -> Account:
    changed = await accounts.set_password(unit.tx, account_id, password_hash)
    await unit.shut_out(changed, but=keep)
    await unit.note(changed, action)
    return changed


async def _send_link(unit: AccountUnit, account: Account, action: str) -> None:
    if not account.is_active:
        raise Conflict("{name} is deactivated. Reactivate the account first.", name=account.display_name)
    await unit.send_link(account)
    await unit.note(account, action)


def _changed(account: Account, changes: AccountChanges) -> Account:
    """Raises InvalidInput."""
    login = login_of(changes.get("login", account.login))
    return replace(
        account,
        login=login,
        display_name=display_name_of(changes.get("display_name", account.display_name)) or login,
        email=email_of(changes.get("email", account.email)),
        role=changes.get("role", account.role),
        language=changes.get("language", account.language),
        timezone=changes.get("timezone", account.timezone),
    )


def _differences(before: Account, after: Account) -> dict[str, str]:
    """What the history says; the address itself is not in it."""
    told = {
        name: str(getattr(after, name)) for name in ("login", "display_name", "role") if _differs(name, before, after)
    }
    return told | {name: "" for name in ("email", "language", "timezone") if _differs(name, before, after)}


def _differs(name: str, before: Account, after: Account) -> bool:
    return bool(getattr(before, name) != getattr(after, name))
