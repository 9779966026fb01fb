"""Changed fields written into a stored event: into all of it, into one occurrence, or into one and all after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from feedserver.ics.editing.checks import check_fits, cleaned
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
    if not names:
        return
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
    if key is not None and before.repetition != after.repetition:
        new = _chosen_beside(new, after)
    after = replace(after, repetition=_turned(before.repetition, after.repetition, old, new))
    nudge = nudge_of(before, after)
    repetition = _lasting(event, before, after, nudge)
    if repetition is not None and day_of(old.start) != day_of(new.start):
        check_fits(repetition, new.start)
    return Move(
        old=old,
        new=new,
        repetition=repetition,
        keeps_rule=before.repetition is None and repetition is None,
        nudge=nudge,
        reach=reach_of(before, after),
        beside=key,
        there=Times(after.start, after.end, after.timezone),
    )


def _turned(before: Repetition | None, after: Repetition | None, old: Times, new: Times) -> Repetition | None:
    """Weekdays that nobody chose anew go along when the start moves to a day that is not among them."""
    if before is None or after is None or after.frequency is not Frequency.WEEKLY or before.weekdays != after.weekdays:
        return after
    if new.start.weekday() in after.weekdays or old.start.weekday() not in after.weekdays:
        return after
    turn = new.start.weekday() - old.start.weekday()
    return replace(after, weekdays=tuple(sorted((day + turn) % _WEEK for day in after.weekdays)))


def _moved(old: Times, before: AppointmentFields, after: AppointmentFields) -> Times:
    """The series' own times, moved by as much as the form's were."""
    timezone = after.timezone if after.timezone != before.timezone else old.timezone
    if before.is_all_day is after.is_all_day:
        return Times(old.start + gap(before.start, after.start), old.end + gap(before.end, after.end), timezone)
    day = day_of(old.start) + (day_of(after.start) - day_of(before.start))
    start: Local = datetime.combine(day, after.start.time()) if isinstance(after.start, datetime) else day
    return Times(start, start + gap(after.start, after.end), after.timezone)


def _chosen_beside(times: Times, after: AppointmentFields) -> Times:
    """When a series begins whose repetition was chosen beside a later occurrence, on the day of which it fits.

    On the first day that the repetition has; what no longer repeats takes place when the form says.
    """
    if after.repetition is None:
        return Times(after.start, after.end, after.timezone)
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
    now_shown = replace(before, repetition=following.repetition)
    wanted = replace(after, repetition=_repetition_from_here(before, after, following.repetition))
    return kept, change_all(following, key, now_shown, wanted, now=now)


def _repetition_from_here(
    before: AppointmentFields, after: AppointmentFields, own: Repetition | None
) -> Repetition | None:
    """How a split off half is to repeat, which repeats as `own` says; a number of times counts from the split on."""
    old, new = before.repetition, after.repetition
    if old == new:
        return own
    if old is None or new is None or own is None or new.count != old.count:
        return new
    return replace(new, count=own.count)
