"""Edits as a person asks for them: a change or a deletion of one occurrence, of all after it too, or of everything."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime

from feedserver.ics.editing.changing import change_all, change_following, change_one
from feedserver.ics.editing.checks import check, cleaned
from feedserver.ics.editing.describing import fields_of
from feedserver.ics.editing.instances import without
from feedserver.ics.editing.splitting import before as before_key
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.recurring.moments import Local
from feedserver.model.appointment import AppointmentFields, Scope
from feedserver.model.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What an edit makes of an object."""

    data: bytes
    rest: bytes | None
    """What was split off as an object of its own; None when nothing was."""
    changed: tuple[str, ...]
    """Names of the fields that differ."""
    scope: Scope
    """What it came to: what happens once is changed as a whole."""


def change(
    event: StoredEvent, instance: str | None, scope: Scope, wanted: AppointmentFields, *, uid: str, now: datetime
) -> Edited | None:
    """The event with these fields; None when they are what it says already.

    What differs from the fields of `instance` (None: of the whole) is changed, nothing else. `uid` is for an object
    that is split off. Raises NotFound for the instance, InvalidInput with the field at fault, RecurrenceTooCostly.
    """
    key = event.key_of(instance) if instance else None
    scope = _scope(event, key, scope)
    before = cleaned(fields_of(event, key))
    after = _with_breaks(before, cleaned(wanted))
    if before == after:
        return None
    check(after, before)
    rest = None
    if key is None or scope is Scope.ALL:
        data = change_all(event, key, before, after, now=now)
    elif scope is Scope.THIS:
        data = change_one(event, key, before, after, now=now)
    else:
        data, rest = change_following(event, key, before, after, uid=uid, now=now)
    changed = (field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name))
    return Edited(data=data, rest=rest, changed=tuple(changed), scope=scope)


def _with_breaks(before: AppointmentFields, after: AppointmentFields) -> AppointmentFields:
    """A text of several lines that went through a browser's field of one line has lost its breaks: no change."""
    if after.title == before.title.replace("\n", ""):
        after = replace(after, title=before.title)
    return replace(after, place=before.place) if after.place == before.place.replace("\n", "") else after


def delete(event: StoredEvent, instance: str | None, scope: Scope, *, now: datetime) -> bytes | None:
    """The event without what is deleted; None when nothing of it is left. Raises as `change`."""
    key = event.key_of(instance) if instance else None
    scope = _scope(event, key, scope)
    if key is None or scope is Scope.ALL:
        return None
    if scope is Scope.THIS:
        return without(event, key, now=now)
    return None if event.first_key(before=key) is None else before_key(event, key, now=now)


def _scope(event: StoredEvent, key: Local | None, scope: Scope) -> Scope:
    """What happens once is changed as a whole."""
    if not event.series.is_recurring:
        return Scope.ALL
    if key is None and scope is not Scope.ALL:
        raise InvalidInput("choose which of the appointments is meant", field="scope")
    return scope
