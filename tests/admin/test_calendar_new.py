"""A new, empty calendar."""

from __future__ import annotations

import pytest

from feedserver.model.account import Account, Role
from feedserver.storage import audit
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.premises import Premises

FIELDS = {
    "name": "Choir",
    "has_color": "1",
    "color": "#aa3366",
    "timezone": "America/New_York",
    "description": "Rehearsals\r\nand concerts",
}


async def test_form_begins_in_the_organisations_zone(admin: Visitor) -> None:
    page = await (await admin.get("/calendars/new")).text()
    assert form_of(page, "/admin/calendars/new")["timezone"] == ["Europe/Berlin"]
    assert "Germany, Berlin" in page


async def test_calendar_is_made_as_typed_and_its_page_is_next(
    admin: Visitor, admin_account: Account, premises: Premises
) -> None:
    answer = await admin.post("/calendars/new", FIELDS)
    (made,) = await premises.calendars.list_all()
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/calendars/{made.id}/")
    assert (made.name, made.color, made.timezone) == ("Choir", "#AA3366", "America/New_York")
    assert made.description == "Rehearsals\nand concerts"
    page = text_of(await (await admin.get(f"/calendars/{made.id}/")).text())
    assert "The calendar Choir is there." in page
    assert "United States, New York" in page
    async with premises.db.read() as tx:
        entry = (await audit.newest(tx))[0]
    assert (entry.action, entry.actor.account_id) == ("created", admin_account.id)


async def test_calendar_without_a_colour_has_none(admin: Visitor, premises: Premises) -> None:
    await admin.post("/calendars/new", {name: value for name, value in FIELDS.items() if name != "has_color"})
    assert [made.color for made in await premises.calendars.list_all()] == [None]


async def test_calendar_can_belong_to_a_member_but_not_to_a_guest(admin: Visitor, premises: Premises) -> None:
    bob = await premises.account("bob", role=Role.MEMBER)
    await premises.account("gus", role=Role.GUEST)
    page = await (await admin.get("/calendars/new")).text()
    assert '<option value="bob">' in page
    assert 'value="gus"' not in page
    await admin.post("/calendars/new", {**FIELDS, "owner": "bob"})
    assert [made.owner_id for made in await premises.calendars.list_all()] == [bob.id]
    refused = await admin.post("/calendars/new", {**FIELDS, "owner": "gus"})
    assert refused.status == 422
    assert "gus is a guest" in text_of(await refused.text())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\tb"),
        ("color", "red"),
        ("color", "url(javascript:alert(1))"),
        ("timezone", "../../etc/passwd"),
        ("timezone", ""),
        ("description", "x" * 10_001),
        ("owner", "nobody"),
    ],
)
async def test_fault_stands_beside_its_field_and_what_was_typed_is_kept(
    field: str, value: str, admin: Visitor, premises: Premises
) -> None:
    answer = await admin.post("/calendars/new", {**FIELDS, field: value})
    page = await answer.text()
    assert answer.status == 422
    assert f'href="#f-{field}"' in page
    assert f'id="e-{field}"' in page
    kept = form_of(page, "/admin/calendars/new")
    if field != "description":
        assert kept["description"] == ["Rehearsals\nand concerts"]
    if field not in ("owner", "timezone"):
        assert kept[field] == [value]
    assert await premises.calendars.list_all() == []


async def test_a14_fields_that_are_none_of_the_forms_are_left_alone(admin: Visitor, premises: Premises) -> None:
    extra = {"id": "f" * 32, "seq": "99", "owner_id": "x", "stamp_at": "2000-01-01", "object_count": "7"}
    assert (await admin.post("/calendars/new", {**FIELDS, **extra})).status == 303
    (made,) = await premises.calendars.list_all()
    assert (made.id != "f" * 32, made.seq, made.owner_id) == (True, 0, None)


async def test_a03_form_without_its_token_makes_nothing(admin: Visitor, premises: Premises) -> None:
    assert (await admin.post("/calendars/new", {**FIELDS, "form_token": "x"})).status == 403
    assert await premises.calendars.list_all() == []


async def test_a11_name_and_description_are_shown_as_text(admin: Visitor, premises: Premises) -> None:
    await admin.post("/calendars/new", {**FIELDS, "name": "<script>alert(1)</script>", "description": '"><img src=x>'})
    (made,) = await premises.calendars.list_all()
    for path in ("/calendars/", f"/calendars/{made.id}/", f"/calendars/{made.id}/edit", f"/calendars/{made.id}/remove"):
        page = await (await admin.get(path)).text()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "<img" not in page
