"""Calendar objects, their index row and their renditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from feedserver.model.share import DetailLevel

ETag = NewType("ETag", str)
"""Strong and unquoted: the quotes belong to HTTP."""
Uid = NewType("Uid", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """What a feed shows of one object at one level of detail.

    `body` is whole VEVENTs, CRLF and folded, sorted master first and then by RECURRENCE-ID; it holds the slots of
    `feedserver.ics.showing.rendition` where UID, stamps and localised words go. Empty: nothing of the object shows
    at this level.
    """

    body: bytes
    tzids: tuple[str, ...] = ()
    """Sorted IANA names that `body` uses; each needs a VTIMEZONE in the feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectIndex:
    """What can be asked of an object without parsing it; derived when it is written."""

    first_at: datetime | None
    """Start of the earliest moment covered; None when unknown (a VTODO without dates) or unbounded."""
    last_at: datetime | None
    """End of the latest moment covered, exclusive; None when unbounded."""
    is_recurring: bool
    categories_any: frozenset[str]
    """Case-folded categories that any component carries: what a filter's "out" looks at."""
    categories_all: frozenset[str]
    """Case-folded categories that every component carries: what a filter's "in" looks at.
    Empty for private and confidential objects, so that no filter tells anything about them."""
    search_text: tuple[str, ...]
    """Per component the case-folded summary, place and description; empty for private and confidential objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDraft:
    """An object parsed, validated and rendered, ready for one write unit."""

    name: str
    """Last segment of its href, ends in `.ics`; unique in its collection."""
    uid: Uid
    component: str
    """VEVENT, VTODO or VJOURNAL."""
    data: bytes
    """A whole VCALENDAR, as received or as repaired."""
    etag: ETag
    index: ObjectIndex
    renditions: Mapping[DetailLevel, Rendition]
    """All four levels for a VEVENT, none for the others: feeds carry events only."""
    horizon_at: datetime | None
    """Up to when a rule was written out as single events in a rendition; None when none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarObject:
    """One stored object."""

    collection_id: str
    name: str
    uid: Uid
    component: str
    data: bytes
    etag: ETag
    seq: int
    """The collection's `seq` of its newest change."""
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRendition:
    """One rendition as a feed reads it."""

    name: str
    uid: Uid
    body: bytes
    tzids: tuple[str, ...]
    seq: int
    """The collection's `seq` when this rendition last changed: an edit that does not show does not raise it."""
    stamp_at: datetime
    """The logical moment of that change."""
