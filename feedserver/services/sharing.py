"""Shares: making them, changing them, taking them back. Every change is effective on the very next request.

What the history says of a share (`AuditEntry.action`): "created", "edited", "activated", "deactivated", "removed",
"restored", "link rotated"; of a recipient: "link made", "link revoked", "mailed"; of a member: "member added",
"member withdrawn", "mailed".
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Unpack

from feedserver.languages.message import message
from feedserver.model.account import Account
from feedserver.model.actor import CONSOLE, Actor
from feedserver.model.clock import Clock
from feedserver.model.errors import Conflict, FeedserverError, InvalidInput, NotFound
from feedserver.model.notice import Mailing, NoticeKind
from feedserver.model.share import Recipient, Share, ShareEntry, ShareFilter, ShareKind, ShareOptions, ShareState
from feedserver.services import share_options, share_rules
from feedserver.services.links import Links, ShareLink
from feedserver.services.share_rules import ShareChanges, email_key, emails_of
from feedserver.services.share_unit import ShareUnit
from feedserver.storage import members, shares
from feedserver.storage.engine import Database

UNDO = timedelta(days=7)
"""For how long a removal can be taken back."""
MAX_AT_ONCE = 1_000

_NO_MEMBERS = message("a public share has no members; whoever has its link may open it")
_NO_LINKS = message("a secured share has no personal links; name its members by login")


class ShareAction(StrEnum):
    """What can be done to many shares at once."""

    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    REMOVE = "remove"


_STATES = {
    ShareAction.ACTIVATE: ShareState.ACTIVE,
    ShareAction.DEACTIVATE: ShareState.INACTIVE,
    ShareAction.REMOVE: ShareState.REMOVED,
}
_DONE = {ShareState.ACTIVE: "activated", ShareState.INACTIVE: "deactivated", ShareState.REMOVED: "removed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one share among many."""

    share_id: str
    name: str
    """Empty when there is no such share."""
    error: FeedserverError | None
    """None when it was done."""


class SharingService:
    """All that can be done to a share. `ref` is its id, or its name when only one has it.

    Whatever takes a `ref` raises NotFound and AmbiguousName (with the candidates); whatever changes a share raises
    Conflict when it was removed. `by` is who does it, for the history. `mailing`: those concerned get a mail, queued
    with the change itself; None, or a server that cannot send mail, is no mail.
    """

    def __init__(self, db: Database, *, links: Links, clock: Clock, has_mail: bool = False) -> None:
        """`has_mail`: mail can be sent; else nothing is queued."""
        self._db = db
        self._links = links
        self._clock = clock
        self._has_mail = has_mail

    async def create(
        self,
        *,
        name: str,
        kind: ShareKind,
        entries: Sequence[ShareEntry],
        filter: ShareFilter | None = None,  # noqa: A002 - the share's own word
        note: str = "",
        starts_at: datetime | None = None,
        expires_at: datetime | None = None,
        emails: Iterable[str] = (),
        logins: Iterable[str] = (),
        by: Actor = CONSOLE,
        form_key: str | None = None,
        mailing: Mailing | None = None,
        **options: Unpack[ShareOptions],
    ) -> Share:
        """A new active share, with a personal link for each of `emails` (public) or open to `logins` (secured).

        A form that is sent twice carries the same `form_key`, and gets the share that it made before (threat A24).
        `mailing`: recipients and members are told. Raises InvalidInput; NotFound for a login; Conflict when a calendar
        is gone.
        """
        wanted_emails, wanted_logins = emails_of(emails), tuple(dict.fromkeys(logins))
        if kind is ShareKind.PUBLIC and wanted_logins:
            raise InvalidInput(_NO_MEMBERS, field="logins")
        if kind is ShareKind.SECURED and wanted_emails:
            raise InvalidInput(_NO_LINKS, field="emails")
        share_rules.refuse_empty_validity(starts_at, expires_at)
        values = {
            "kind": kind,
            "name": share_rules.name_of(name),
            "entries": share_rules.entries_of(entries),
            "note": share_rules.note_of(note),
            "share_filter": share_rules.filter_of(filter or ShareFilter()),
            "starts_at": starts_at,
            "expires_at": expires_at,
            "emails": wanted_emails,
            **share_options.options_of(kind, options),
        }
        form_key = share_rules.form_key_of(form_key)
        try:
            async with self._unit(by, mailing) as unit:
                made = await shares.by_form_key(unit.tx, form_key) if form_key else None
                return made or await self._add(unit, values, wanted_logins, form_key)
        except Conflict:
            # Sent twice at the same moment, to two nodes.
            made = await self._made_by(form_key)
            if made is None:
                raise
            return made

    @asynccontextmanager
    async def _unit(self, by: Actor, mailing: Mailing | None = None) -> AsyncIterator[ShareUnit]:
        async with self._db.write() as tx:
            yield ShareUnit(tx=tx, now=self._clock.now(), by=by, mailing=mailing if self._has_mail else None)

    async def _add(self, unit: ShareUnit, values: dict[str, Any], logins: Iterable[str], form_key: str | None) -> Share:
        members = await unit.accounts(logins)
        account_ids = [account.id for account in members]
        share = await shares.add(unit.tx, now=unit.now, account_ids=account_ids, form_key=form_key, **values)
        await unit.note(share, "created", await unit.describe(share))
        await unit.note_people(share, "link made", share.recipients)
        await unit.note_people(share, "member added", members)
        await unit.welcome(share, [*share.recipients, *members])
        return share

    async def _made_by(self, form_key: str | None) -> Share | None:
        if form_key is None:
            return None
        async with self._db.read() as tx:
            return await shares.by_form_key(tx, form_key)

    async def find(self, ref: str) -> Share:
        """The share of that id, a removed one too, or the only one of that name."""
        async with self._db.read() as tx:
            return await shares.find(tx, ref)

    async def list_all(self, *, has_removed: bool = False) -> list[Share]:
        """Shares, sorted by name; removed ones only when `has_removed`."""
        async with self._db.read() as tx:
            return await shares.list_all(tx, has_removed=has_removed)

    async def members(self, share: Share) -> list[Account]:
        """Who may open a secured share now, sorted by login."""
        async with self._db.read() as tx:
            return await members.of_share(tx, share.id)

    def links(self, share: Share) -> tuple[ShareLink, ...]:
        """The links that work now: the general one first, then one per recipient who was not revoked."""
        return self._links.of_share(share)

    async def edit(
        self,
        ref: str,
        *,
        emails: Iterable[str] = (),
        revoked: Iterable[str] = (),
        logins: Iterable[str] = (),
        withdrawn: Iterable[str] = (),
        by: Actor = CONSOLE,
        mailing: Mailing | None = None,
        tells_end: bool = False,
        seen: Share | None = None,
        **changes: Unpack[ShareChanges],
    ) -> Share:
        """The share with all of these changes, or with none; its links stay.

        `emails` get a personal link where they have none that works, those of `revoked` (ids or addresses) end;
        `logins` may open it too, and the copies of `withdrawn` are emptied. `mailing`: whoever is new is told; with
        `tells_end` those for whom it ends, too. `seen`: what the share was when the changes were thought of. Raises
        InvalidInput, also for an audience of the wrong kind; NotFound for a login or a recipient, Conflict for a
        calendar that is not there and for a share that is not as `seen` any more.
        """
        wanted = emails_of(emails)
        async with self._unit(by, mailing) as unit:
            share = await shares.find(unit.tx, ref)
            if seen is not None and share != seen:
                raise Conflict("Somebody else changed this share at the same moment. Save it again to see what.")
            if changes:
                share = await self._change(unit, share, changes)
            share = await self._add_recipients(unit, share, wanted)
            share = await self._add_members(unit, share, logins)
            share, left = await self._revoke(unit, share, revoked)
            share, gone = await self._withdraw(unit, share, withdrawn)
            if tells_end:
                await unit.mail(NoticeKind.SHARING_ENDED, share, [*left, *gone])
            return share

    async def _change(self, unit: ShareUnit, share: Share, changes: ShareChanges) -> Share:
        after = await shares.edit(unit.tx, share_rules.changed(share, changes), unit.now)
        if told := await unit.differences(share, after):
            await unit.note(after, "edited", told)
        return after

    async def _add_recipients(self, unit: ShareUnit, share: Share, emails: Iterable[str]) -> Share:
        held = {email_key(recipient.email) for recipient in share.recipients if recipient.revoked_at is None}
        missing = [email for email in emails if email_key(email) not in held]
        if not missing:
            return share
        if share.kind is not ShareKind.PUBLIC:
            raise InvalidInput(_NO_LINKS, field="emails")
        after = await shares.add_recipients(unit.tx, share.id, missing, unit.now)
        fresh = [recipient for recipient in after.recipients if share.recipient(recipient.id) is None]
        await unit.note_people(after, "link made", fresh)
        await unit.welcome(after, fresh)
        return after

    async def _add_members(self, unit: ShareUnit, share: Share, logins: Iterable[str]) -> Share:
        granted = await unit.accounts(logins)
        if granted and share.kind is not ShareKind.SECURED:
            raise InvalidInput(_NO_MEMBERS, field="logins")
        fresh = [account for account in granted if not _is_member(share, account.id)]
        for account in fresh:
            share = await shares.grant(unit.tx, share.id, account.id, unit.now)
        await unit.note_people(share, "member added", fresh)
        await unit.welcome(share, fresh)
        return share

    async def _revoke(self, unit: ShareUnit, share: Share, revoked: Iterable[str]) -> tuple[Share, list[Recipient]]:
        """The share, and whose links ended."""
        chosen = {one.id: one for one in (_recipient_of(share, text) for text in revoked)}
        ended = [recipient for recipient in chosen.values() if recipient.revoked_at is None]
        for recipient in ended:
            share = await shares.revoke_recipient(unit.tx, share.id, recipient.id, unit.now)
        await unit.note_people(share, "link revoked", ended)
        return share, ended

    async def _withdraw(self, unit: ShareUnit, share: Share, logins: Iterable[str]) -> tuple[Share, list[Account]]:
        """The share, and who was a member until now. Raises NotFound for who never was."""
        withdrawn = await unit.accounts(logins)
        gone = [account for account in withdrawn if _is_member(share, account.id)]
        for account in withdrawn:
            share = await shares.withdraw(unit.tx, share.id, account.id, unit.now)
        await unit.note_people(share, "member withdrawn", gone)
        return share, gone

    async def mail_links(
        self, ref: str, emails: Iterable[str], *, mailing: Mailing | None = None, by: Actor = CONSOLE
    ) -> Share:
        """The public share with a personal link for each address; each is mailed its link, those that had one again.

        Raises InvalidInput, also for a secured share.
        """
        wanted = emails_of(emails)
        async with self._unit(by, mailing) as unit:
            share = await shares.find(unit.tx, ref)
            if share.kind is not ShareKind.PUBLIC:
                raise InvalidInput(_NO_LINKS, field="emails")
            known = [one for one in share.recipients if one.revoked_at is None and _is_among(one.email, wanted)]
            share = await self._add_recipients(unit, share, wanted)
            await self._send_again(unit, share, known)
            return share

    async def remind(
        self, ref: str, logins: Iterable[str], *, mailing: Mailing | None = None, by: Actor = CONSOLE
    ) -> Share:
        """The secured share; these members are told of it again. Raises InvalidInput for who is none, and NotFound."""
        async with self._unit(by, mailing) as unit:
            share = await shares.find(unit.tx, ref)
            members = await unit.accounts(logins)
            if not all(_is_member(share, account.id) for account in members):
                raise InvalidInput("only members of a share can be told of it", field="logins")
            await self._send_again(unit, share, members)
            return share

    async def _send_again(self, unit: ShareUnit, share: Share, people: Sequence[Recipient | Account]) -> None:
        if share.state is ShareState.REMOVED:
            raise Conflict("This share was removed. Bring it back, or make a new one.")
        if unit.mailing is not None:
            await unit.note_people(share, "mailed", await unit.welcome(share, people))

    async def act(
        self, refs: Iterable[str], action: ShareAction, *, by: Actor = CONSOLE, mailing: Mailing | None = None
    ) -> list[Outcome]:
        """What became of each, in the order given; one that fails keeps none of the others.

        `mailing`: those for whom sharing ends are told. Raises InvalidInput for too many.
        """
        wanted = list(dict.fromkeys(refs))
        if len(wanted) > MAX_AT_ONCE:
            raise InvalidInput("at most {max} shares can be changed at once", field="share", max=MAX_AT_ONCE)
        return [await self._outcome(ref, _STATES[action], by, mailing) for ref in wanted]

    async def _outcome(self, ref: str, state: ShareState, by: Actor, mailing: Mailing | None) -> Outcome:
        name = ""
        try:
            async with self._unit(by, mailing) as unit:
                share = await shares.find(unit.tx, ref)
                name = share.name
                await self._turn(unit, share, state)
        except FeedserverError as error:
            return Outcome(share_id=ref, name=name, error=error)
        return Outcome(share_id=share.id, name=name, error=None)

    async def activate(self, ref: str, *, by: Actor = CONSOLE) -> Share:
        """The share, open again; every stamp of its feed is newer than what its subscribers were told meanwhile."""
        return await self._set_state(ref, ShareState.ACTIVE, by)

    async def deactivate(self, ref: str, *, by: Actor = CONSOLE, mailing: Mailing | None = None) -> Share:
        """The share, off until it is activated; its subscribers' copies are emptied as they ask."""
        return await self._set_state(ref, ShareState.INACTIVE, by, mailing)

    async def remove(self, ref: str, *, by: Actor = CONSOLE, mailing: Mailing | None = None) -> Share:
        """The share, off; for `UNDO` it can be restored, then no longer."""
        return await self._set_state(ref, ShareState.REMOVED, by, mailing)

    async def _set_state(self, ref: str, state: ShareState, by: Actor, mailing: Mailing | None = None) -> Share:
        async with self._unit(by, mailing) as unit:
            return await self._turn(unit, await shares.find(unit.tx, ref), state)

    async def _turn(self, unit: ShareUnit, share: Share, state: ShareState) -> Share:
        after = await shares.set_state(unit.tx, share.id, state, unit.now)
        if after.state is share.state:
            return after
        await unit.note(after, _DONE[state])
        if state is not ShareState.ACTIVE and unit.mailing is not None:
            await unit.mail(NoticeKind.SHARING_ENDED, after, await unit.people(after))
        return after

    async def restore(self, ref: str, *, by: Actor = CONSOLE) -> Share:
        """The removed share as it was before, its links too; nothing changes when it is not removed (any more).

        `ref`: its id, or its name when only one removed share has it.
        Raises Conflict when it was removed more than `UNDO` ago, or because its calendars are gone.
        """
        async with self._unit(by) as unit:
            share = await shares.find(unit.tx, ref, is_removed=True)
            after = await shares.restore(unit.tx, share.id, unit.now, within=UNDO)
            if after.state is not share.state:
                await unit.note(after, "restored")
            return after

    async def rotate(
        self, ref: str, *, serial: int | None = None, by: Actor = CONSOLE, mailing: Mailing | None = None
    ) -> Share:
        """The share with new links, general and personal; whoever has an old one is told that it is over.

        `mailing`: recipients and members are sent their new one. `serial`: of the links that are to end; Conflict when
        they have ended already.
        """
        async with self._unit(by, mailing) as unit:
            share = await shares.find(unit.tx, ref)
            after = await shares.rotate(unit.tx, share.id, unit.now)
            if serial is not None and after.serial != serial + 1:
                raise Conflict("This link had been replaced already; it was not replaced again.")
            await unit.note(after, "link rotated")
            if unit.mailing is not None:
                await unit.mail(NoticeKind.LINK_REPLACED, after, await unit.people(after))
            return after


def _is_member(share: Share, account_id: str) -> bool:
    grant = share.grant(account_id)
    return grant is not None and grant.withdrawn_at is None


def _is_among(email: str, wanted: Iterable[str]) -> bool:
    return email_key(email) in {email_key(one) for one in wanted}


def _recipient_of(share: Share, id_or_email: str) -> Recipient:
    """One whose link works, if there is one of that address."""
    key = email_key(id_or_email)
    fitting = [r for r in share.recipients if id_or_email == r.id or key == email_key(r.email)]
    if not fitting:
        raise NotFound("This share has no such recipient.")
    return min(fitting, key=lambda recipient: recipient.revoked_at is not None)
