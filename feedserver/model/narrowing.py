"""Narrowing: what a visitor chose to see of a share, as a link of its own carries it.

It holds keyed digests ("marks"), because a link stands in other servers' logs and tells no names (feed-contract F4).
A mark that fits nothing any more shows nothing: whatever becomes of the share, a narrower link never shows more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from feedserver.model.share import DetailLevel, Narrowing, Share, ShareFilter

MARK_BYTES: Final = 6
MAX_MARKS: Final = 100
"""In one narrowing: its link then has some 900 characters, and apps pass it on whole."""

_CALENDAR, _CATEGORY = b"calendar", b"category"
_SHOWS_CATEGORIES = frozenset({DetailLevel.DETAILS, DetailLevel.FULL})


def calendar_mark(share: Share, collection_id: str) -> bytes:
    """What stands for a calendar in links of that share."""
    return _mark(share.uid_salt, _CALENDAR, collection_id)


def category_mark(share: Share, category: str) -> bytes:
    """What stands for a category, however it is capitalised, in links of that share."""
    return _mark(share.uid_salt, _CATEGORY, category.strip().casefold())


def _mark(salt: bytes, kind: bytes, text: str) -> bytes:
    return blake2b(text.encode(), key=salt, digest_size=MARK_BYTES, person=kind).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowedFilter(ShareFilter):
    """A share's filter, which still holds, and a visitor's on top of it."""

    salt: bytes
    """The share's, by which `marks` are keyed."""
    marks: frozenset[bytes]

    @property
    def admits_all(self) -> bool:
        """Never."""
        return False

    def admits(
        self, categories_any: Collection[str], categories_all: Collection[str], search_text: Sequence[str]
    ) -> bool:
        """As the share's own; private and confidential events have no category here either."""
        return ShareFilter.admits(self, categories_any, categories_all, search_text) and any(
            _mark(self.salt, _CATEGORY, category) in self.marks for category in categories_all
        )

    def __repr__(self) -> str:
        """Without the salt."""
        return f"NarrowedFilter(marks={len(self.marks)})"


def shows_categories(level: DetailLevel) -> bool:
    """True when a share that shows a calendar at this level tells the categories of its events."""
    return level in _SHOWS_CATEGORIES


def narrowed(share: Share, narrowing: Narrowing) -> Share:
    """The share as a narrower link shows it; perhaps without any calendar.

    A calendar that shows no categories does not tell, by what is left of it, which of its events have one.
    """
    by_category = bool(narrowing.categories)
    return replace(
        share,
        entries=tuple(
            entry
            for entry in share.entries
            if (not narrowing.calendars or calendar_mark(share, entry.collection_id) in narrowing.calendars)
            and (not by_category or shows_categories(entry.level))
        ),
        filter=_narrowed_filter(share, narrowing) if by_category else share.filter,
    )


def _narrowed_filter(share: Share, narrowing: Narrowing) -> NarrowedFilter:
    own = share.filter
    return NarrowedFilter(
        categories_in=own.categories_in,
        categories_out=own.categories_out,
        words=own.words,
        days_back=own.days_back,
        days_ahead=own.days_ahead,
        salt=share.uid_salt,
        marks=frozenset(narrowing.categories),
    )
