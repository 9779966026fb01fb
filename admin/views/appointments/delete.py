"""An appointment is deleted: one occurrence, this and the following ones, or all."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms.appointment import fault_of, scope_of
from admin.views.appointments.appointment_page import repetition_words
from admin.views.appointments.named import named_appointment, named_instance, path_of
from admin.views.appointments.wording import AppointmentWords
from admin.views.calendars.named import named_calendar
from feedserver.model.appointment import Appointment, EditedMeanwhile, Scope
from feedserver.model.calendar_object import ETag
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError, InvalidInput


async def ask(call: Call) -> web.StreamResponse:
    """The question."""
    calendar = await named_calendar(call)
    return await _question(call, calendar, await named_appointment(call, calendar))


async def delete(call: Call) -> web.StreamResponse:
    """Delete it, and go back to the list; what somebody else has just changed is shown first."""
    calendar = await named_calendar(call)
    instance = named_instance(call)
    try:
        await call.services.appointments.delete(
            calendar.id,
            call.part("name"),
            instance=instance,
            scope=scope_of(call.form, is_one=instance is not None),
            etag=ETag(call.form.line("etag")),
            by=call.actor,
        )
    except InvalidInput as error:
        appointment = await named_appointment(call, calendar)
        return await _question(call, calendar, appointment, fault_of(error), status=422)
    except EditedMeanwhile as error:
        if error.current is not None:
            return await _question(call, calendar, error.current, {"scope": error}, status=409)
        await call.done(call.say("Somebody else had deleted this appointment already."))
        return call.see_other(f"/calendars/{calendar.id}/appointments/")
    await call.done(call.say("The appointment is deleted."))
    return call.see_other(f"/calendars/{calendar.id}/appointments/")


async def _question(
    call: Call,
    calendar: Collection,
    appointment: Appointment,
    faults: Mapping[str, FeedserverError] | None = None,
    *,
    status: int = 200,
) -> web.StreamResponse:
    words = AppointmentWords(call.language)
    is_one = appointment.is_repeating and appointment.instance is not None
    return await call.page(
        "appointments/delete.html",
        status=status,
        calendar=calendar,
        appointment=appointment,
        title=words.title(appointment.fields.title),
        words=words,
        repetition=await repetition_words(call, calendar, appointment),
        scopes=[(scope, words.scope(scope), "") for scope in Scope] if is_one else [],
        scope=call.form.text("scope", Scope.THIS),
        faults={name: call.language.error(fault) for name, fault in (faults or {}).items()},
        path_of=path_of,
    )
