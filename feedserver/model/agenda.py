"""Agendas: what a share shows in a range of days, occurrence by occurrence, as one reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from feedserver.model.share import DetailLevel, ShareStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an occurrence comes from: for the share's owners alone, it never leaves the admin's faces."""

    collection_id: str
    name: str
    """The object's."""
    instance: str | None
    """As `Appointment.instance` spells it; None when the object does not recur."""


class StandIn(StrEnum):
    """What is said where there is no title to show."""

    BUSY = "busy"
    UNTITLED = "untitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOccurrence:
    """One occurrence as far as its share shows it. Texts are plain; empty where the level hides them."""

    uid: str
    """The UID that the share's feed gives the event."""
    start: date | datetime
    """Aware, in the share's zone; a date for all-day."""
    end: date | datetime
    """Exclusive; equals `start` for a moment without length."""
    title: str
    """Never empty: the words for "Busy" or "(No title)" where there is none to show."""
    place: str
    description: str
    link: str
    """http or https."""
    categories: tuple[str, ...]
    level: DetailLevel
    """The share's for this calendar."""
    is_tentative: bool
    is_cancelled: bool
    is_free: bool
    """Shown as available."""
    source: Source
    stand_in: StandIn | None = None
    """What `title` is instead of a title, for faces that say it in the reader's language."""

    @property
    def is_all_day(self) -> bool:
        """True for whole days."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What one reader of a share sees in a range of days."""

    standing: ShareStanding
    """Anything but live shows no occurrence."""
    timezone: str
    """IANA name of the share's zone, in which days are counted."""
    occurrences: tuple[ShownOccurrence, ...]
    """Sorted: by start, all-day ones first on their day."""
    is_cut: bool = False
    """There is more than one page can hold; the earliest are shown."""
