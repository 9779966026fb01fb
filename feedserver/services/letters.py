"""Letters: what a notice says at the moment it is sent, or that there is nothing to say any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedserver.languages.catalogue import Languages
from feedserver.mail.compose import compose
from feedserver.mail.letter import Letter
from feedserver.mail.occasion import Occasion, SharedCalendar
from feedserver.model.account import Account
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.notice import Notice, NoticeKind
from feedserver.model.share import DetailLevel, FeedLink, Recipient, Share, Standing, standing_of
from feedserver.services.links import Links
from feedserver.services.subscribing import ways
from feedserver.storage import accounts, shares
from feedserver.storage.engine import Database, Tx

InvitationUrl = Callable[[str], Awaitable[str | None]]
"""From an account's id to its one-time link; None when it has no open invitation."""

_OPEN = frozenset({Standing.LIVE, Standing.NOT_YET})
_OF_PASSWORDS = frozenset({NoticeKind.CHOOSE_PASSWORD, NoticeKind.RESET_PASSWORD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A letter and where it goes."""

    to: str
    letter: Letter

    def __repr__(self) -> str:
        """Without the address."""
        return "Post()"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
    """What a notice is about, as it stands now."""

    share: Share | None
    collections: tuple[Collection, ...]
    recipient: Recipient | None
    account: Account | None


class Letters:
    """Writes the letters of notices. Links are made here and kept nowhere."""

    def __init__(
        self,
        db: Database,
        *,
        links: Links,
        languages: Languages,
        clock: Clock,
        invitation_url: InvitationUrl,
        organisation: str = "",
    ) -> None:
        self._db = db
        self._links = links
        self._languages = languages
        self._clock = clock
        self._invitation_url = invitation_url
        self._organisation = organisation

    async def of(self, notice: Notice) -> Post | None:
        """The letter as of now; None when it is not true any more (threat M14)."""
        async with self._db.read() as tx:
            matter = await _matter_of(tx, notice)
        kind = _kind_now(notice, matter)
        if not _is_true(kind, matter, self._clock.now()):
            return None
        occasion = self._occasion(notice, matter)
        if kind in _OF_PASSWORDS and matter.account:
            url = await self._invitation_url(matter.account.id)
            if url is None:
                return None
            occasion = replace(occasion, password_url=url)
        reader = matter.account or matter.recipient
        assert reader is not None
        own = matter.account.language if matter.account else None
        language = self._languages.of_code(own or notice.language)
        return Post(to=reader.email, letter=compose(kind, occasion, language))

    def _occasion(self, notice: Notice, matter: _Matter) -> Occasion:
        account = matter.account
        return Occasion(
            sender_name=notice.sender_name if notice.sender_id else "",
            organisation=self._organisation,
            note=notice.note,
            reader_name=account.display_name if account else "",
            login=account.login if account else "",
            shared=self._shared(matter.share, matter),
        )

    def _shared(self, share: Share | None, matter: _Matter) -> SharedCalendar | None:
        if share is None:
            return None
        link = self._links.of_recipient(share, matter.recipient)
        is_begun = share.starts_at is None or share.starts_at <= self._clock.now()
        return SharedCalendar(
            name=share.name,
            page_url=link.page_url,
            ways=ways(link, share),
            level=_level_of(share),
            starts_at=None if is_begun else share.starts_at,
            expires_at=share.expires_at,
            timezone=matter.collections[0].timezone if matter.collections else "UTC",
        )


async def _matter_of(tx: Tx, notice: Notice) -> _Matter:
    found = await shares.feed_state(tx, notice.share_id) if notice.share_id else None
    share, its_collections = found or (None, ())
    return _Matter(
        share=share,
        collections=its_collections,
        recipient=share.recipient(notice.recipient_id) if share and notice.recipient_id else None,
        account=await accounts.by_id(tx, notice.account_id) if notice.account_id else None,
    )


def _kind_now(notice: Notice, matter: _Matter) -> NoticeKind:
    """Who has chosen a password meanwhile is told of the share alone."""
    has_password = matter.account is not None and matter.account.password_hash is not None
    if notice.kind is NoticeKind.CHOOSE_PASSWORD and notice.share_id and has_password:
        return NoticeKind.SHARED_SECURED
    return notice.kind


def _is_true(kind: NoticeKind, matter: _Matter, now: datetime) -> bool:
    if matter.account is not None and not matter.account.is_active:
        return False
    if matter.share is None:
        return kind in _OF_PASSWORDS and matter.account is not None
    if matter.account is None and matter.recipient is None:
        return False
    is_open = _is_open(matter.share, matter, now)
    return is_open is not (kind is NoticeKind.SHARING_ENDED)


def _is_open(share: Share, matter: _Matter, now: datetime) -> bool:
    """True when the reader may see the share now, or will when it begins."""
    if matter.account is not None:
        grant = share.grant(matter.account.id)
        if grant is None or grant.withdrawn_at is not None:
            return False
    recipient_id = matter.recipient.id if matter.recipient else None
    link = FeedLink(share_id=share.id, serial=share.serial, recipient_id=recipient_id)
    standing = standing_of(share, link, now, retention=timedelta())
    return standing is not None and standing.standing in _OPEN


def _level_of(share: Share) -> DetailLevel | None:
    """None when its calendars show different things."""
    levels = {entry.level for entry in share.entries}
    return levels.pop() if len(levels) == 1 else None
