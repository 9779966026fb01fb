"""A file into a calendar that is there."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.streaming import Page, Progress, send_page, show_when_done
from admin.views.calendars.named import named_calendar
from admin.views.calendars.report import report_page, source_of, unusable_status
from feedserver.http.page_errors import status_of
from feedserver.http.uploads import Upload
from feedserver.model.collection import Collection
from feedserver.model.errors import InvalidInput, NotACalendar, TooLarge


async def show(call: Call) -> web.StreamResponse:
    """The form."""
    return await send_page(call, _form(call, await named_calendar(call)))


async def take(call: Call) -> web.StreamResponse:
    """Import the file that was sent, and show what became of each appointment in it."""
    calendar = await named_calendar(call)
    try:
        async with call.take_upload() as upload:
            return await show_when_done(call, lambda progress: _import(call, calendar, upload, progress))
    except TooLarge as error:
        return await send_page(
            call, _form(call, calendar, {"file": call.language.error(error)}, status=status_of(error))
        )


async def _import(call: Call, calendar: Collection, upload: Upload, progress: Progress) -> Page:
    try:
        report = await call.services.calendars.import_(
            calendar.id, [source_of(upload)], progress=progress, by=call.actor
        )
    except (InvalidInput, NotACalendar, TooLarge) as error:
        return _form(call, calendar, {"file": call.language.error(error)}, status=unusable_status(error))
    return report_page(call, report, calendar, upload.name)


def _form(call: Call, calendar: Collection, faults: Mapping[str, str] | None = None, *, status: int = 200) -> Page:
    values = {"calendar": calendar, "faults": faults or {}, "max_bytes": call.office.max_upload_bytes}
    return Page(template="calendars/import.html", status=status, values=values)
