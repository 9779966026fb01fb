"""The way in: logging in on the page."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientResponse, DummyCookieJar, encode_basic_auth
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.http.client import Proxies
from feedserver.model.account import Account, Role
from feedserver.storage.engine import Database
from feedserver.web.negotiation import FeedOptions
from feedserver.web.site import SiteOptions
from tests.admin.conftest import SiteServer, Visitor
from tests.premises import PASSWORD, Premises, open_premises

RIGHT = {"login": "root", "password": PASSWORD}


def secret_of(answer: ClientResponse) -> str:
    """The secret that an answer gives the browser."""
    found = re.match(r"session=([^;]*);", answer.headers["Set-Cookie"])
    assert found
    return found[1]


@pytest.mark.usefixtures("admin_account")
async def test_a00_who_knows_login_and_password_is_in(visitor: Visitor) -> None:
    answer = await visitor.post("/login", RIGHT)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/shares/")
    assert (await Visitor(visitor.client, secret_of(answer)).get("/nowhere")).status == 404


@pytest.mark.usefixtures("admin_account")
async def test_a06_cookie_is_out_of_reach_and_ends_with_the_browser(visitor: Visitor) -> None:
    cookie = (await visitor.post("/login", RIGHT)).headers["Set-Cookie"]
    assert cookie.partition(";")[2].split("; ") == [" Path=/", "HttpOnly", "SameSite=Lax"]


@pytest.mark.usefixtures("admin_account")
async def test_stay_signed_in_keeps_the_cookie_for_a_month(visitor: Visitor) -> None:
    answer = await visitor.post("/login", {**RIGHT, "stay": "1"})
    assert "; Max-Age=2592000" in answer.headers["Set-Cookie"]


@pytest.mark.usefixtures("admin_account")
async def test_a05_cookie_from_before_the_login_is_neither_kept_nor_adopted(
    premises: Premises, visitor: Visitor
) -> None:
    planted = Visitor(visitor.client, "planted-by-somebody-else")
    answer = await planted.client.post(
        "/admin/login", data=RIGHT, headers={"Cookie": f"session={planted.cookie}"}, allow_redirects=False
    )
    assert secret_of(answer) != planted.cookie
    assert await premises.sessions.find(planted.cookie) is None


async def test_a05_login_ends_the_session_that_the_browser_had(
    premises: Premises, admin: Visitor, admin_account: Account
) -> None:
    answer = await admin.post("/login", RIGHT)
    assert answer.status == 303
    assert await premises.sessions.find(admin.cookie) is None
    assert len(await premises.sessions.list_of(admin_account)) == 1


async def test_a15_unknown_wrong_inactive_and_empty_are_answered_alike(premises: Premises, visitor: Visitor) -> None:
    await premises.account("root", role=Role.ADMIN)
    await premises.account("gone", role=Role.ADMIN)
    await premises.accounts.deactivate("gone")
    tries = [
        ("root", "wrong"),
        ("nobody", "wrong"),
        ("gone", PASSWORD),
        ("a:b", "x"),
        ("root", ""),
        ("ruth", "x" * 4000),
    ]
    answers = [await visitor.post("/login", {"login": login, "password": word}) for login, word in tries]
    assert {answer.status for answer in answers} == {422}
    pages = [
        (await answer.text()).replace(f'"{login}"', '""') for answer, (login, _) in zip(answers, tries, strict=True)
    ]
    assert len(set(pages)) == 1
    assert re.findall(r'role="alert"[^>]*><p>([^<]*)', pages[0]) == ["Login or password are not right."]
    assert all("Set-Cookie" not in answer.headers for answer in answers)


@pytest.mark.usefixtures("admin_account")
async def test_a15_forty_wrong_tries_wait_and_the_right_password_is_not_locked_out(
    premises: Premises, visitor: Visitor
) -> None:
    for _ in range(40):
        await visitor.post("/login", {"login": "root", "password": "wrong"})
    assert sum(premises.pauses) > 60
    assert (await visitor.post("/login", RIGHT)).status == 303


async def test_login_keeps_what_was_typed_but_never_the_password(visitor: Visitor) -> None:
    page = await (await visitor.post("/login", {"login": "ann", "password": "hunter22222", "stay": "1"})).text()
    assert 'value="ann"' in page
    assert "hunter22222" not in page
    assert re.search(r'name="stay"[^>]* checked', page)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST])
async def test_who_is_no_admin_gets_no_session_here(premises: Premises, visitor: Visitor, role: Role) -> None:
    account = await premises.account("ann", role=role)
    answer = await visitor.post("/login", {"login": "ann", "password": PASSWORD})
    assert answer.status == 422
    assert "This page is for administrators." in await answer.text()
    assert await premises.sessions.list_of(account) == []


@pytest.mark.usefixtures("admin_account")
async def test_login_leads_back_to_the_page_that_was_wanted(visitor: Visitor) -> None:
    sent_away = await visitor.get("/users/?q=M%C3%BCller&page=2")
    assert sent_away.status == 303
    form = await visitor.get(sent_away.headers["Location"].removeprefix("/admin"))
    found = re.search(r'name="next" value="([^"]*)"', await form.text())
    assert found
    answer = await visitor.post("/login", {**RIGHT, "next": found[1].replace("&amp;", "&")})
    assert answer.headers["Location"] == "/admin/users/?q=M%C3%BCller&page=2"


_ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    ".evil.example",
    "@evil.example",
    "/../../evil",
    "/%2e%2e/s/x",
    "/shares/..%5c..%5cevil",
    "/shares/\r\nSet-Cookie: a=b",
    "/shares/ x",
    "/shäres/",
]


@pytest.mark.parametrize("target", _ELSEWHERE)
@pytest.mark.usefixtures("admin_account")
async def test_a13_next_never_leads_out_of_the_admin_page(visitor: Visitor, target: str) -> None:
    answer = await visitor.post("/login", {**RIGHT, "next": target})
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/shares/")


async def test_who_is_logged_in_needs_no_login_form(admin: Visitor) -> None:
    answer = await admin.get("/login?next=/calendars/")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/calendars/")


@pytest.mark.usefixtures("admin_account")
@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}])
async def test_a03_login_sent_by_another_site_is_refused(visitor: Visitor, headers: dict[str, str]) -> None:
    answer = await visitor.client.post(
        "/admin/login",
        data=RIGHT,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        allow_redirects=False,
    )
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("admin_account")
async def test_a19_login_page_is_not_stored(visitor: Visitor) -> None:
    assert (await visitor.get("/login")).headers["Cache-Control"] == "private, no-store"


async def test_a07_cookie_is_dead_after_the_logout(admin: Visitor) -> None:
    answer = await admin.post("/logout")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/login")
    assert answer.headers["Set-Cookie"].startswith("session=; Path=/;")
    assert (await admin.get("/nowhere-else/")).status == 404
    assert (await admin.get("/users/")).headers["Location"].startswith("/admin/login")


async def test_logout_without_a_session_leads_to_the_login(visitor: Visitor) -> None:
    assert (await visitor.post("/logout")).headers["Location"] == "/admin/login"


async def test_a04_logout_by_a_link_is_refused(admin: Visitor) -> None:
    assert (await admin.get("/logout")).status == 405


async def test_a10_unused_session_leads_to_the_login_after_half_an_hour(premises: Premises, admin: Visitor) -> None:
    premises.clock.advance(timedelta(minutes=30))
    assert (await admin.get("/users/")).headers["Location"] == "/admin/login?next=%2Fusers%2F"


async def test_a06_cookie_on_https_is_bound_to_the_host(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    options = SiteOptions(proxies=Proxies(("127.0.0.1",)), feeds=FeedOptions())
    https = "https://calendars.example.org"
    async with open_premises(sqlite_db, tmp_path, base_url=https, options=options) as premises:
        await premises.account("root", role=Role.ADMIN)
        site = await aiohttp_client(SiteServer(premises.app), cookie_jar=DummyCookieJar())
        headers = {"X-Forwarded-Proto": "https", "Origin": https}
        answer = await site.post("/admin/login", data=RIGHT, headers=headers, allow_redirects=False)
        name, marks = answer.headers["Set-Cookie"].split("=", 1)
        assert name == "__Host-session"
        assert marks.partition(";")[2].split("; ") == [" Path=/", "HttpOnly", "SameSite=Lax", "Secure"]
        plain = await site.post("/admin/login", data=RIGHT, allow_redirects=False)
        assert (plain.status, "Set-Cookie" in plain.headers) == (308, False)


async def test_b19_session_opens_no_secured_share_and_a_password_header_no_admin_page(
    premises: Premises, admin: Visitor
) -> None:
    share = await premises.secured_share(logins=("root",))
    with_cookie = {"Cookie": f"session={admin.cookie}"}
    assert (await admin.client.get(premises.feed_path(share), headers=with_cookie)).status == 401
    with_basic = {"Authorization": encode_basic_auth("root", PASSWORD)}
    answer = await admin.client.get("/admin/users/", headers=with_basic, allow_redirects=False)
    assert answer.headers["Location"].startswith("/admin/login")


async def test_u06_secrets_of_one_purpose_are_worthless_for_another(premises: Premises, admin: Visitor) -> None:
    share_token = premises.feed_path(await premises.share()).split("/")[2]
    for secret in (admin.cookie, await admin.form_token()):
        assert (await admin.client.get(f"/s/{secret}/calendar.ics")).status == 404
        assert (await admin.client.get(f"/account/password/{secret}")).status == 404
    for secret in (share_token, await admin.form_token()):
        answer = await Visitor(admin.client, secret).get("/users/")
        assert answer.headers["Location"].startswith("/admin/login")
