"""Logging in to the pages of those with whom something is shared; the walk over all of these pages is at the end."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientResponse, DummyCookieJar, encode_basic_auth
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import select

from feedserver.http.client import Proxies
from feedserver.model.account import Account, Role
from feedserver.model.actor import CONSOLE
from feedserver.storage.engine import Database
from feedserver.storage.tables import metadata
from feedserver.web.negotiation import FeedOptions
from feedserver.web.personal.reception import Route
from feedserver.web.personal.routes import ROUTES
from feedserver.web.site import SiteOptions
from tests.premises import BASE_URL, PASSWORD, Premises, open_premises
from tests.web.conftest import SiteServer
from tests.web.visiting import Visitor, logged_in, words_of

RIGHT = {"login": "ann", "password": PASSWORD}
CLOSED = [route for route in ROUTES if not route.is_open]


@pytest.fixture
async def site(premises: Premises, aiohttp_client: AiohttpClient) -> TestClient:
    return await aiohttp_client(SiteServer(premises.app), cookie_jar=DummyCookieJar())


@pytest.fixture
def visitor(site: TestClient) -> Visitor:
    return Visitor(site)


@pytest.fixture
async def ann(premises: Premises) -> Account:
    return await premises.account()


def secret_of(answer: ClientResponse) -> str:
    found = re.match(r"session=([^;]*);", answer.headers["Set-Cookie"])
    assert found
    return found[1]


@pytest.mark.parametrize("role", list(Role))
async def test_everybody_with_an_account_gets_in(premises: Premises, visitor: Visitor, role: Role) -> None:
    await premises.account(role=role)
    answer = await visitor.post("/account/login", RIGHT)
    assert (answer.status, answer.headers["Location"]) == (303, "/shared/")
    page = await Visitor(visitor.client, secret_of(answer)).get("/shared/")
    assert page.status == 200
    assert ("/admin/" in await page.text()) == (role is Role.ADMIN)


@pytest.mark.usefixtures("ann")
async def test_a06_cookie_is_out_of_reach_and_ends_with_the_browser(visitor: Visitor) -> None:
    cookie = (await visitor.post("/account/login", RIGHT)).headers["Set-Cookie"]
    assert cookie.partition(";")[2].split("; ") == [" Path=/", "HttpOnly", "SameSite=Lax"]


@pytest.mark.usefixtures("ann")
async def test_stay_signed_in_keeps_the_cookie_for_a_month(visitor: Visitor) -> None:
    answer = await visitor.post("/account/login", {**RIGHT, "stay": "1"})
    assert "; Max-Age=2592000" in answer.headers["Set-Cookie"]


async def test_a05_login_ends_the_session_that_the_browser_had(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    before = await logged_in(premises, site, ann)
    answer = await before.post("/account/login", RIGHT)
    assert answer.status == 303
    assert secret_of(answer) != before.cookie
    assert await premises.sessions.find(before.cookie) is None


async def test_a15_unknown_wrong_inactive_and_empty_are_answered_alike(premises: Premises, visitor: Visitor) -> None:
    await premises.account()
    await premises.account("gone")
    await premises.accounts.deactivate("gone")
    await premises.accounts.add(login="new", email="new@example.org", role=Role.GUEST)
    tries = [("ann", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD), ("new", ""), ("a:b", "x"), ("ann", "")]
    answers = [await visitor.post("/account/login", {"login": login, "password": word}) for login, word in tries]
    assert {answer.status for answer in answers} == {422}
    pages = [
        (await answer.text()).replace(f'"{login}"', '""') for answer, (login, _) in zip(answers, tries, strict=True)
    ]
    assert len(set(pages)) == 1
    assert "Login or password are not right." in pages[0]
    assert all("Set-Cookie" not in answer.headers for answer in answers)


@pytest.mark.usefixtures("ann")
async def test_a15_forty_wrong_tries_wait_and_the_right_password_is_not_locked_out(
    premises: Premises, visitor: Visitor
) -> None:
    for _ in range(40):
        await visitor.post("/account/login", {"login": "ann", "password": "wrong"})
    assert sum(premises.pauses) > 60
    assert (await visitor.post("/account/login", RIGHT)).status == 303


async def test_login_keeps_what_was_typed_but_never_the_password(visitor: Visitor) -> None:
    page = await (await visitor.post("/account/login", {"login": "ann", "password": "hunter22222", "stay": "1"})).text()
    assert 'value="ann"' in page
    assert "hunter22222" not in page
    assert re.search(r'name="stay"[^>]* checked', page)


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("wanted", ["/shared/account/", "/shared/?x=1", "/s/abc.def/"])
async def test_login_leads_to_the_page_that_was_wanted(visitor: Visitor, wanted: str) -> None:
    answer = await visitor.post("/account/login", {**RIGHT, "next": wanted})
    assert answer.headers["Location"] == wanted


@pytest.mark.usefixtures("ann")
async def test_who_was_sent_to_the_login_comes_back(visitor: Visitor) -> None:
    sent_away = await visitor.get("/shared/account/?a=b")
    assert sent_away.headers["Location"] == "/account/login?next=%2Fshared%2Faccount%2F%3Fa%3Db"
    assert 'name="next" value="/shared/account/?a=b"' in await (await visitor.get(sent_away.headers["Location"])).text()


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
    "/shared/../admin/",
    "/shared/%2e%2e/admin/",
    "/shared/..%5c..%5cevil",
    "/shared/\r\nSet-Cookie: a=b",
    "/shared/ x",
    "/shäred/",
    "/sharedevil",
    "/admin/shares/",
    "/account/logout",
]


@pytest.mark.parametrize("target", _ELSEWHERE)
@pytest.mark.usefixtures("ann")
async def test_a13_next_never_leads_elsewhere(visitor: Visitor, target: str) -> None:
    answer = await visitor.post("/account/login", {**RIGHT, "next": target})
    assert (answer.status, answer.headers["Location"]) == (303, "/shared/")


async def test_who_is_logged_in_needs_no_login_form(premises: Premises, site: TestClient, ann: Account) -> None:
    answer = await (await logged_in(premises, site, ann)).get("/account/login?next=/shared/account/")
    assert (answer.status, answer.headers["Location"]) == (303, "/shared/account/")


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("where", ["cross-site", "same-site"])
async def test_a03_login_sent_by_another_site_is_refused(visitor: Visitor, where: str) -> None:
    answer = await visitor.post("/account/login", RIGHT, Sec_Fetch_Site=where)
    assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)


async def test_a07_cookie_is_dead_after_the_logout(premises: Premises, site: TestClient, ann: Account) -> None:
    browser = await logged_in(premises, site, ann)
    answer = await browser.post("/account/logout")
    assert (answer.status, answer.headers["Location"]) == (303, "/account/login")
    assert answer.headers["Set-Cookie"].startswith("session=; Path=/;")
    assert (await browser.get("/shared/")).status == 303


async def test_a10_unused_session_leads_to_the_login_after_half_an_hour(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    browser = await logged_in(premises, site, ann)
    premises.clock.advance(timedelta(minutes=30))
    assert (await browser.get("/shared/")).headers["Location"] == "/account/login?next=%2Fshared%2F"


async def test_a08_z03_deactivation_ends_the_session_and_basic_at_once(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    browser = await logged_in(premises, site, ann)
    basic = {"Authorization": encode_basic_auth("ann", PASSWORD)}
    assert (await site.get("/shared/", headers=basic)).status == 200
    await premises.accounts.deactivate("ann")
    assert (await browser.get("/shared/")).status == 303
    assert (await site.get("/shared/", headers=basic)).status == 401


async def test_a06_cookie_on_https_is_bound_to_the_host(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    options = SiteOptions(proxies=Proxies(("127.0.0.1",)), feeds=FeedOptions())
    https = "https://calendars.example.org"
    async with open_premises(sqlite_db, tmp_path, base_url=https, options=options) as premises:
        await premises.account()
        site = await aiohttp_client(SiteServer(premises.app), cookie_jar=DummyCookieJar())
        headers = {"X-Forwarded-Proto": "https", "Origin": https}
        answer = await site.post("/account/login", data=RIGHT, headers=headers, allow_redirects=False)
        name, marks = answer.headers["Set-Cookie"].split("=", 1)
        assert name == "__Host-session"
        assert marks.partition(";")[2].split("; ") == [" Path=/", "HttpOnly", "SameSite=Lax", "Secure"]
        plain = await site.post("/account/login", data=RIGHT, allow_redirects=False)
        assert (plain.status, "Set-Cookie" in plain.headers) == (308, False)


async def test_b19_session_opens_no_secured_share_and_no_admin_page(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    share = await premises.secured_share()
    browser = await logged_in(premises, site, ann)
    assert (await browser.get(premises.feed_path(share))).status == 401
    assert (await browser.get(premises.page_path(share), Accept="text/html")).status == 401
    assert (await browser.get("/admin/users/")).status == 403


async def test_basic_credentials_open_what_is_shared_and_nothing_that_needs_a_session(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    share = await premises.secured_share(name="Board")
    basic = {"Authorization": encode_basic_auth(ann.login, PASSWORD)}
    for path in ("/shared/", f"/shared/{share.id}/"):
        answer = await site.get(path, headers=basic)
        assert answer.status == 200
        assert "Board" in await answer.text()
        assert "Set-Cookie" not in answer.headers
    answer = await site.get("/shared/account/", headers=basic, allow_redirects=False)
    assert answer.headers["Location"].startswith("/account/login")


@pytest.mark.usefixtures("ann")
async def test_b02_wrong_basic_credentials_are_challenged(site: TestClient) -> None:
    for header in (encode_basic_auth("ann", "wrong"), encode_basic_auth("eve", PASSWORD), "Basic !", "Bearer x"):
        answer = await site.get("/shared/", headers={"Authorization": header}, allow_redirects=False)
        assert answer.status == 401, header
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


async def test_u06_tokens_of_other_purposes_are_no_sessions_and_sessions_are_no_tokens(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    browser = await logged_in(premises, site, ann)
    token = premises.page_path(await premises.share()).split("/")[2]
    form_token = await browser.form_token()
    for secret in (token, form_token):
        assert (await Visitor(site, secret).get("/shared/")).status == 303
    for secret in (browser.cookie, form_token):
        assert (await site.get(f"/s/{secret}/calendar.ics")).status == 404
        assert (await site.get(f"/account/password/{secret}")).status == 404


# --- every address of these pages, today's and tomorrow's


async def _paths(premises: Premises) -> dict[Route, str]:
    """Each route's path, its parts filled with what is there."""
    share = await premises.secured_share(allows_keys=True, name="Walk")
    key = await premises.held_shares.make_key(share.id, await premises.accounts.find("ann"), by=CONSOLE)
    names = {"share": share.id, "key": key.id}
    return {route: re.sub(r"\{(\w+):[^/]*\}\}?", lambda part: names[part[1]], route.path) for route in ROUTES}


async def _kept(premises: Premises) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database but sessions, whose last use is written by every request."""
    async with premises.db.read() as tx:
        return {
            table.name: [tuple(row) for row in await tx.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
            if table.name != "sessions"
        }


async def test_a09_every_address_refuses_who_is_unknown(premises: Premises, visitor: Visitor, ann: Account) -> None:
    paths = await _paths(premises)
    before = await _kept(premises)
    for route in CLOSED:
        for cookie in ("", "A" * 43):
            visitor.cookie = cookie
            answer = await (visitor.get if route.method == "GET" else visitor.post)(paths[route])
            assert answer.status == 303, route
            assert answer.headers["Location"].partition("?")[0] == "/account/login", route
    assert await _kept(premises) == before


async def test_a03_every_action_refuses_a_form_that_is_not_from_our_own_page(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    paths = await _paths(premises)
    browser, other = await logged_in(premises, site, ann), await logged_in(premises, site, ann)
    token, wrong = await browser.form_token(), await other.form_token()
    before = await _kept(premises)
    for route in ROUTES:
        if route.method == "POST":
            for sent in ("", wrong, token + "0"):
                assert (await browser.post(paths[route], {"form_token": sent})).status == 403, route
            for origin in ("https://evil.example", "null", f"{BASE_URL}.evil.example"):
                headers = {"Cookie": f"session={browser.cookie}", "Origin": origin}
                answer = await site.post(
                    paths[route], data={"form_token": token}, headers=headers, allow_redirects=False
                )
                assert answer.status == 403, route
            answer = await browser.post(paths[route], {"form_token": token}, Content_Type="text/plain")
            assert answer.status == 400, route
    assert await _kept(premises) == before


async def test_a04_every_action_refuses_to_be_read(premises: Premises, site: TestClient, ann: Account) -> None:
    paths = await _paths(premises)
    browser = await logged_in(premises, site, ann)
    pages = {route.path for route in ROUTES if route.method == "GET"}
    before = await _kept(premises)
    for route in ROUTES:
        if route.path not in pages:
            for method in ("GET", "HEAD", "PUT", "DELETE"):
                answer = await site.request(method, paths[route], headers={"Cookie": f"session={browser.cookie}"})
                assert (answer.status, answer.headers["Allow"]) == (405, "POST"), route
    assert await _kept(premises) == before


async def test_a19_a28_o_every_page_has_the_headers_of_all_and_nothing_inline(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    paths = await _paths(premises)
    browser = await logged_in(premises, site, ann)
    for route in ROUTES:
        if route.method == "GET":
            for visitor in (browser, Visitor(site)):
                answer = await visitor.get(paths[route])
                assert answer.headers["Cache-Control"] == "private, no-store"
                assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
                if answer.status == 200:
                    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                    text = await answer.text()
                    assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)", text), route
                    assert not re.search(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?:https?:)?//', text), route
                    assert 'name="referrer"' not in text, "a form would not say where it comes from"


async def test_a17_nothing_that_a_request_says_of_its_host_comes_back(
    premises: Premises, site: TestClient, ann: Account
) -> None:
    paths = await _paths(premises)
    browser = await logged_in(premises, site, ann)
    for route in ROUTES:
        if route.method == "GET":
            answer = await browser.get(paths[route], Host="evil.example", X_Forwarded_Host="evil.example")
            assert "evil.example" not in await answer.text() + str(answer.headers), route


async def test_error_is_a_page_that_says_so(premises: Premises, site: TestClient, ann: Account) -> None:
    answer = await (await logged_in(premises, site, ann)).get(f"/shared/{'0' * 32}/")
    assert answer.status == 404
    assert "There is no such page." in await words_of(answer)
