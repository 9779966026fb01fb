"""Invitations: one-time links on which an account's owner chooses the password.

A link is signed by the key ring, under a purpose of its own, over a random id that the database keeps: nobody makes
links from a stolen database, and the newest of an account is the only one that works.
"""

from __future__ import annotations

from datetime import datetime

from feedserver.model.account import Account
from feedserver.model.actor import Actor
from feedserver.model.clock import Clock
from feedserver.model.errors import LinkForged, NotFound
from feedserver.model.invitation import Invitation, PasswordLink
from feedserver.security.passwords import Hasher
from feedserver.security.signing import KeyRing, Purpose
from feedserver.services.account_unit import LINK_LIFETIME, AccountUnit
from feedserver.services.password_rules import refuse_weak
from feedserver.storage import accounts, invitations
from feedserver.storage.engine import Database, Tx


class InvitationService:
    """Gives out these links and takes the password that is chosen on one. `AccountService` makes and voids them."""

    def __init__(self, db: Database, *, ring: KeyRing, hasher: Hasher, clock: Clock, base_url: str) -> None:
        self._db = db
        self._ring = ring
        self._hasher = hasher
        self._clock = clock
        self._base_url = base_url

    async def link_of(self, account: Account) -> PasswordLink | None:
        """The link that works now, for an admin to hand over; None when there is none."""
        async with self._db.read() as tx:
            found = await invitations.of_account(tx, account.id)
        if found is None or not account.is_active or self._clock.now() >= found.expires_at:
            return None
        return PasswordLink(url=self._url(found), expires_at=found.expires_at)

    async def url_to_mail(self, account_id: str) -> str | None:
        """The link for the mail that is being sent, its 72 hours counted from now; None: such a mail is not true.

        Whoever has no password yet is always given one, and who has one only when a reset is open.
        """
        async with self._db.write() as tx:
            if await accounts.by_id(tx, account_id) is None:
                return None
            account = await accounts.lock(tx, account_id)
            if not account.is_active:
                return None
            now = self._clock.now()
            found = await invitations.of_account(tx, account_id)
            if found is None and account.password_hash is not None:
                return None
            if found is None:
                found = await invitations.renew(tx, account_id, now=now, expires_at=now + LINK_LIFETIME)
            await invitations.extend(tx, found.id, now + LINK_LIFETIME)
            return self._url(found)

    def _url(self, invitation: Invitation) -> str:
        return f"{self._base_url}/account/password/{self._ring.sign_id(Purpose.INVITATION, invitation.id)}"

    async def open(self, token: str) -> Account | None:
        """Whose password is chosen on this link, while it works."""
        try:
            invitation_id = self._ring.verify_id(Purpose.INVITATION, token)
        except LinkForged:
            return None
        async with self._db.read() as tx:
            return await _account_behind(tx, invitation_id, self._clock.now())

    async def accept(self, token: str, password: str, *, address: str) -> Account:
        """The account with the password that its owner chose; the link is used up, and all its sessions end.

        Raises InvalidInput for a weak password, which leaves the link as it is; NotFound when it does not work.
        """
        account = await self.open(token)
        if account is None:
            raise NotFound("This link no longer works.")
        await refuse_weak(password)
        password_hash = await self._hasher.hash(password)
        owner = Actor(account_id=account.id, name=account.display_name, address=address)
        async with self._db.write() as tx:
            unit = AccountUnit(tx=tx, now=self._clock.now(), by=owner)
            invitation_id = self._ring.verify_id(Purpose.INVITATION, token)
            await accounts.lock(tx, account.id)
            current = await _account_behind(tx, invitation_id, unit.now)
            if current is None or not await invitations.use(tx, invitation_id, unit.now):
                raise NotFound("This link no longer works.")
            changed = await accounts.set_password(tx, account.id, password_hash)
            await unit.shut_out(changed)
            await unit.note(changed, "password chosen")
            return changed


async def _account_behind(tx: Tx, invitation_id: str, now: datetime) -> Account | None:
    invitation = await invitations.by_id(tx, invitation_id)
    if invitation is None or invitation.used_at is not None or now >= invitation.expires_at:
        return None
    newest = await invitations.of_account(tx, invitation.account_id)
    account = await accounts.by_id(tx, invitation.account_id)
    is_it = newest is not None and newest.id == invitation_id
    return account if is_it and account is not None and account.is_active else None
