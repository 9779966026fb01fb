"""The list of all shares, page by page, as an admin sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from feedserver.model.account import Account
from feedserver.model.collection import Collection
from feedserver.model.share import Share, ShareKind, Standing
from feedserver.model.usage import LastFetch


class ShareSort(StrEnum):
    """What the list is sorted by; among equals by name."""

    NAME = "name"
    KIND = "kind"
    STATE = "state"
    """Live ones first, then not yet, paused, expired, removed."""
    STARTS = "starts"
    EXPIRES = "expires"
    """The next to end first, those without an end last."""
    CREATED = "created"
    FETCHED = "fetched"
    """The longest silent first; never fetched ones before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareQuery:
    """Which shares, in which order, which page of them."""

    text: str = ""
    """Words that must all be found: in the name, the note, a calendar's name, a recipient's address, or a member's
    name, login or address. Letters' case does not count."""
    standing: Standing | None = None
    """LIVE, PAUSED, NOT_YET, EXPIRED or REMOVED, as the general link is judged; None is all but the removed ones."""
    kind: ShareKind | None = None
    calendar_id: str | None = None
    """Only shares that show this calendar."""
    account_id: str | None = None
    """Only shares of which this account is a member."""
    sort: ShareSort = ShareSort.NAME
    descending: bool = False
    page: int = 1
    """From 1; past the last one is the last one."""
    per_page: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """One line of the list."""

    share: Share
    """Without its recipients and grants, of which there may be thousands."""
    standing: Standing
    """Of its general link."""
    calendars: tuple[Collection, ...]
    """In the order of the share's entries."""
    members: tuple[Account, ...]
    """Of a secured share: the first few by login, without withdrawn ones."""
    member_count: int
    recipient_count: int
    """Of a public share: whose personal links work."""
    last_fetch: LastFetch | None
    """None when no app or browser has ever fetched it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """One page of the list."""

    rows: tuple[ShareRow, ...]
    total: int
    """How many shares fit the query, on all pages."""
    page: int
    """Which page this is, from 1."""
    pages: int
    """How many there are, at least 1."""
