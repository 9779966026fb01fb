"""A file into a calendar, in the browser."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from feedserver.model.collection import Collection
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.admin.uploading import upload
from tests.builders import an_event, an_ics
from tests.premises import MAX_UPLOAD_BYTES, Premises

BROKEN = an_event("broken").replace("DTSTART:20261124T100000Z\r\n", "")
PADDING = "X-PADDING:" + "x" * 1000


async def test_report_is_the_command_lines(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("same"), an_event("changed"), name="Work")
    bare = an_event("bare").replace("DTSTAMP:20261101T000000Z\r\n", "")
    file = an_ics(an_event("same"), an_event("changed", "Other"), an_event("new"), bare, BROKEN)
    answer = await upload(admin, f"/calendars/{work.id}/import", file)
    text = text_of(await answer.text())
    assert answer.status == 200
    assert "4 appointments of this file are in the calendar now. 1 appointment was refused." in text
    assert "Imported 2 Updated 1 Unchanged 1 Repaired 1 Refused 1" in text
    assert "DTSTAMP was missing; LAST-MODIFIED, CREATED or 1970 took its place (1)" in text
    assert "the event has no DTSTART" in text
    assert f"{file[: file.index('UID:broken')].count(chr(10))} the event" in text
    assert (await premises.calendars.find(work.id)).object_count == 4


async def test_report_names_the_file_and_leads_to_the_calendar(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    page = await (await upload(admin, f"/calendars/{work.id}/import", an_ics(an_event("n")), name="Plän.ics")).text()
    assert "Plän.ics" in page
    assert f'href="/admin/calendars/{work.id}/"' in page


async def test_file_without_appointments_says_so(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    answer = await upload(admin, f"/calendars/{work.id}/import", an_ics())
    assert answer.status == 200
    assert "The file holds no appointments." in await answer.text()


async def test_file_of_which_nothing_can_be_kept_is_a_failure(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    answer = await upload(admin, f"/calendars/{work.id}/import", an_ics(BROKEN))
    assert answer.status == 422
    assert "Nothing of this file could be kept." in await answer.text()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<!doctype html><html><body>no</body></html>", "no calendar"),
        (b"PK\x03\x04 a zip file", "no calendar"),
        (b"", "no calendar"),
        (b"\x89PNG\r\n\x1a\n", "no calendar"),
    ],
)
async def test_file_that_is_no_calendar_is_said_beside_its_field(
    content: bytes, told: str, admin: Visitor, premises: Premises
) -> None:
    work = await premises.calendar(name="Work")
    answer = await upload(admin, f"/calendars/{work.id}/import", content)
    page = await answer.text()
    assert answer.status == 422
    assert 'id="e-file"' in page
    assert told in text_of(page)
    assert f'action="/admin/calendars/{work.id}/import"' in page


async def test_form_without_a_file_asks_for_one(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    answer = await upload(admin, f"/calendars/{work.id}/import", b"", name="")
    assert answer.status == 422
    assert "Choose the file." in await answer.text()


async def test_i01_file_over_the_limit_is_a_413_that_names_the_limit(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    answer = await upload(admin, f"/calendars/{work.id}/import", b"x" * (MAX_UPLOAD_BYTES + 1))
    page = await answer.text()
    assert answer.status == 413
    assert "The file is larger than 2 MiB" in text_of(page)
    assert 'id="e-file"' in page
    assert (await upload(admin, f"/calendars/{work.id}/import", b"x" * (MAX_UPLOAD_BYTES * 4))).status == 413


async def test_a03_upload_without_this_sessions_token_imports_nothing(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("a"), name="Work")
    file = an_ics(an_event("b"))
    for fields in ({"form_token": ""}, {"form_token": "0" * 32}):
        assert (await upload(admin, f"/calendars/{work.id}/import", file, fields=fields)).status == 403
    foreign = await upload(admin, f"/calendars/{work.id}/import", file, Sec_Fetch_Site="cross-site")
    assert foreign.status == 403
    assert (await premises.calendars.find(work.id)).object_count == 1


async def test_i14_form_that_is_no_multipart_is_refused(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    assert (await admin.post(f"/calendars/{work.id}/import", {"file": an_ics()})).status == 400


async def test_a11_what_a_file_holds_and_is_called_is_shown_as_text(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    evil = BROKEN.replace("UID:broken", "UID:<img src=x onerror=alert(1)>")
    name = "<script>alert(2)<!--.html"
    answer = await upload(admin, f"/calendars/{work.id}/import", an_ics(evil, an_event("ok")), name=name)
    page = await answer.text()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)" in page


async def test_i37_no_line_of_a_file_reaches_the_log(
    admin: Visitor, premises: Premises, caplog: pytest.LogCaptureFixture
) -> None:
    work = await premises.calendar(name="Work")
    evil = BROKEN.replace("UID:broken", "UID:uid-secret\x1b[31m").replace("Meeting", "summary-secret")
    await upload(admin, f"/calendars/{work.id}/import", an_ics(evil), name="name-secret\x1b.ics")
    assert "secret" not in caplog.text
    assert "\x1b" not in caplog.text


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_nothing_of_an_upload_stays_on_the_disk(admin: Visitor, premises: Premises, tmp_path: Path) -> None:
    work = await premises.calendar(name="Work")
    before = _names(tmp_path)
    await upload(admin, f"/calendars/{work.id}/import", an_ics(an_event("b")))
    await upload(admin, f"/calendars/{work.id}/import", b"x" * (MAX_UPLOAD_BYTES + 1))
    assert _names(tmp_path) == before


async def test_script_is_told_how_far_it_is_and_gets_the_same_page(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    file = an_ics(*(an_event(f"n{number}", "Meeting", PADDING) for number in range(700)))
    answer = await upload(admin, f"/calendars/{work.id}/import", file, Accept="application/x-ndjson")
    lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert all(0 <= line["done"] <= 700 for line in lines[:-1])
    assert lines[-1]["status"] == 200
    assert "700 appointments of this file are in the calendar now." in text_of(lines[-1]["page"])
    assert (await premises.calendars.find(work.id)).object_count == 701


async def test_script_gets_the_page_of_a_fault_too(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    told = await upload(admin, f"/calendars/{work.id}/import", b"nonsense", Accept="application/x-ndjson")
    line = json.loads((await told.text()).splitlines()[-1])
    assert (told.status, line["status"]) == (200, 422)
    assert 'id="e-file"' in line["page"]
    large = await upload(
        admin, f"/calendars/{work.id}/import", b"x" * (MAX_UPLOAD_BYTES + 1), Accept="application/x-ndjson"
    )
    assert large.status == 413
    assert 'id="e-file"' in await large.text()


async def test_import_goes_on_when_the_one_who_began_it_leaves(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    file = an_ics(*(an_event(f"n{number}", "Meeting", PADDING) for number in range(900))).encode()
    task = asyncio.ensure_future(upload(admin, f"/calendars/{work.id}/import", file, Accept="application/x-ndjson"))
    await _until_more_than(1, work, premises)
    task.cancel()
    await _until_more_than(900, work, premises)


async def _until_more_than(number: int, calendar: Collection, premises: Premises) -> None:
    async with asyncio.timeout(60):
        while (await premises.calendars.find(calendar.id)).object_count <= number:  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.01)


async def test_form_is_shown_with_its_limit(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    page = await (await admin.get(f"/calendars/{work.id}/import")).text()
    assert 'enctype="multipart/form-data"' in page
    assert "At most 2 MiB." in page
    assert next(iter(form_of(page, f"/admin/calendars/{work.id}/import"))) == "form_token"
