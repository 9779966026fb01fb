"""Shares: making them, changing them, taking them back. Every change is effective on the very next request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict, Unpack

from feedserver.model.account import email_of
from feedserver.model.clock import Clock
from feedserver.model.errors import InvalidInput, NotFound
from feedserver.model.share import Recipient, Share, ShareEntry, ShareFilter, ShareKind, ShareState
from feedserver.services.links import Links, ShareLink
from feedserver.storage import accounts, shares
from feedserver.storage.engine import Database, Tx

MAX_NAME_CHARS = 200
MAX_NOTE_CHARS = 10_000
MAX_ENTRIES = 100
MAX_WORDS = 100
MAX_DAYS = 36_500


class ShareChanges(TypedDict, total=False):
    """What an edit may change; what is absent stays."""

    name: str
    note: str
    entries: Sequence[ShareEntry]
    filter: ShareFilter
    starts_at: datetime | None
    expires_at: datetime | None


class SharingService:
    """All that can be done to a share. `ref` is its id, or its name when only one has it.

    Whatever takes a `ref` raises NotFound and AmbiguousName (with the candidates); whatever changes a share raises
    Conflict when it was removed: that is for good.
    """

    def __init__(self, db: Database, *, links: Links, clock: Clock) -> None:
        self._db = db
        self._links = links
        self._clock = clock

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
    ) -> Share:
        """A new active share, with a personal link for each of `emails` (public) or open to `logins` (secured).

        Raises InvalidInput; NotFound for a login; Conflict when a calendar is gone.
        """
        wanted_emails, wanted_logins = _emails_of(emails), tuple(dict.fromkeys(logins))
        if kind is ShareKind.PUBLIC and wanted_logins:
            raise InvalidInput("a public share has no members; whoever has its link may open it", field="logins")
        if kind is ShareKind.SECURED and wanted_emails:
            raise InvalidInput("a secured share has no personal links; name its members by login", field="emails")
        named, noted, shown = _name_of(name), _note_of(note), _entries_of(entries)
        filtered = _filter_of(filter or ShareFilter())
        _refuse_empty_validity(starts_at, expires_at)
        async with self._db.write() as tx:
            return await shares.add(
                tx,
                kind=kind,
                name=named,
                entries=shown,
                now=self._clock.now(),
                note=noted,
                share_filter=filtered,
                starts_at=starts_at,
                expires_at=expires_at,
                emails=wanted_emails,
                account_ids=[(await accounts.find(tx, login)).id for login in wanted_logins],
            )

    async def find(self, ref: str) -> Share:
        """The share of that id, a removed one too, or the only one of that name."""
        async with self._db.read() as tx:
            return await shares.find(tx, ref)

    async def list_all(self, *, has_removed: bool = False) -> list[Share]:
        """Shares, sorted by name; removed ones only when `has_removed`."""
        async with self._db.read() as tx:
            return await shares.list_all(tx, has_removed=has_removed)

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
        **changes: Unpack[ShareChanges],
    ) -> Share:
        """The share with all of these changes, or with none; its links stay.

        `emails` get a personal link where they have none that works, those of `revoked` (ids or addresses) end;
        `logins` may open it too, and the copies of `withdrawn` are emptied. Raises InvalidInput, also for an audience
        of the wrong kind; NotFound for a login or a recipient, Conflict for a calendar that is not there.
        """
        wanted = _emails_of(emails)
        async with self._db.write() as tx:
            share = await shares.find(tx, ref)
            if changes:
                share = await shares.edit(tx, _changed(share, changes), self._clock.now())
            share = await self._change_recipients(tx, share, wanted, revoked)
            return await self._change_members(tx, share, logins, withdrawn)

    async def _change_recipients(self, tx: Tx, share: Share, emails: Iterable[str], revoked: Iterable[str]) -> Share:
        now = self._clock.now()
        held = {recipient.email for recipient in share.recipients if recipient.revoked_at is None}
        missing = [email for email in emails if email not in held]
        if missing and share.kind is not ShareKind.PUBLIC:
            raise InvalidInput("a secured share has no personal links; name its members by login", field="emails")
        if missing:
            share = await shares.add_recipients(tx, share.id, missing, now)
        for recipient in revoked:
            share = await shares.revoke_recipient(tx, share.id, _recipient_of(share, recipient).id, now)
        return share

    async def _change_members(self, tx: Tx, share: Share, logins: Iterable[str], withdrawn: Iterable[str]) -> Share:
        now = self._clock.now()
        granted = await _account_ids(tx, logins)
        if granted and share.kind is not ShareKind.SECURED:
            raise InvalidInput("a public share has no members; whoever has its link may open it", field="logins")
        for account_id in granted:
            share = await shares.grant(tx, share.id, account_id, now)
        for account_id in await _account_ids(tx, withdrawn):
            share = await shares.withdraw(tx, share.id, account_id, now)
        return share

    async def activate(self, ref: str) -> Share:
        """The share, open again; every stamp of its feed is newer than what its subscribers were told meanwhile."""
        return await self._set_state(ref, ShareState.ACTIVE)

    async def deactivate(self, ref: str) -> Share:
        """The share, off until it is activated; its subscribers' copies are emptied as they ask."""
        return await self._set_state(ref, ShareState.INACTIVE)

    async def remove(self, ref: str) -> Share:
        """The share, off for good."""
        return await self._set_state(ref, ShareState.REMOVED)

    async def _set_state(self, ref: str, state: ShareState) -> Share:
        async with self._db.write() as tx:
            share = await shares.find(tx, ref)
            return await shares.set_state(tx, share.id, state, self._clock.now())

    async def rotate(self, ref: str) -> Share:
        """The share with new links, general and personal; whoever has an old one is told that it is over."""
        async with self._db.write() as tx:
            share = await shares.find(tx, ref)
            return await shares.rotate(tx, share.id, self._clock.now())


async def _account_ids(tx: Tx, logins: Iterable[str]) -> list[str]:
    return [(await accounts.find(tx, login)).id for login in dict.fromkeys(logins)]


def _changed(share: Share, changes: ShareChanges) -> Share:
    changed = replace(
        share,
        name=_name_of(changes["name"]) if "name" in changes else share.name,
        note=_note_of(changes["note"]) if "note" in changes else share.note,
        entries=_entries_of(changes["entries"]) if "entries" in changes else share.entries,
        filter=_filter_of(changes["filter"]) if "filter" in changes else share.filter,
        starts_at=changes.get("starts_at", share.starts_at),
        expires_at=changes.get("expires_at", share.expires_at),
    )
    _refuse_empty_validity(changed.starts_at, changed.expires_at)
    return changed


def _recipient_of(share: Share, id_or_email: str) -> Recipient:
    """One whose link works, if there is one of that address."""
    fitting = [r for r in share.recipients if id_or_email in (r.id, r.email)]
    if not fitting:
        raise NotFound(f"Share {share.id} has no such recipient.")
    return min(fitting, key=lambda recipient: recipient.revoked_at is not None)


def _name_of(text: str) -> str:
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise InvalidInput(f"a name is one line of 1 to {MAX_NAME_CHARS} characters", field="name")
    return name


def _note_of(text: str) -> str:
    if len(text) > MAX_NOTE_CHARS or "\0" in text:
        raise InvalidInput(f"a note has at most {MAX_NOTE_CHARS} characters", field="note")
    return text


def _entries_of(entries: Sequence[ShareEntry]) -> tuple[ShareEntry, ...]:
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise InvalidInput(f"a share shows 1 to {MAX_ENTRIES} calendars", field="entries")
    if len({entry.collection_id for entry in entries}) < len(entries):
        raise InvalidInput("a calendar is named twice", field="entries")
    return tuple(entries)


def _filter_of(wanted: ShareFilter) -> ShareFilter:
    days = (wanted.days_back, wanted.days_ahead)
    if any(value is not None and not 0 <= value <= MAX_DAYS for value in days):
        raise InvalidInput(f"days are between 0 and {MAX_DAYS}", field="filter")
    return replace(
        wanted,
        categories_in=_words_of(wanted.categories_in),
        categories_out=_words_of(wanted.categories_out),
        words=_words_of(wanted.words),
    )


def _words_of(words: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once, none empty."""
    kept = tuple(sorted({word.strip() for word in words}))
    if len(kept) > MAX_WORDS or not all(w and len(w) <= MAX_NAME_CHARS and w.isprintable() for w in kept):
        raise InvalidInput(f"a filter has at most {MAX_WORDS} words, each one line and none empty", field="filter")
    return kept


def _refuse_empty_validity(starts_at: datetime | None, expires_at: datetime | None) -> None:
    if starts_at is not None and expires_at is not None and expires_at <= starts_at:
        raise InvalidInput("a share expires after it starts", field="expires_at")


def _emails_of(emails: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(email_of(email) for email in emails))
