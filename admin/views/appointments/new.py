"""A new appointment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from admin.call import Call
from admin.forms.appointment import AppointmentForm, blank, fault_of, fields_of, read
from admin.views.appointments.named import path_of
from admin.views.appointments.sheet import sheet_of
from admin.views.appointments.wording import AppointmentWords
from admin.views.calendars.named import named_calendar
from feedserver.model.appointment import Appointment, AppointmentFields
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError, InvalidInput, TooLarge

MAX_KEY_CHARS = 64


async def show(call: Call) -> web.StreamResponse:
    """The form, on the day that the address names."""
    calendar = await named_calendar(call)
    now = call.office.clock.now().astimezone(ZoneInfo(calendar.timezone))
    return await _form(call, calendar, blank(now, calendar.timezone, on=_day(call.query.line("on"))))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def make(call: Call) -> web.StreamResponse:
    """Make it, and go on to its page; a form that is sent twice makes one (threat A24)."""
    calendar = await named_calendar(call)
    typed = read(call.form)
    fields, faults = fields_of(typed)
    if faults:
        return await _form(call, calendar, typed, faults)
    key = call.form.line("form_key")[:MAX_KEY_CHARS] or None
    try:
        made = await call.services.appointments.create(calendar.id, fields, by=call.actor, form_key=key)
    except (InvalidInput, TooLarge) as error:
        return await _form(call, calendar, typed, fault_of(error))
    await _tell(call, made, fields)
    return call.see_other(path_of(calendar.id, made.name))


async def _tell(call: Call, made: Appointment, wanted: AppointmentFields) -> None:
    if (made.fields.title, made.fields.start, made.fields.end) != (wanted.title.strip(), wanted.start, wanted.end):
        await call.failed(call.say("This form had made an appointment already. Here it is, as it was made."))
        return
    title = AppointmentWords(call.language).title(made.fields.title)
    await call.done(call.say("The appointment {title} is in the calendar.", title=title))


async def _form(
    call: Call,
    calendar: Collection,
    typed: AppointmentForm,
    faults: Mapping[str, FeedserverError] | None = None,
) -> web.StreamResponse:
    return await call.page(
        "appointments/new.html",
        status=422 if faults else 200,
        calendar=calendar,
        typed=typed,
        faults={name: call.language.error(fault) for name, fault in (faults or {}).items()},
        sheet=sheet_of(call, typed),
        form_key=call.form.line("form_key") or secrets.token_hex(16),
        is_again=False,
    )
