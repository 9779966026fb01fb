"""Shares: what is shown to whom, how much of it, and when it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict


class DetailLevel(StrEnum):
    """The ladder: each level shows what the one before shows, and more."""

    BUSY = "busy"
    """When only."""
    TITLES = "titles"
    """And what, where."""
    DETAILS = "details"
    """And description, link, categories; no people, attachments, alarms."""
    FULL = "full"
    """Everything but alarms."""


class ShareKind(StrEnum):
    """Who may open a share."""

    PUBLIC = "public"
    """Whoever has the link."""
    SECURED = "secured"
    """Its members, who log in."""


class ShareState(StrEnum):
    """What the admin decided; `Standing` is what comes of it at a moment."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    REMOVED = "removed"


class Standing(StrEnum):
    """What a share is at a moment through one link (`feed-contract` section 4.3)."""

    LIVE = "live"
    PAUSED = "paused"
    """Deactivated, or its owner's account is; may come back."""
    NOT_YET = "not yet"
    """Before its first moment."""
    EXPIRED = "expired"
    """At or past its last moment."""
    REPLACED = "replaced"
    """The link's serial is not the newest, or it was revoked: this recipient's, this feed key, or all narrower ones."""
    REMOVED = "removed"
    """Removed, or every calendar in it is gone; subscribers are still told."""
    GONE = "gone"
    """Removed for longer than the retention."""


class EmbedView(StrEnum):
    """What a site that embeds a share shows of it."""

    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEntry:
    """One calendar in a share."""

    collection_id: str
    level: DetailLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFilter:
    """Which events of its calendars a share shows. Empty: all of them.

    Judged over whole objects and in doubt against showing: "in" and words must hold for every component of a series,
    "out" for any. Private and confidential events match no "in" and no word.
    """

    categories_in: tuple[str, ...] = ()
    """Show only events with one of these; sorted, compared case-folded."""
    categories_out: tuple[str, ...] = ()
    """Never show events with one of these."""
    words: tuple[str, ...] = ()
    """Show only events whose summary, place or description has one of these."""
    days_back: int | None = None
    """Whole days before today in the share's zone; None is no bound."""
    days_ahead: int | None = None
    """Whole days after today; None is no bound."""

    @property
    def has_window(self) -> bool:
        """True when the events shown change with the day."""
        return self.days_back is not None or self.days_ahead is not None

    @property
    def is_empty(self) -> bool:
        """True when every event shows."""
        return self == ShareFilter()

    @property
    def admits_all(self) -> bool:
        """True when nothing is kept out but by the window."""
        return not (self.categories_in or self.categories_out or self.words)

    def admits(
        self, categories_any: Collection[str], categories_all: Collection[str], search_text: Sequence[str]
    ) -> bool:
        """True when an object with this index (see `ObjectIndex`) shows, as far as its window allows."""
        if any(_key(category) in categories_any for category in self.categories_out):
            return False
        if self.categories_in and not any(_key(category) in categories_all for category in self.categories_in):
            return False
        words = [_key(word) for word in self.words]
        return not words or (bool(search_text) and all(any(word in text for word in words) for text in search_text))


def _key(text: str) -> str:
    """As `ObjectIndex` keeps categories and texts."""
    return text.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody a personal link of a public share was made for."""

    id: str
    email: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedKey:
    """A member's own signed link to a secured share, for an app that cannot log in. Its link carries `id`."""

    id: str
    account_id: str | None
    """None when the account was removed; the key is revoked then."""
    created_at: datetime
    revoked_at: datetime | None = None
    """Set for good: by its owner, with the grant, with the account, or with `Share.allows_keys`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A member of a secured share. A withdrawn grant stays, so that its holder's copy can be withdrawn too."""

    account_id: str
    granted_at: datetime
    withdrawn_at: datetime | None = None


class ShareOptions(TypedDict, total=False):
    """What else a share allows, none of it to be seen in its feed; what is absent is the default, or stays."""

    allows_narrowing: bool
    allows_keys: bool
    embed_hosts: tuple[str, ...]
    embed_view: EmbedView
    embed_color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share with all that decides what it answers, but for its events."""

    id: str
    """32 hexadecimal digits, 128 random bits."""
    kind: ShareKind
    name: str
    note: str
    """For admins only; never leaves the admin's faces."""
    entries: tuple[ShareEntry, ...]
    """In the order given; the first calendar lends the share its zone and colour. Deleted calendars are absent."""
    filter: ShareFilter
    starts_at: datetime | None
    expires_at: datetime | None
    """Exclusive: at this moment it is over."""
    state: ShareState
    state_at: datetime
    """When `state` last changed, or the validity of an active share: no tombstone is older."""
    serial: int
    """Of its links; rotating raises it."""
    rotated_at: datetime | None
    revision: int
    """Raised by every change of what the share shows; part of every SEQUENCE."""
    stamp_at: datetime
    """Logical moment of that change: whole seconds, strictly after every stamp its feed ever carried."""
    uid_salt: bytes
    """32 random bytes; emitted UIDs are keyed by it: two shares cannot be joined, and no source UID is shown."""
    created_at: datetime
    recipients: tuple[Recipient, ...] = ()
    grants: tuple[Grant, ...] = ()
    is_owner_active: bool = True
    """False while the account that owns one of its calendars is deactivated."""
    allows_narrowing: bool = False
    """Visitors may make a link of their own that shows less."""
    allows_keys: bool = False
    """Members may make feed keys; secured shares only."""
    keys: tuple[FeedKey, ...] = ()
    """Revoked ones too, oldest first."""
    embed_hosts: tuple[str, ...] = ()
    """Origins such as `https://www.example.org` that may embed its page, sorted; public shares only."""
    embed_view: EmbedView = EmbedView.MONTH
    embed_color: str | None = None
    """As `#RRGGBB`; None is the calendars' own."""

    def recipient(self, recipient_id: str) -> Recipient | None:
        """The recipient of that id, revoked ones too."""
        return next((r for r in self.recipients if r.id == recipient_id), None)

    def key(self, key_id: str) -> FeedKey | None:
        """The feed key of that id, revoked ones too."""
        return next((k for k in self.keys if k.id == key_id), None)

    def grant(self, account_id: str) -> Grant | None:
        """That account's grant, a withdrawn one too."""
        return next((g for g in self.grants if g.account_id == account_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a visitor chose to see of a share: marks (see `feedserver.model.narrowing`), sorted, at least one in all."""

    calendars: tuple[bytes, ...] = ()
    """Of the calendars that show; empty: all do."""
    categories: tuple[bytes, ...] = ()
    """An event must have one of these; empty: it need not."""

    @property
    def spelling(self) -> str:
        """The same text for the same narrowing of one share."""
        return f"{b''.join(self.calendars).hex()}.{b''.join(self.categories).hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """What a verified token says."""

    share_id: str
    serial: int
    recipient_id: str | None = None
    """Whose it is: a recipient of a public share, or a feed key of a secured one. None is the general link."""
    narrowing: Narrowing | None = None
    """None shows all that the share shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareStanding:
    """A standing and the moment it began: the tombstone's date and its Last-Modified."""

    standing: Standing
    since: datetime


def standing_of(share: Share, link: FeedLink, now: datetime, *, retention: timedelta) -> ShareStanding | None:
    """What `share` is at `now` through `link`; None when the link was never given out (answer it as forged).

    Removal comes first, then the link, then pause, then validity: each line hides what stands below it.
    Source: feed-contract section 4.3.
    """
    if link.serial > share.serial or link.serial < 1:
        return None
    holder = _holder_of(share, link)
    if link.recipient_id and holder is None:
        return None
    if share.state is ShareState.REMOVED or not share.entries:
        is_over = now >= share.state_at + retention
        return ShareStanding(standing=Standing.GONE if is_over else Standing.REMOVED, since=share.state_at)
    if holder and holder.revoked_at:
        return ShareStanding(standing=Standing.REPLACED, since=holder.revoked_at)
    if link.serial < share.serial:
        return ShareStanding(standing=Standing.REPLACED, since=share.rotated_at or share.state_at)
    if link.narrowing and not share.allows_narrowing:
        return ShareStanding(standing=Standing.REPLACED, since=max(share.stamp_at, share.state_at))
    if share.state is ShareState.INACTIVE or not share.is_owner_active:
        return ShareStanding(standing=Standing.PAUSED, since=share.state_at)
    if share.expires_at and now >= share.expires_at:
        return ShareStanding(standing=Standing.EXPIRED, since=max(share.expires_at, share.state_at))
    if share.starts_at and now < share.starts_at:
        return ShareStanding(standing=Standing.NOT_YET, since=share.state_at)
    return ShareStanding(standing=Standing.LIVE, since=share.state_at)


def _holder_of(share: Share, link: FeedLink) -> Recipient | FeedKey | None:
    """Whose link it is; None for the general one, and for who is not known."""
    if not link.recipient_id:
        return None
    return share.key(link.recipient_id) if share.kind is ShareKind.SECURED else share.recipient(link.recipient_id)
