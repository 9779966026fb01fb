"""The list of users."""

from __future__ import annotations

import re

import pytest

from feedserver.model.account import Role
from feedserver.model.notice import Mailing
from tests.admin.conftest import Visitor
from tests.premises import Premises


async def names_on(admin: Visitor, query: str = "") -> list[str]:
    """Who is on the page, in its order."""
    page = await (await admin.get(f"/users/{query}")).text()
    return re.findall(r'<td><a href="/admin/users/[0-9a-f]{32}/">([^<]*)</a>', page)


async def test_all_users_are_listed_by_name(premises: Premises, admin: Visitor) -> None:
    await premises.account("zoe")
    await premises.account("ann", role=Role.MEMBER)
    assert await names_on(admin) == ["ann", "root", "zoe"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=AN", ["ann"]),
        ("?q=example.org", ["ann", "bob", "root"]),
        ("?role=admin", ["root"]),
        ("?state=inactive", ["bob"]),
        ("?state=waiting", []),
        ("?role=guest&state=active", ["ann"]),
        ("?role=king&state=x&page=x", ["ann", "bob", "root"]),
        ("?q=%25", []),
        ("?page=99999999999999", ["ann", "bob", "root"]),
    ],
)
async def test_list_is_searched_and_filtered(premises: Premises, admin: Visitor, query: str, names: list[str]) -> None:
    await premises.account("ann")
    await premises.account("bob")
    await premises.accounts.deactivate("bob")
    assert await names_on(admin, query) == names


async def test_list_goes_on_on_further_pages(premises: Premises, admin: Visitor) -> None:
    for number in range(60):
        await premises.accounts.add(login=f"u{number:02}", email="u@example.org", role=Role.GUEST)
    assert len(await names_on(admin)) == 50
    assert len(await names_on(admin, "?page=2")) == 11
    page = await (await admin.get("/users/?q=u")).text()
    assert 'href="?q=u&amp;page=2"' in page


async def test_who_has_no_password_yet_is_told_apart(premises: Premises, admin: Visitor) -> None:
    await premises.accounts.add(login="ann", email="a@example.org", role=Role.GUEST, mailing=Mailing())
    await premises.accounts.add(login="bob", email="b@example.org", role=Role.GUEST)
    page = await (await admin.get("/users/?state=waiting")).text()
    assert "Invited until" in page
    assert "Not invited" in page


async def test_a11_names_are_shown_as_text(premises: Premises, admin: Visitor) -> None:
    await premises.accounts.add(
        login="ann", email="a@example.org", role=Role.GUEST, display_name="<img src=x onerror=alert(1)>"
    )
    page = await (await admin.get("/users/")).text()
    assert "<img" not in page


async def test_a09_list_is_for_who_is_logged_in(visitor: Visitor) -> None:
    assert (await visitor.get("/users/")).headers["Location"] == "/admin/login?next=%2Fusers%2F"


async def test_a09_guest_with_a_session_sees_nothing(premises: Premises, visitor: Visitor) -> None:
    guest = await premises.account("ann")
    secret, _ = await premises.sessions.begin(guest, agent="")
    answer = await Visitor(visitor.client, secret).get("/users/")
    assert answer.status == 403
    assert "root" not in await answer.text()
