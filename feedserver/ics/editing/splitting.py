"""A series cut in two: what was before an occurrence, and that occurrence with all after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.instances import first_bare
from feedserver.ics.editing.object_text import ObjectText
from feedserver.ics.editing.properties import stamp, utc
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.editing.times import in_frame, start_of, time_line
from feedserver.ics.recurring.daysets import completed
from feedserver.ics.recurring.moments import Local
from feedserver.ics.recurring.recurrence import SUB_DAILY, Budget
from feedserver.ics.syntax.lines import ContentLine, escape_text
from feedserver.ics.syntax.values import (
    RRule,
    When,
    format_rrule,
    parse_periods,
    parse_rrule,
    parse_whens,
    when_line,
)
from feedserver.model.errors import InvalidInput

_SPLIT_STEPS = 100_000
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def split_at(event: StoredEvent, key: Local, *, uid: str, now: datetime) -> tuple[bytes, bytes]:
    """The object with what was before `key`, and one of that `uid` with what is from there on.

    Both together show what the event showed. Raises InvalidInput when no two rules can say what the one said,
    RecurrenceTooCostly.
    """
    return before(event, key, now=now), _from(event, key, uid, now)


def before(event: StoredEvent, key: Local, *, now: datetime) -> bytes:
    """The object with what was before `key`."""
    _check(event, key)
    text = event.text()
    _keep_overrides(event, text, lambda other: other < key)
    master = text.events[0]
    for name in ("RRULE", "EXRULE"):
        master.rewrite(name, lambda line: _ended(event, line, key))
    for name in ("EXDATE", "RDATE"):
        master.rewrite(name, lambda line: _dates(event, line, lambda other: other < key))
    stamp(master, now)
    return text.to_bytes()


def _check(event: StoredEvent, key: Local) -> None:
    """A rule must go on from `key` as it went on from the start."""
    series = event.series
    if series.master is None or key < series.master.timing.start.local:
        raise InvalidInput("this appointment cannot be split here; change this one or all", field="scope")
    for rule in series.rules + series.exrules:
        if not _goes_on(event, rule, key):
            raise InvalidInput("this appointment cannot be split here; change this one or all", field="scope")


def _goes_on(event: StoredEvent, rule: RRule, key: Local) -> bool:
    """True when the rule yields `key`, and so keeps its step from there, or when where it begins says nothing."""
    if next(event.series.rule_keys(rule, Budget(), since=key, stop=key), None) == key:
        return rule in event.series.rules or rule.count is None
    assert event.series.master is not None
    start = event.series.master.timing.start.local
    is_at_its_time = not isinstance(key, datetime) or not isinstance(start, datetime) or key.time() == start.time()
    return rule.interval == 1 and rule.freq not in SUB_DAILY and rule.count is None and is_at_its_time


def _keep_overrides(event: StoredEvent, text: ObjectText, is_kept: Callable[[Local], bool]) -> None:
    texts = text.events
    for part in event.series.overrides.values():
        assert part.key is not None
        if not is_kept(part.key):
            text.remove(texts[part.index])


def _ended(event: StoredEvent, line: ContentLine, key: Local) -> ContentLine | None:
    """A rule that yields nothing from `key` on; None when it yielded nothing before either."""
    rule = parse_rrule(line.value)
    if rule.count is not None:
        count = _count_before(event, rule, key)
        return ContentLine(line.name, line.params, format_rrule(replace(rule, count=count))) if count else None
    until = event.series.until_of(rule)
    if until is not None and until < key:
        return line
    ended = format_rrule(replace(rule, until=_just_before(event, key)))
    return ContentLine(line.name, line.params, ended)


def _count_before(event: StoredEvent, rule: RRule, key: Local) -> int:
    keys = event.series.rule_keys(rule, Budget(_SPLIT_STEPS), stop=key)
    return sum(1 for other in keys if other < key)


def _just_before(event: StoredEvent, key: Local) -> When:
    """UNTIL in the type that DTSTART asks for (RFC 5545 section 3.3.10)."""
    if not isinstance(key, datetime):
        return When(key - _DAY)
    assert event.master is not None
    start = start_of(event.master)
    zone = event.clockwork.zone_of(start)
    if zone is None:
        return When(key - _SECOND, start.is_utc)
    return When((zone.utc(key) - _SECOND).replace(tzinfo=None), is_utc=True)


def _dates(event: StoredEvent, line: ContentLine, is_kept: Callable[[Local], bool]) -> ContentLine | None:
    """An EXDATE or RDATE with those of its dates that are kept, each as it is written."""
    if (line.param("VALUE") or "").upper() == "PERIOD":
        whens = [period.start for period in parse_periods(line)]
    else:
        whens = parse_whens(line)
    written = zip(line.value.split(","), whens, strict=True)
    kept = [text for text, when in written if is_kept(event.key_from(when))]
    return ContentLine(line.name, line.params, ",".join(kept)) if kept else None


def _from(event: StoredEvent, key: Local, uid: str, now: datetime) -> bytes:
    """The object with what is from `key` on, as a new one."""
    text = event.text()
    texts = text.events
    _keep_overrides(event, text, lambda other: other >= key)
    _carry_range(event, text, texts, key)
    master = texts[0]
    _begin_at(event, master, key)
    for name in ("RRULE", "EXRULE"):
        master.rewrite(name, lambda line: _rest(event, line, key))
    master.rewrite("EXDATE", lambda line: _dates(event, line, lambda other: other >= key))
    master.rewrite("RDATE", lambda line: _dates(event, line, lambda other: other > key))
    for component in text.events:
        _make_new(component, uid, now)
    return text.to_bytes()


def _begin_at(event: StoredEvent, master: ComponentText, key: Local) -> None:
    """The master's times at `key`, as if nothing had been changed there."""
    series = event.series
    assert series.master is not None
    timing = series.master.timing
    start = series.identity_of(key)
    length = series.rdates.get(key) or timing.length
    event.clockwork.place(master, start, length.end_of(start))


def _rest(event: StoredEvent, line: ContentLine, key: Local) -> ContentLine | None:
    """A rule from `key` on: what it took from the old start is spelled out, and what was before does not count."""
    rule = parse_rrule(line.value)
    assert event.series.master is not None
    until = event.series.until_of(rule)
    if until is not None and until < key:
        return None
    if rule.count is not None:
        left = rule.count - _count_before(event, rule, key)
        return ContentLine(line.name, line.params, format_rrule(replace(rule, count=left))) if left > 0 else None
    if next(event.series.rule_keys(rule, Budget(), since=key, stop=key), None) == key:
        return line
    spelled = completed(rule, event.series.master.timing.start.local)
    return ContentLine(line.name, line.params, format_rrule(spelled))


def _carry_range(event: StoredEvent, text: ObjectText, texts: list[ComponentText], key: Local) -> None:
    """An earlier override that changed all later ones (RANGE=THISANDFUTURE) does so in the new object too."""
    first = first_bare(event, key)
    if first is None:
        return
    showing = event.showing(first)
    part = showing.part
    if part.key is None or part.key >= key:
        return
    carried = texts[part.index].copy()
    event.clockwork.place(carried, showing.start, showing.end)
    assert event.master is not None
    carried.put(time_line("RECURRENCE-ID", in_frame(first, start_of(event.master)), carried))
    text.add(carried)


def _make_new(component: ComponentText, uid: str, now: datetime) -> None:
    """An event of its own: another UID, made now, never changed."""
    component.put(ContentLine("UID", (), escape_text(uid)))
    component.remove("SEQUENCE")
    component.put(when_line("CREATED", utc(now)))
    stamp(component, now)
