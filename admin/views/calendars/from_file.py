"""A new calendar out of a file."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.streaming import Page, Progress, send_page, show_when_done
from admin.views.calendars.report import report_page, source_of, unusable_status
from feedserver.http.page_errors import status_of
from feedserver.http.uploads import Upload
from feedserver.model.errors import FeedserverError, InvalidInput, NotACalendar, TooLarge


async def show(call: Call) -> web.StreamResponse:
    """The form."""
    return await send_page(call, _form(call))


async def take(call: Call) -> web.StreamResponse:
    """Make the calendar, and show what became of each appointment in the file."""
    try:
        async with call.take_upload() as upload:
            return await show_when_done(call, lambda progress: _import(call, upload, progress))
    except TooLarge as error:
        return await send_page(call, _form(call, _fault(call, error), status=status_of(error)))


async def _import(call: Call, upload: Upload, progress: Progress) -> Page:
    try:
        calendar, report = await call.services.calendars.import_new(
            source_of(upload),
            name=call.form.line("name"),
            fallback_name=_name_of(upload) or call.say("New calendar"),
            progress=progress,
            by=call.actor,
        )
    except (InvalidInput, NotACalendar, TooLarge) as error:
        return _form(call, _fault(call, error), status=unusable_status(error))
    return report_page(call, report, calendar, upload.name)


def _name_of(upload: Upload) -> str:
    """What the file is called, without what says its type."""
    return upload.name.rpartition(".")[0] or upload.name


def _fault(call: Call, error: FeedserverError) -> Mapping[str, str]:
    field = error.field if isinstance(error, InvalidInput) and error.field else "file"
    return {field: call.language.error(error)}


def _form(call: Call, faults: Mapping[str, str] | None = None, *, status: int = 200) -> Page:
    values = {"typed_name": call.form.line("name"), "faults": faults or {}, "max_bytes": call.office.max_upload_bytes}
    return Page(template="calendars/from_file.html", status=status, values=values)
