"""What the page says of an occurrence, in the visitor's language and zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from feedserver.languages.language import Language
from feedserver.model.agenda import ShownOccurrence, StandIn
from feedserver.web.layout.days import days_of
from feedserver.web.views.asking import Asked
from feedserver.web.views.prose import Piece, pieces_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTick:
    """One calendar of the share."""

    position: int
    """From 1."""
    name: str
    hue: int
    """As `palette_of` numbers them."""
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    """Templates ask it about each occurrence."""

    language: Language
    zone: tzinfo
    asked: Asked
    calendars: Mapping[str, CalendarTick]
    """By collection id."""

    def title(self, one: ShownOccurrence) -> str:
        """What it is called, or what is said where that does not show."""
        match one.stand_in:
            case StandIn.BUSY:
                return self.language.gettext("Busy")
            case StandIn.UNTITLED:
                return self.language.gettext("(No title)")
            case None:
                return one.title

    def hue(self, one: ShownOccurrence) -> int:
        """Of its calendar."""
        return self.calendar(one).hue

    def calendar(self, one: ShownOccurrence) -> CalendarTick:
        """The one it is in."""
        return self.calendars[one.source.collection_id]

    def link(self, one: ShownOccurrence) -> str:
        """To its details, beside the view that is open."""
        return self.asked.link(event=one.uid) + "#event"

    def begins(self, one: ShownOccurrence) -> str:
        """The time at which it begins; empty for whole days."""
        return self.language.time(one.start, self.zone) if isinstance(one.start, datetime) else ""

    def state(self, one: ShownOccurrence) -> str:
        """What is not certain about it; empty as a rule."""
        if one.is_cancelled:
            return self.language.gettext("Cancelled")
        return self.language.gettext("Tentative") if one.is_tentative else ""

    def clock(self, one: ShownOccurrence) -> str:
        """The times of day between which it is."""
        if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
            return self.language.gettext("All day")
        if one.start == one.end:
            return self.language.time(one.start, self.zone)
        return self._from_to(self.language.time(one.start, self.zone), self.language.time(one.end, self.zone))

    def times(self, one: ShownOccurrence, on: date) -> str:
        """When it is, for who knows that it is on that day."""
        first, last = days_of(one, self.zone)
        parts = [self.clock(one)]
        if first < on:
            parts.append(self.language.gettext("since {day}", day=self.language.date(first)))
        if last > on:
            parts.append(self.language.gettext("until {day}", day=self.language.date(last)))
        return ", ".join(parts)

    def when(self, one: ShownOccurrence) -> str:
        """When it is, in full."""
        first, last = days_of(one, self.zone)
        if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
            return self._from_to(self._day(first), self._day(last)) if last > first else self._day(first)
        if last == first:
            return f"{self._day(first)}, {self.clock(one)}"
        begin, end = one.start.astimezone(self.zone), one.end.astimezone(self.zone)
        return self._from_to(
            f"{self._day(begin.date())}, {self.language.time(begin)}",
            f"{self._day(end.date())}, {self.language.time(end)}",
        )

    def pieces(self, text: str) -> list[Piece]:
        """What people wrote, with its links."""
        return pieces_of(text)

    def _from_to(self, start: str, end: str) -> str:
        return self.language.gettext("{start} to {end}", start=start, end=end)

    def _day(self, day: date) -> str:
        return self.language.date(day, "full")
