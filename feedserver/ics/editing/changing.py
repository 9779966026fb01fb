"""Changed fields written into a stored event: into all of it, into one occurrence, or into one and all after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from feedserver.ics.editing.checks import cleaned
from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.describing import fields_in, fields_of
from feedserver.ics.editing.instances import make_override, without_range
from feedserver.ics.editing.moving import Move, is_same_pattern, move_series, nudge_of, reach_of
from feedserver.ics.editing.properties import changed_texts, stamp, write
from feedserver.ics.editing.rules import rule_of
from feedserver.ics.editing.splitting import split_at
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.editing.times import Times, day_of, gap
from feedserver.ics.recurring.daysets import completed
from feedserver.ics.recurring.moments import Local
from feedserver.ics.recurring.recurrence import Budget, instances
from feedserver.model.appointment import AppointmentFields, Frequency, Repetition, Visibility
from feedserver.model.errors import InvalidInput

_WEEK = 7


def followed(before: AppointmentFields, after: AppointmentFields) -> AppointmentFields:
    """The weekdays of a repetition go along when the start was moved to a day that is not among them."""
    old, new = before.repetition, after.repetition
    if old is None or new is None or old.frequency is not Frequency.WEEKLY or old.weekdays != new.weekdays:
        return after
    turn = after.start.weekday() - before.start.weekday()
    if after.start.weekday() in new.weekdays or before.start.weekday() not in old.weekdays:
        return after
    weekdays = tuple(sorted((day + turn) % _WEEK for day in old.weekdays))
    return replace(after, repetition=replace(new, weekdays=weekdays))


def change_all(
    event: StoredEvent, key: Local | None, before: AppointmentFields, after: AppointmentFields, *, now: datetime
) -> bytes:
    """The object with what differs between `before` and `after`, which were read at `key` (None: of the whole).

    Times differ by as much everywhere. An override takes part in a change of what it has in common with the others;
    what it has of its own stays. Raises InvalidInput with the field at fault, RecurrenceTooCostly.
    """
    if event.master is None:
        only = key if key is not None else next(iter(event.series.overrides))
        return change_one(event, only, before, after, now=now)
    text = event.text()
    _write_texts(event, text.events, before, after, now)
    move = _move_of(event, key, before, after)
    if move is not None:
        move_series(event, text, move, now)
    stamp(text.events[0], now)
    return text.to_bytes()


def _write_texts(
    event: StoredEvent, texts: list[ComponentText], before: AppointmentFields, after: AppointmentFields, now: datetime
) -> None:
    names = changed_texts(before, after)
    whole = cleaned(fields_of(event, None))
    write(texts[0], names, after)
    for part in event.series.overrides.values():
        own = cleaned(fields_in(event, event.component(part), event.times_of(part)))
        shared = [name for name in names if getattr(own, name) in (getattr(before, name), getattr(whole, name))]
        if shared:
            write(texts[part.index], shared, after)
            stamp(texts[part.index], now)


def _move_of(event: StoredEvent, key: Local | None, before: AppointmentFields, after: AppointmentFields) -> Move | None:
    """What becomes of when it takes place; None when that stays."""
    if (before.start, before.end, before.timezone, before.repetition) == (
        (after.start, after.end, after.timezone, after.repetition)
    ):
        return None
    old = event.times_of(event.whole)
    new = _moved(old, before, after)
    if key is not None and after.repetition is not None and before.repetition != after.repetition:
        new = _on_first_instance(new, after)
    nudge = nudge_of(before, after)
    return Move(
        old=old,
        new=new,
        repetition=_lasting(event, before, after, nudge),
        keeps_rule=event.has_foreign_rule and after.repetition is None,
        nudge=nudge,
        reach=reach_of(before, after),
    )


def _moved(old: Times, before: AppointmentFields, after: AppointmentFields) -> Times:
    """The series' own times, moved by as much as the form's were."""
    timezone = after.timezone if after.timezone != before.timezone else old.timezone
    if before.is_all_day is after.is_all_day:
        return Times(old.start + gap(before.start, after.start), old.end + gap(before.end, after.end), timezone)
    day = day_of(old.start) + (day_of(after.start) - day_of(before.start))
    start: Local = datetime.combine(day, after.start.time()) if isinstance(after.start, datetime) else day
    return Times(start, start + gap(after.start, after.end), after.timezone)


def _on_first_instance(times: Times, after: AppointmentFields) -> Times:
    """The same on the first day that the new repetition has, which was chosen beside a later occurrence."""
    assert after.repetition is not None
    pattern = replace(after.repetition, until_on=None, count=None)
    rule = completed(rule_of(pattern, after.start, is_utc=False, zone=None), after.start)
    start = next(instances(rule, times.start, budget=Budget()), times.start)
    return Times(start, times.end + gap(times.start, start), times.timezone)


def _lasting(event: StoredEvent, before: AppointmentFields, after: AppointmentFields, nudge: int) -> Repetition | None:
    """The repetition; its last day moves when the last occurrence would else be lost by a small move."""
    old, new = before.repetition, after.repetition
    if old is None or new is None or new.until_on is None or new.until_on != old.until_on or nudge <= 0:
        return new
    if not is_same_pattern(old, new):
        return new
    last = event.last_on() or new.until_on
    return replace(new, until_on=max(new.until_on, last + timedelta(days=nudge)))


def change_one(
    event: StoredEvent, key: Local, before: AppointmentFields, after: AppointmentFields, *, now: datetime
) -> bytes:
    """The object with one occurrence changed: its override, made when there is none. Raises InvalidInput."""
    if before.repetition != after.repetition:
        raise InvalidInput("how it repeats can be changed for this and all following ones, or for all", field="scope")
    if after.visibility is Visibility.PUBLIC and event.is_private and before.visibility is not after.visibility:
        raise InvalidInput("all of this appointment is private; make all of it public instead", field="visibility")
    event = without_range(event, key)
    text = event.text()
    override = make_override(event, text, key)
    write(override, changed_texts(before, after), after)
    event.clockwork.put(override, Times(after.start, after.end, after.timezone), event.times_at(key))
    stamp(override, now)
    return text.to_bytes()


def change_following(
    event: StoredEvent, key: Local, before: AppointmentFields, after: AppointmentFields, *, uid: str, now: datetime
) -> tuple[bytes, bytes | None]:
    """The object up to an occurrence, and a new one of that `uid` from there on with the changes.

    At the first occurrence there is nothing to split: then all of it is changed, and there is no second object.
    Raises InvalidInput, RecurrenceTooCostly.
    """
    if event.first_key(before=key) is None:
        return change_all(event, key, before, after, now=now), None
    kept, rest = split_at(event, key, uid=uid, now=now)
    following = event.reopened(rest)
    own = following.repetition
    repetition = after.repetition
    if own and repetition and before.repetition and repetition.count == before.repetition.count:
        repetition = replace(repetition, count=own.count)
    before, after = replace(before, repetition=own), replace(after, repetition=repetition)
    return kept, change_all(following, key, before, after, now=now)
