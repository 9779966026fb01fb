"""A new calendar out of a file, in the browser."""

from __future__ import annotations

from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.admin.uploading import upload
from tests.builders import an_event, an_ics
from tests.premises import MAX_UPLOAD_BYTES, Premises

NAMED = an_ics(an_event("a")).replace("VERSION:2.0\r\n", "VERSION:2.0\r\nX-WR-CALNAME:Holidays\r\n", 1)


async def test_calendar_is_called_as_the_file_calls_itself(admin: Visitor, premises: Premises) -> None:
    answer = await upload(admin, "/calendars/from-file", NAMED, fields={"name": ""})
    (made,) = await premises.calendars.list_all()
    assert (answer.status, made.name, made.object_count) == (200, "Holidays", 1)
    assert f'href="/admin/calendars/{made.id}/"' in await answer.text()


async def test_name_that_was_typed_stands_before_the_files_own(admin: Visitor, premises: Premises) -> None:
    await upload(admin, "/calendars/from-file", NAMED, fields={"name": "Ours"})
    assert [made.name for made in await premises.calendars.list_all()] == ["Ours"]


async def test_calendar_of_a_nameless_file_is_called_like_it(admin: Visitor, premises: Premises) -> None:
    await upload(admin, "/calendars/from-file", an_ics(an_event("a")), name="Choir 2026.ics")
    assert [made.name for made in await premises.calendars.list_all()] == ["Choir 2026"]


async def test_file_of_which_nothing_can_be_kept_makes_no_calendar(admin: Visitor, premises: Premises) -> None:
    broken = an_event("broken").replace("DTSTART:20261124T100000Z\r\n", "")
    answer = await upload(admin, "/calendars/from-file", an_ics(broken))
    assert answer.status == 422
    assert "so no calendar was made" in text_of(await answer.text())
    assert await premises.calendars.list_all() == []


async def test_fault_keeps_the_name_that_was_typed(admin: Visitor, premises: Premises) -> None:
    for content, status in ((b"nonsense", 422), (b"x" * (MAX_UPLOAD_BYTES + 1), 413)):
        answer = await upload(admin, "/calendars/from-file", content, fields={"name": "Ours"})
        assert answer.status == status
        page = await answer.text()
        assert form_of(page, "/admin/calendars/from-file")["name"] == ["Ours"]
        assert 'id="e-file"' in page
    assert await premises.calendars.list_all() == []


async def test_name_that_is_too_long_is_said_beside_its_field(admin: Visitor, premises: Premises) -> None:
    answer = await upload(admin, "/calendars/from-file", NAMED, fields={"name": "x" * 201})
    assert answer.status == 422
    assert 'id="e-name"' in await answer.text()
    assert await premises.calendars.list_all() == []
