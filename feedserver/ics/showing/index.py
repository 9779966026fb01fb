"""What can be asked of an object without parsing it: its index row, derived when it is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.recurring.moments import Local
from feedserver.ics.recurring.occurrences import series_of
from feedserver.ics.recurring.recurrence import Budget, last_instance
from feedserver.ics.recurring.series import Series
from feedserver.ics.showing.redact import is_private
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import split_text
from feedserver.model.calendar_object import ObjectIndex


def index_of(obj: ParsedObject, budget: Budget | None = None) -> ObjectIndex:
    """The index row of an object.

    `first_at` and `last_at` may cover a little more than what shows, never less: an excluded last instance counts.
    Raises ObjectRefused, RecurrenceTooCostly among it, when its rules cannot be used.
    """
    series = series_of(obj)
    first_at, last_at = _span(series, budget or Budget())
    master = None if series.master is None else obj.components[series.master.index]
    has_private = any(is_private(component, master) for component in obj.components)
    categories = [_categories(component, master) for component in obj.components]
    return ObjectIndex(
        first_at=first_at,
        last_at=last_at,
        is_recurring=series.is_recurring,
        categories_any=frozenset().union(*categories),
        categories_all=frozenset() if has_private else categories[0].intersection(*categories[1:]),
        search_text=() if has_private else search_texts(obj),
    )


def _span(series: Series, budget: Budget) -> tuple[datetime | None, datetime | None]:
    """Start of the first and end of the last moment covered; None where there is none, or no last one."""
    parts = [series.showing(key) for key in series.overrides]
    if series.master is not None:
        first = next(series.keys(budget), None)
        keys = [*([] if first is None else [first]), *_last_keys(series, budget)]
        parts += [series.showing(key) for key in keys]
    if not parts:
        return None, None
    last_at = max(showing.end.at for showing in parts)
    if series.ranges:
        last_at += series.reach  # a moved range may begin before what it follows has ended
    is_endless = any(rule.count is None and rule.until is None for rule in series.rules)
    return min(showing.start.at for showing in parts), None if is_endless else last_at


def _last_keys(series: Series, budget: Budget) -> Iterator[Local]:
    """The last instance of each source of instances."""
    assert series.master is not None
    start = series.master.timing.start.local
    yield start
    yield from series.rdates
    for rule in series.rules:
        if rule.count is None and rule.until is None:
            continue
        last = last_instance(rule, start, until=series.until_of(rule), budget=budget)
        if last is not None:
            yield last


def _categories(component: Component, master: Component | None) -> frozenset[str]:
    """Case-folded; an override that names none has its master's."""
    lines = component.all("CATEGORIES") or (master.all("CATEGORIES") if master is not None else [])
    names = (name.strip().casefold() for line in lines for name in split_text(line.value))
    return frozenset(filter(None, names))


def search_texts(obj: ParsedObject) -> tuple[str, ...]:
    """Per component the case-folded summary, place and description."""
    return tuple(map(_search_text, obj.components))


def _search_text(component: Component) -> str:
    texts = (component.text(name) for name in ("SUMMARY", "LOCATION", "DESCRIPTION"))
    return "\n".join(text for text in texts if text).casefold()
