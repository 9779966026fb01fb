"""One appointment, or one occurrence of it: all that it says."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.appointments.named import named_appointment, path_of
from admin.views.appointments.wording import AppointmentWords
from admin.views.calendars.named import named_calendar
from feedserver.model.appointment import Appointment
from feedserver.model.collection import Collection


async def show(call: Call) -> web.StreamResponse:
    """The page."""
    calendar = await named_calendar(call)
    appointment = await named_appointment(call, calendar)
    words = AppointmentWords(call.language)
    return await call.page(
        "appointments/page.html",
        calendar=calendar,
        appointment=appointment,
        title=words.title(appointment.fields.title),
        words=words,
        repetition=await repetition_words(call, calendar, appointment),
        path_of=path_of,
    )


async def repetition_words(call: Call, calendar: Collection, appointment: Appointment) -> str:
    """How it repeats; empty when it does not. Counted from where the series begins, whichever occurrence is shown."""
    if not appointment.is_repeating:
        return ""
    whole = (
        await call.services.appointments.find(calendar.id, appointment.name) if appointment.instance else appointment
    )
    return AppointmentWords(call.language).repetition(whole.fields, whole.fields.start, whole.foreign_rule)
