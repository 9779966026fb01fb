"""One write unit on an account: what it changes, what the history says of it, and the mail it owes; all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feedserver.model.account import Account, Role
from feedserver.model.actor import Actor
from feedserver.model.audit import Subject
from feedserver.model.errors import Conflict
from feedserver.model.notice import Mailing, NoticeKind
from feedserver.storage import accounts, audit, invitations, notices, sessions
from feedserver.storage.engine import Tx

LINK_LIFETIME: Final = timedelta(hours=72)
"""How long a one-time link for a password works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnit:
    """The transaction, its moment, who acts, and what is to be mailed: None is nothing."""

    tx: Tx
    now: datetime
    by: Actor
    mailing: Mailing | None = None

    async def note(self, account: Account, action: str, detail: Mapping[str, str] | None = None) -> None:
        """Write what was done to the account."""
        await audit.add(
            self.tx,
            now=self.now,
            by=self.by,
            action=action,
            subject=Subject.ACCOUNT,
            subject_id=account.id,
            subject_name=account.display_name,
            detail=detail,
        )

    async def keep_an_admin(self, account: Account) -> None:
        """Raises Conflict for the last active admin: nobody could let them in again (threat A23)."""
        if account.role is Role.ADMIN and account.is_active and await accounts.is_last_admin(self.tx, account):
            raise Conflict(
                "{name} is the last active administrator. Make somebody else one first.", name=account.display_name
            )

    async def shut_out(self, account: Account, *, but: str | None = None) -> None:
        """End its sessions (`but` one, by id) and its one-time link."""
        await sessions.end_all(self.tx, account.id, but=but)
        await invitations.void(self.tx, account.id)

    async def send_link(self, account: Account) -> None:
        """A new one-time link on which it chooses a password, mailed when mail is wanted; earlier ones are void."""
        await invitations.renew(self.tx, account.id, now=self.now, expires_at=self.now + LINK_LIFETIME)
        await self._mail_link(account)

    async def send_link_again(self, account: Account) -> None:
        """The link that works, or a new one: whoever asks in somebody's name must not void what they were sent."""
        known = await invitations.of_account(self.tx, account.id)
        if known is None or self.now >= known.expires_at:
            await self.send_link(account)
        else:
            await self._mail_link(account)

    async def _mail_link(self, account: Account) -> None:
        if self.mailing is not None:
            kind = NoticeKind.RESET_PASSWORD if account.password_hash else NoticeKind.CHOOSE_PASSWORD
            await notices.queue(
                self.tx, kind=kind, by=self.by, mailing=self.mailing, now=self.now, account_id=account.id
            )
