"""All that a calendar holds, as a file."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.streaming import send_file
from admin.views.calendars.named import named_calendar
from feedserver.http.headers import CALENDAR, disposition
from feedserver.services.links import slugify


async def send(call: Call) -> web.StreamResponse:
    """The file: never opened as a page, whatever is in it (threat A26)."""
    calendar = await named_calendar(call)
    headers = (disposition(slugify(calendar.name), calendar.name, is_attachment=True),)
    chunks = call.services.calendars.export(calendar.id)
    return await send_file(call, chunks, content_type=CALENDAR, headers=headers)
