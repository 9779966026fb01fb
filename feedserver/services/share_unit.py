"""One write unit on a share: what it changes, what the history says of it, and the mails it owes; all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedserver.model.account import Account
from feedserver.model.actor import Actor
from feedserver.model.audit import Subject
from feedserver.model.notice import Mailing, NoticeKind
from feedserver.model.share import Recipient, Share, ShareKind
from feedserver.storage import accounts, audit, collections, members, notices
from feedserver.storage.engine import Tx

DOUBLE_CLICK = timedelta(minutes=1)
"""Who was sent the same a moment ago is not sent it again (threats A24, M04)."""

Person = Recipient | Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareUnit:
    """The transaction, its moment, who acts, and what is to be mailed: None is nothing."""

    tx: Tx
    now: datetime
    by: Actor
    mailing: Mailing | None

    async def accounts(self, logins: Iterable[str]) -> list[Account]:
        """The accounts of these logins or ids, each once. Raises NotFound."""
        found = [await accounts.find(self.tx, login) for login in dict.fromkeys(logins)]
        return list({account.id: account for account in found}.values())

    async def people(self, share: Share) -> Sequence[Person]:
        """Whoever may open it now by name: recipients whose link works, or members."""
        if share.kind is ShareKind.PUBLIC:
            return [recipient for recipient in share.recipients if recipient.revoked_at is None]
        return await members.of_share(self.tx, share.id)

    async def note(self, share: Share, action: str, detail: Mapping[str, str] | None = None) -> None:
        """Write what was done to the share."""
        await audit.add(
            self.tx,
            now=self.now,
            by=self.by,
            action=action,
            subject=Subject.SHARE,
            subject_id=share.id,
            subject_name=share.name,
            share_id=share.id,
            detail=detail,
        )

    async def note_people(self, share: Share, action: str, people: Iterable[Person]) -> None:
        """Write what was done to each of these, one entry for each, so that a removed account can be taken out."""
        for person in people:
            is_account = isinstance(person, Account)
            await audit.add(
                self.tx,
                now=self.now,
                by=self.by,
                action=action,
                subject=Subject.ACCOUNT if is_account else Subject.CONTACT,
                subject_id=person.id,
                subject_name=person.display_name if isinstance(person, Account) else person.email,
                share_id=share.id,
            )

    async def welcome(self, share: Share, people: Iterable[Person]) -> list[Person]:
        """Owe each of these the mail with which a share begins; those it is owed to: not who got it a moment ago."""
        since = self.now - DOUBLE_CLICK
        return [one for one in people if await self._owe(_first_mail(one), share, one, unless_since=since)]

    async def mail(self, kind: NoticeKind, share: Share, people: Iterable[Person]) -> None:
        """Owe each of these a mail."""
        for person in people:
            await self._owe(kind, share, person)

    async def _owe(
        self, kind: NoticeKind, share: Share, person: Person, *, unless_since: datetime | None = None
    ) -> bool:
        """True when the mail was queued."""
        if self.mailing is None or (isinstance(person, Account) and not person.is_active):
            return False
        whom = {"share_id": share.id, "account_id" if isinstance(person, Account) else "recipient_id": person.id}
        if unless_since and await notices.has_gone(self.tx, kind=kind, since=unless_since, now=self.now, **whom):
            return False
        await notices.queue(self.tx, kind=kind, by=self.by, mailing=self.mailing, now=self.now, **whom)
        return True

    async def describe(self, share: Share) -> dict[str, str]:
        """What the history says a new share is."""
        return {"kind": share.kind, **await self.differences(None, share)}

    async def differences(self, before: Share | None, after: Share) -> dict[str, str]:
        """Field -> what it is now, in short, for what is not as it was. Texts of notes and filters are not told."""
        told: dict[str, str] = {}
        if before is not None and before.name != after.name:
            told["name"] = after.name
        if before is None or before.entries != after.entries:
            told["calendars"] = await self._calendars(after)
        for name, bound in (("starts", "starts_at"), ("expires", "expires_at")):
            moment: datetime | None = getattr(after, bound)
            if moment != (getattr(before, bound) if before is not None else None):
                told[name] = moment.isoformat() if moment is not None else ""
        told |= {name: "" for name in ("filter", "note") if before and getattr(before, name) != getattr(after, name)}
        return told | _allowed(before, after)

    async def _calendars(self, share: Share) -> str:
        names = await collections.names(self.tx, [entry.collection_id for entry in share.entries])
        return ", ".join(f"{names.get(entry.collection_id, '')} ({entry.level})" for entry in share.entries)


def _first_mail(person: Person) -> NoticeKind:
    """Who has no password yet is asked to choose one, with the share in the same mail."""
    if isinstance(person, Recipient):
        return NoticeKind.SHARED_LINK
    return NoticeKind.SHARED_SECURED if person.password_hash else NoticeKind.CHOOSE_PASSWORD


def _allowed(before: Share | None, after: Share) -> dict[str, str]:
    """The options that are not as they were; a new share's are told where they are on."""
    told: dict[str, str] = {}
    for name, option in (("narrowing", "allows_narrowing"), ("keys", "allows_keys")):
        if getattr(after, option) != (before is not None and getattr(before, option)):
            told[name] = "yes" if getattr(after, option) else ""
    if after.embed_hosts != (before.embed_hosts if before is not None else ()):
        told["embedding"] = ", ".join(after.embed_hosts)
    if before and (before.embed_view, before.embed_color) != (after.embed_view, after.embed_color):
        told["embedded"] = ""
    return told
