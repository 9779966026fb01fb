"""An appointment is changed: one occurrence, this and the following ones, or all."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms.appointment import AppointmentForm, fault_of, fields_of, read, scope_of, typed_of
from admin.views.appointments.conflict import show_both, show_deleted
from admin.views.appointments.named import named_appointment, named_instance, path_of
from admin.views.appointments.sheet import sheet_of
from admin.views.appointments.wording import AppointmentWords
from admin.views.calendars.named import named_calendar
from feedserver.model.appointment import Appointment, EditedMeanwhile, Scope
from feedserver.model.calendar_object import ETag
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError, InvalidInput, NotFound, TooLarge


async def show(call: Call) -> web.StreamResponse:
    """The form."""
    calendar = await named_calendar(call)
    appointment = await named_appointment(call, calendar)
    has_kept_rule = bool(appointment.foreign_rule)
    typed = typed_of(appointment.fields, has_kept_rule=has_kept_rule, timezone=calendar.timezone)
    return await _form(call, calendar, appointment, typed, etag=appointment.etag)


async def change(call: Call) -> web.StreamResponse:
    """Change it, and show it; whoever was not the first to change it sees both versions."""
    calendar = await named_calendar(call)
    typed = read(call.form)
    fields, faults = fields_of(typed)
    if faults:
        return await _faulty(call, calendar, typed, faults)
    instance = named_instance(call)
    try:
        changed = await call.services.appointments.change(
            calendar.id,
            call.part("name"),
            fields,
            instance=instance,
            scope=scope_of(call.form, is_one=instance is not None),
            etag=ETag(call.form.line("etag")),
            by=call.actor,
        )
    except (InvalidInput, TooLarge) as error:
        return await _faulty(call, calendar, typed, fault_of(error))
    except EditedMeanwhile as error:
        if error.current is None:
            return await show_deleted(call, calendar, typed)
        return await show_both(call, calendar, typed, error.current)
    title = AppointmentWords(call.language).title(changed.fields.title)
    await call.done(call.say("The appointment {title} is saved.", title=title))
    return call.see_other(path_of(calendar.id, changed.name, changed.instance))


async def _faulty(
    call: Call, calendar: Collection, typed: AppointmentForm, faults: Mapping[str, FeedserverError]
) -> web.StreamResponse:
    """The form again. It keeps the version that it was opened with, so that a change meanwhile is still noticed."""
    try:
        appointment = await named_appointment(call, calendar)
    except NotFound:
        return await show_deleted(call, calendar, typed, faults)
    return await _form(call, calendar, appointment, typed, etag=ETag(call.form.line("etag")), faults=faults)


async def _form(
    call: Call,
    calendar: Collection,
    appointment: Appointment,
    typed: AppointmentForm,
    *,
    etag: ETag,
    faults: Mapping[str, FeedserverError] | None = None,
) -> web.StreamResponse:
    is_one = appointment.is_repeating and appointment.instance is not None
    return await call.page(
        "appointments/edit.html",
        status=422 if faults else 200,
        calendar=calendar,
        appointment=appointment,
        title=AppointmentWords(call.language).title(appointment.fields.title),
        typed=typed,
        scope=call.form.text("scope", Scope.THIS),
        etag=etag,
        faults={name: call.language.error(fault) for name, fault in (faults or {}).items()},
        sheet=sheet_of(call, typed, kept_rule=appointment.foreign_rule, is_one=is_one),
        path_of=path_of,
    )
