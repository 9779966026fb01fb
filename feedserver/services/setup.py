"""The first admin: made on a one-time link that only who starts the server sees. There is no default password."""

from __future__ import annotations

import secrets

from feedserver.model.account import Account, Role, display_name_of, email_of, login_of
from feedserver.model.actor import Actor
from feedserver.model.audit import Subject
from feedserver.model.clock import Clock
from feedserver.model.errors import LinkForged, NotFound
from feedserver.security.passwords import Hasher
from feedserver.security.signing import KeyRing, Purpose
from feedserver.services.password_rules import refuse_weak
from feedserver.storage import accounts, audit, meta
from feedserver.storage.engine import Database


class SetupService:
    """Gives out the set-up link while there is no admin, and makes the admin of whoever opens it (threats A01, A02)."""

    def __init__(self, db: Database, *, ring: KeyRing, hasher: Hasher, clock: Clock, base_url: str) -> None:
        self._db = db
        self._ring = ring
        self._hasher = hasher
        self._clock = clock
        self._base_url = base_url

    async def link(self) -> str | None:
        """The link, the same at every start until it is used; None when there is an admin."""
        async with self._db.read() as tx:
            if await accounts.has_admin(tx):
                return None
            setup_id = await meta.get(tx, meta.SETUP_ID)
        if setup_id is None:
            async with self._db.write() as tx:
                setup_id = await meta.put_first(tx, meta.SETUP_ID, secrets.token_hex(16))
        return f"{self._base_url}/admin/setup/{self._ring.sign_id(Purpose.SETUP, setup_id)}"

    async def is_open(self, token: str) -> bool:
        """True when this token makes the first admin."""
        try:
            setup_id = self._ring.verify_id(Purpose.SETUP, token)
        except LinkForged:
            return False
        async with self._db.read() as tx:
            return await meta.get(tx, meta.SETUP_ID) == setup_id and not await accounts.has_admin(tx)

    async def finish(
        self, token: str, *, login: str, display_name: str, email: str, password: str, address: str
    ) -> Account:
        """The first admin. Of two who send the form at once one is it: the token goes in the same write unit.

        Raises InvalidInput, and NotFound when the token is used, there is an admin, or it is none of ours.
        """
        login, email = login_of(login), email_of(email)
        name = display_name_of(display_name) or login
        if not await self.is_open(token):
            raise NotFound("There is no such page.")
        await refuse_weak(password)
        password_hash = await self._hasher.hash(password)
        now = self._clock.now()
        async with self._db.write() as tx:
            taken = await meta.take(tx, meta.SETUP_ID, self._ring.verify_id(Purpose.SETUP, token))
            if not taken or await accounts.has_admin(tx):
                raise NotFound("There is no such page.")
            admin = await accounts.add(
                tx,
                login=login,
                display_name=name,
                email=email,
                role=Role.ADMIN,
                password_hash=password_hash,
                now=now,
            )
            await audit.add(
                tx,
                now=now,
                by=Actor(account_id=admin.id, name=admin.display_name, address=address),
                action="set up",
                subject=Subject.ACCOUNT,
                subject_id=admin.id,
                subject_name=admin.display_name,
            )
        return admin
