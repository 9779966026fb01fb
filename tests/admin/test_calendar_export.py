"""All that a calendar holds, as a file."""

from __future__ import annotations

from urllib.parse import quote

from tests.admin.conftest import Visitor
from tests.builders import an_event
from tests.premises import Premises


async def test_export_is_the_whole_calendar(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("a"), an_event("b", "Secret", "CLASS:PRIVATE"), name="Work")
    answer = await admin.get(f"/calendars/{work.id}/export.ics")
    body = await answer.read()
    assert answer.status == 200
    assert body == b"".join([chunk async for chunk in premises.calendars.export(work.id)])
    assert body.count(b"BEGIN:VEVENT") == 2
    assert b"Secret" in body
    assert answer.headers["Content-Length"] == str(len(body))


async def test_a26_export_is_kept_as_a_file_and_never_opened_as_a_page(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("a", "<script>alert(1)</script>"), name="Work")
    answer = await admin.get(f"/calendars/{work.id}/export.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="work.ics"'
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_i19_no_name_of_a_calendar_breaks_the_header(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name='Büro "; filename=../../x.html')
    value = (await admin.get(f"/calendars/{work.id}/export.ics")).headers["Content-Disposition"]
    assert value.startswith("attachment; filename=\"buro-filename-x-html.ics\"; filename*=UTF-8''")
    assert quote("Büro") in value
    assert "/" not in value


async def test_head_tells_the_length_alone(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("a"), name="Work")
    whole = await admin.get(f"/calendars/{work.id}/export.ics")
    response = await admin.client.head(
        f"/admin/calendars/{work.id}/export.ics", headers={"Cookie": f"session={admin.cookie}"}
    )
    assert response.status == 200
    assert response.headers["Content-Length"] == whole.headers["Content-Length"]
    assert await response.read() == b""


async def test_a09_export_needs_a_login(visitor: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    answer = await visitor.get(f"/calendars/{work.id}/export.ics")
    assert answer.status == 303
    assert await answer.read() == b""


async def test_export_leaves_nothing_on_the_disk_and_holds_no_reading(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("a"), name="Work")
    for _ in range(3):
        await admin.get(f"/calendars/{work.id}/export.ics")
    await premises.calendars.remove(work.id)
    assert await premises.calendars.list_all() == []
