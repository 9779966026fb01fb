"""What a share shows, day by day: the words that its preview and its appointments have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from feedserver.languages.language import Language
from feedserver.model.agenda import ShownOccurrence


def by_day(occurrences: Iterable[ShownOccurrence]) -> list[tuple[date, list[ShownOccurrence]]]:
    """The occurrences, in their order, under the day on which each begins."""
    return [(day, list(some)) for day, some in groupby(occurrences, key=first_day)]


def first_day(one: ShownOccurrence) -> date:
    """In the zone of the share."""
    return one.start.date() if isinstance(one.start, datetime) else one.start


def times(one: ShownOccurrence, language: Language) -> str:
    """When on its first day, and until when where it lasts longer."""
    if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
        last = one.end - timedelta(days=1)
        return (
            language.gettext("until {day}", day=language.date(last))
            if last > one.start
            else language.gettext("All day")
        )
    if one.start == one.end:
        return language.time(one.start)
    end = language.time(one.end)
    if one.end.date() != one.start.date() and one.end - one.start >= timedelta(days=1):
        end = f"{language.date(one.end.date())}, {end}"
    return language.gettext("{start} to {end}", start=language.time(one.start), end=end)
