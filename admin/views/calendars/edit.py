"""What a calendar is called, its colour, its zone and its description."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms.calendar import CalendarForm, changes_of, read, typed_of
from admin.views.calendars.choices import zones
from admin.views.calendars.named import named_calendar
from feedserver.model.collection import Collection
from feedserver.model.errors import InvalidInput


async def show(call: Call) -> web.StreamResponse:
    """The form."""
    calendar = await named_calendar(call)
    return await _form(call, calendar, typed_of(calendar))


async def change(call: Call) -> web.StreamResponse:
    """Change it, and go back to its page."""
    calendar = await named_calendar(call)
    typed = read(call.form)
    try:
        changed = await call.services.calendars.update(calendar.id, by=call.actor, **changes_of(typed))
    except InvalidInput as error:
        return await _form(call, calendar, typed, {error.field: call.language.error(error)}, status=422)
    await call.done(call.say("The calendar {name} is saved.", name=changed.name))
    return call.see_other(f"/calendars/{changed.id}/")


async def _form(
    call: Call,
    calendar: Collection,
    typed: CalendarForm,
    faults: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> web.StreamResponse:
    return await call.page(
        "calendars/edit.html",
        status=status,
        calendar=calendar,
        typed=typed,
        faults=faults or {},
        zones=zones(call, typed.timezone),
    )
