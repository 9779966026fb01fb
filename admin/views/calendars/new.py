"""A new, empty calendar."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms.calendar import CalendarForm, changes_of, read
from admin.views.calendars.choices import owners, zones
from feedserver.model.errors import InvalidInput, NotFound


async def show(call: Call) -> web.StreamResponse:
    """The form."""
    return await _form(call, CalendarForm(timezone=call.office.timezone))


async def make(call: Call) -> web.StreamResponse:
    """Make it, and go on to its page."""
    typed = read(call.form)
    try:
        made = await call.services.calendars.add(**changes_of(typed), owner=typed.owner or None, by=call.actor)
    except InvalidInput as error:
        return await _form(call, typed, {error.field: call.language.error(error)}, status=422)
    except NotFound:
        return await _form(call, typed, {"owner": call.say("There is no such user any more.")}, status=422)
    await call.done(call.say("The calendar {name} is there. Fill it with a file, or add appointments.", name=made.name))
    return call.see_other(f"/calendars/{made.id}/")


async def _form(
    call: Call, typed: CalendarForm, faults: Mapping[str, str] | None = None, *, status: int = 200
) -> web.StreamResponse:
    return await call.page(
        "calendars/new.html",
        status=status,
        typed=typed,
        faults=faults or {},
        zones=zones(call, typed.timezone),
        owners=await owners(call),
    )
