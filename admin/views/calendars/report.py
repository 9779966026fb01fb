"""What an import did, as a page: the same as the command line prints."""

from __future__ import annotations

from admin.call import Call
from admin.streaming import Page
from feedserver.http.page_errors import status_of
from feedserver.http.uploads import Upload
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError, InvalidInput, TooLarge
from feedserver.model.report import ImportReport
from feedserver.services.calendars import REPAIRS
from feedserver.services.sources import Source

MAX_REFUSALS = 200
"""How many are shown one by one."""


def source_of(upload: Upload) -> Source:
    """What the import reads. Raises InvalidInput when no file was chosen."""
    if upload.size_bytes == 0 and not upload.name:
        raise InvalidInput("Choose the file.", field="file")
    return Source(name="", read=upload.file.read)


def unusable_status(error: FeedserverError) -> int:
    """The status for a file that is no calendar or too large."""
    return status_of(error) if isinstance(error, TooLarge) else 422


def report_page(call: Call, report: ImportReport, calendar: Collection | None, file_name: str) -> Page:
    """The page; `calendar` is None when none was made because nothing could be kept."""
    values = {
        "report": report,
        "calendar": calendar,
        "file_name": file_name,
        "refusals": report.refusals[:MAX_REFUSALS],
        "repairs": [(call.say(REPAIRS[kind]), number) for kind, number in sorted(report.repairs.items())],
    }
    return Page(
        template="calendars/report.html", status=200 if report.kept or not report.refused else 422, values=values
    )
