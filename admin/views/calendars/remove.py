"""A calendar goes, with all that it holds."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.calendars.named import named_calendar
from feedserver.http.told import Told

MAX_SHARES = 200
"""How many of its shares the question names."""


async def ask(call: Call) -> web.StreamResponse:
    """The question: which shares it is in, and what their recipients will see."""
    calendar = await named_calendar(call)
    shares = await call.services.calendars.shares_of(calendar.id)
    return await call.page(
        "calendars/remove.html",
        calendar=calendar,
        ending=[share for share in shares if share.is_only][:MAX_SHARES],
        shrinking=[share for share in shares if not share.is_only][:MAX_SHARES],
        share_count=len(shares),
    )


async def remove(call: Call) -> web.StreamResponse:
    """Remove it, and say what became of its shares."""
    calendar = await named_calendar(call)
    shares = await call.services.calendars.shares_of(calendar.id)
    await call.services.calendars.remove(calendar.id, by=call.actor)
    fates = [
        call.say("The share {name} showed nothing else and was removed, too.", name=share.name)
        if share.is_only
        else call.say("The share {name} goes on without it.", name=share.name)
        for share in shares[:MAX_SHARES]
    ]
    text = call.say("The calendar {name} was removed.", name=calendar.name)
    await call.tell(Told(kind="done", text=text, items=tuple(fates)))
    return call.see_other("/calendars/")
