"""Occurrences as a share shows them, for pages: the redaction that feeds have, read into plain texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.recurring.occurrences import instance_of, series_of, showings_between
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.showing import slots
from feedserver.ics.showing.plan import suffix_of
from feedserver.ics.showing.redact import redact_all
from feedserver.ics.showing.words import Words
from feedserver.ics.syntax.lines import ContentLine, escape_text, split_text, unescape_text
from feedserver.model.agenda import StandIn
from feedserver.model.share import DetailLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """What one component of an object shows at a level."""

    title: str
    place: str
    description: str
    link: str
    categories: tuple[str, ...]
    is_tentative: bool
    is_cancelled: bool
    is_free: bool
    stand_in: StandIn | None
    """What `title` says instead of one."""

    def has_words(self, words: Sequence[str]) -> bool:
        """True when all of them (case-folded) stand in it. What stands in for a title is not looked at."""
        title = () if self.stand_in else (self.title,)
        text = "\n".join((*title, self.place, self.description, *self.categories)).casefold()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One occurrence."""

    start: date | datetime
    """The date, or the instant in UTC."""
    end: date | datetime
    text: ShownText
    suffix: str
    """Behind the emitted UID when a feed writes the occurrence as an event of its own; empty when it does not recur."""
    instance: str | None
    """Its RECURRENCE-ID in the zone of the rule's start; None when it does not recur."""


def shown_between(
    obj: ParsedObject, level: DetailLevel, start: datetime, end: datetime, *, words: Words, budget: Budget
) -> list[Shown]:
    """What of the object overlaps `[start, end)` (aware) and shows at `level`, sorted by start.

    Events alone, as in feeds. Raises ObjectRefused, RecurrenceTooCostly.
    """
    if obj.component != "VEVENT":
        return []
    series = series_of(obj)
    master = None if series.master is None else obj.components[series.master.index]
    texts = [_text_of(redact_all(part, master=master)[level], words) for part in obj.components]
    return [
        Shown(
            start=showing.start.shown,
            end=showing.end.shown,
            text=text,
            suffix=suffix_of(showing.identity) if series.is_recurring else "",
            instance=instance_of(showing.identity) if series.is_recurring else None,
        )
        for showing in showings_between(series, start, end, budget=budget)
        if (text := texts[showing.part.index]) is not None
    ]


def may_have_words(rendition: bytes, words: Sequence[str]) -> bool:
    """False when what a rendition shows cannot have all the words (case-folded), so that it need not be parsed."""
    text = rendition.replace(b"\r\n ", b"").decode().casefold()
    return all(escape_text(word) in text for word in words)


def _text_of(lines: Sequence[ContentLine] | None, words: Words) -> ShownText | None:
    if lines is None:
        return None
    values = {line.name: line.value for line in reversed(lines)}
    status = values.get("STATUS", "")
    title, stand_in = _title(values.get("SUMMARY", ""), words)
    return ShownText(
        title=title,
        place=unescape_text(values.get("LOCATION", "")),
        description=unescape_text(values.get("DESCRIPTION", "")),
        link=values.get("URL", ""),
        categories=tuple(split_text(values["CATEGORIES"])) if "CATEGORIES" in values else (),
        is_tentative=status == "TENTATIVE",
        is_cancelled=status == "CANCELLED",
        is_free=values.get("TRANSP") == "TRANSPARENT",
        stand_in=stand_in,
    )


def _title(value: str, words: Words) -> tuple[str, StandIn | None]:
    if value == slots.BUSY.decode():
        return words.busy, StandIn.BUSY
    if value in ("", slots.NO_TITLE.decode()):
        return words.no_title, StandIn.UNTITLED
    return unescape_text(value), None
