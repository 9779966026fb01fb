"""Appointments: what people see, make, change and delete in a calendar, one event at a time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from feedserver.ics.editing import edits
from feedserver.ics.editing.checks import check, cleaned
from feedserver.ics.editing.creating import new_event
from feedserver.ics.editing.describing import describe
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.reading.ingest import object_name, parse_object
from feedserver.ics.syntax.limits import Limits
from feedserver.model.actor import CONSOLE, Actor
from feedserver.model.appointment import Appointment, AppointmentFields, AppointmentPage, EditedMeanwhile, Scope
from feedserver.model.audit import Subject
from feedserver.model.calendar_object import CalendarObject, ETag, ObjectDraft
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import InvalidInput, NotFound, ObjectRefused, RecurrenceTooCostly, TooLarge
from feedserver.services.appointment_list import AppointmentList
from feedserver.services.objects import STORED_LIMITS, draft_of
from feedserver.storage import audit, collections, objects
from feedserver.storage.engine import Database, Tx
from feedserver.storage.upkeep import count_objects


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """What an edit makes of a stored object."""

    drafts: tuple[ObjectDraft, ...]
    """What is to be kept in its place, and what was split off it; empty when it goes."""
    name: str
    instance: str | None
    """Where to look at what came of it."""
    action: str
    detail: Mapping[str, str]
    """For the history."""


class AppointmentService:
    """All that can be done to single events. `calendar_ref` is a calendar's id, or its name when only one has it.

    `name` is an object's name in its calendar, `instance` an occurrence as `Appointment.instance` spells it. Whatever
    takes them raises NotFound, and AmbiguousName for the calendar.
    """

    def __init__(self, db: Database, *, clock: Clock, limits: Limits, max_objects: int) -> None:
        """`max_objects`: how many objects one calendar can hold."""
        self._db = db
        self._clock = clock
        self._limits = limits
        self._max_objects = max_objects

    async def find(self, calendar_ref: str, name: str, instance: str | None = None) -> Appointment:
        """The appointment, or one occurrence of it; NotFound too for an occurrence that there is not (any more)."""
        async with self._db.read() as tx:
            collection = await collections.find(tx, calendar_ref)
            stored = await _stored(tx, collection, name)
        return await asyncio.to_thread(_appointment, collection, stored, instance)

    async def list(self, calendar_ref: str, *, start_on: date, words: str = "", limit: int = 100) -> AppointmentPage:
        """What takes place from `start_on` on, as the calendar's zone counts days; what goes on then is among it.

        `words`: only appointments whose title, place and description have all of them, private ones too. Looks at most
        ten years ahead.
        """
        async with self._db.read() as tx:
            collection = await collections.find(tx, calendar_ref)
            return await AppointmentList(tx, collection, start_on).page(words.casefold().split(), limit)

    async def create(
        self, calendar_ref: str, fields: AppointmentFields, *, by: Actor = CONSOLE, form_key: str | None = None
    ) -> Appointment:
        """A new appointment; the same `form_key` again gives the one that was made before (threat A24).

        Raises InvalidInput with the field at fault, TooLarge when the calendar is full.
        """
        async with self._db.read() as tx:
            collection = await collections.find(tx, calendar_ref)
        uid = _uid_of(collection, form_key)
        draft = await asyncio.to_thread(self._new_draft, collection, fields, uid)
        async with self._db.write() as tx:
            stamp = await collections.raise_sequence(tx, collection.id, self._clock.now())
            held = await objects.etags_by_uid(tx, collection.id, [draft.uid])
            if not held:
                await self._check_room(tx, collection)
                await objects.store(tx, collection.id, stamp, [draft])
                await _note(tx, stamp.now, by, "created", collection, name=draft.name, detail={})
        return await self.find(collection.id, held[draft.uid][0] if held else draft.name)

    def _new_draft(self, collection: Collection, fields: AppointmentFields, uid: str) -> ObjectDraft:
        wanted = cleaned(fields)
        check(wanted)
        data = new_event(wanted, uid=uid, now=self._clock.now())
        return self._draft(collection, data, object_name(uid))

    def _draft(self, collection: Collection, data: bytes, name: str) -> ObjectDraft:
        """CPU only. Raises InvalidInput when the object cannot be kept."""
        with _as_invalid():
            parsed = parse_object(data, timezone=collection.timezone, limits=self._limits)
            return draft_of(parsed, name=name, now=self._clock.now())

    async def _check_room(self, tx: Tx, collection: Collection) -> None:
        if await count_objects(tx, collection.id) >= self._max_objects:
            raise TooLarge(
                "the calendar holds {max} appointments, the most one can (MAX_OBJECTS_PER_CALENDAR)",
                max=self._max_objects,
            )

    async def change(
        self,
        calendar_ref: str,
        name: str,
        fields: AppointmentFields,
        *,
        instance: str | None = None,
        scope: Scope = Scope.ALL,
        etag: ETag,
        by: Actor = CONSOLE,
    ) -> Appointment:
        """The appointment with these fields, what they do not know untouched; nothing is written when nothing differs.

        `etag` and `instance` are those with which it was read, and only what differs from what was read is changed.
        Raises InvalidInput with the field at fault, EditedMeanwhile, TooLarge when a split finds the calendar full.
        """
        collection, stored = await self._open(calendar_ref, name, instance, etag)
        edit = await asyncio.to_thread(self._changed, collection, stored, fields, instance, scope)
        if edit is None:
            return await self.find(collection.id, name, instance)
        await self._keep(collection, stored, edit, by, instance)
        return await self.find(collection.id, edit.name, edit.instance)

    async def delete(
        self,
        calendar_ref: str,
        name: str,
        *,
        instance: str | None = None,
        scope: Scope = Scope.ALL,
        etag: ETag,
        by: Actor = CONSOLE,
    ) -> None:
        """Delete the appointment, one occurrence, or one and all after it. Raises EditedMeanwhile, InvalidInput."""
        collection, stored = await self._open(calendar_ref, name, instance, etag)
        edit = await asyncio.to_thread(self._without, collection, stored, instance, scope)
        await self._keep(collection, stored, edit, by, instance)

    async def _open(
        self, calendar_ref: str, name: str, instance: str | None, etag: ETag
    ) -> tuple[Collection, CalendarObject]:
        """What is edited. Raises EditedMeanwhile when it is not what was read."""
        async with self._db.read() as tx:
            collection = await collections.find(tx, calendar_ref)
            found = await objects.read_data(tx, collection.id, [name])
        if not found or found[0].etag != etag:
            raise await self._edited_meanwhile(collection, name, instance)
        return collection, found[0]

    async def _edited_meanwhile(self, collection: Collection, name: str, instance: str | None) -> EditedMeanwhile:
        try:
            current = await self.find(collection.id, name, instance)
        except NotFound:
            return EditedMeanwhile("Somebody else deleted this appointment in the meantime.", None)
        return EditedMeanwhile("Somebody else changed this appointment in the meantime.", current)

    def _changed(
        self,
        collection: Collection,
        stored: CalendarObject,
        fields: AppointmentFields,
        instance: str | None,
        scope: Scope,
    ) -> _Edit | None:
        """CPU only; None when nothing differs."""
        uid = str(uuid.uuid4())
        with _as_invalid():
            event = _event(collection, stored.data)
            edited = edits.change(event, instance, scope, fields, uid=uid, now=self._clock.now())
        if edited is None:
            return None
        drafts = [self._draft(collection, edited.data, stored.name)]
        name, shown = stored.name, instance if edited.scope is Scope.THIS else None
        if edited.rest is not None:
            name, shown = object_name(uid), _event(collection, edited.rest).first_instance
            drafts.append(self._draft(collection, edited.rest, name))
        detail = {"scope": edited.scope.value, "fields": ", ".join(edited.changed)}
        return _Edit(drafts=tuple(drafts), name=name, instance=shown, action="changed", detail=detail)

    def _without(self, collection: Collection, stored: CalendarObject, instance: str | None, scope: Scope) -> _Edit:
        """CPU only."""
        with _as_invalid():
            event = _event(collection, stored.data)
            data = edits.delete(event, instance, scope, now=self._clock.now())
        drafts = () if data is None else (self._draft(collection, data, stored.name),)
        return _Edit(drafts=drafts, name=stored.name, instance=None, action="deleted", detail={"scope": scope.value})

    async def _keep(
        self, collection: Collection, stored: CalendarObject, edit: _Edit, by: Actor, instance: str | None
    ) -> None:
        """One write unit, in which the object must still be what was edited. Raises EditedMeanwhile, TooLarge."""
        try:
            async with self._db.write() as tx:
                stamp = await collections.raise_sequence(tx, collection.id, self._clock.now())
                await _check_unmoved(tx, stored)
                if edit.drafts[1:]:
                    await self._check_room(tx, collection)
                if edit.drafts:
                    await objects.store(tx, collection.id, stamp, edit.drafts)
                else:
                    await objects.remove(tx, collection.id, stamp, [stored.name])
                await _note(tx, stamp.now, by, edit.action, collection, name=stored.name, detail=edit.detail)
        except _Moved:
            raise await self._edited_meanwhile(collection, stored.name, instance) from None


class _Moved(Exception):
    """The object is not what was edited any more; the write unit is undone."""


@contextmanager
def _as_invalid() -> Iterator[None]:
    """What cannot be kept is a fault of the form."""
    try:
        yield
    except ObjectRefused as error:
        field = "repetition" if isinstance(error, RecurrenceTooCostly) else ""
        values: dict[str, Any] = dict(error.values)
        raise InvalidInput(error.message, field=field, **values) from error


async def _check_unmoved(tx: Tx, stored: CalendarObject) -> None:
    """Raises _Moved."""
    held = await objects.etags_by_uid(tx, stored.collection_id, [stored.uid])
    if held.get(stored.uid) != (stored.name, stored.etag):
        raise _Moved


async def _stored(tx: Tx, collection: Collection, name: str) -> CalendarObject:
    found = await objects.read_data(tx, collection.id, [name])
    if not found:
        raise NotFound("There is no such appointment.")
    return found[0]


def _event(collection: Collection, data: bytes) -> StoredEvent:
    return StoredEvent(data, timezone=collection.timezone, limits=STORED_LIMITS)


def _appointment(collection: Collection, stored: CalendarObject, instance: str | None) -> Appointment:
    """CPU only."""
    event = _event(collection, stored.data)
    found = describe(event, event.key_of(instance) if instance else None)
    return Appointment(
        calendar_id=collection.id,
        name=stored.name,
        etag=stored.etag,
        instance=instance,
        fields=found.fields,
        is_repeating=event.series.is_recurring,
        is_changed=found.is_changed,
        foreign_rule=event.foreign_rule,
        people=found.people,
        more=found.more,
    )


def _uid_of(collection: Collection, form_key: str | None) -> str:
    """A new UID; the same for the same form, so that sending it twice makes one appointment."""
    return str(uuid.uuid4() if form_key is None else uuid.uuid5(uuid.UUID(collection.id), form_key))


async def _note(
    tx: Tx, now: datetime, by: Actor, action: str, collection: Collection, *, name: str, detail: Mapping[str, str]
) -> None:
    """Into the history: the calendar stands for the appointment, whose texts are nobody's business there."""
    await audit.add(
        tx,
        now=now,
        by=by,
        action=action,
        subject=Subject.APPOINTMENT,
        subject_id=f"{collection.id}/{name}",
        subject_name=collection.name,
        detail=detail,
    )
