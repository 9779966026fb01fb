"""Walks over the whole table of contents of the admin page: what must hold of every address, today's and tomorrow's.

A new route is walked without a word here. One with a part of its own is walked with a name that fits nothing until
`furniture` knows one that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import select
from yarl import URL

from admin.route import Route
from admin.routes import ROUTES
from feedserver.model.account import Account
from feedserver.storage.tables import metadata
from feedserver.storage.tables import objects as object_table
from tests.premises import BASE_URL, Premises

PAGES = [route for route in ROUTES if route.method == "GET"]
ACTIONS = [route for route in ROUTES if route.method == "POST"]
CLOSED = [route for route in ROUTES if not route.is_open]
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND")
ODD = ("%00", "a%00b", "..%2f..%2fetc", "%2e%2e", "%ff%fe", "%ed%a0%80", "'%22%3Cb%3E", "{{7*7}}", "a" * 3000, "-1")
"""In the place of ids and names."""
_BOUNDARY = "-----walk"


@dataclass(frozen=True)
class Furniture:
    """Something of everything, so that addresses lead to something."""

    parts: Mapping[str, Mapping[str, str]]
    """By the beginning of a path: part -> what stands for it, as an address spells it."""

    def path(self, route: Route, **parts: str) -> str:
        """The route's address below `/admin`, its parts filled in."""
        known = next((known for start, known in self.parts.items() if route.path.startswith(start)), {})
        return re.sub(r"\{(\w+)[^}]*\}", lambda part: {**known, **parts}.get(part[1], "nothing"), route.path)


@pytest.fixture
async def furniture(premises: Premises, admin_account: Account) -> Furniture:
    calendar = await premises.calendar()
    share = await premises.share(calendar, emails=["eve@example.org"])
    ann = await premises.account("ann")
    await premises.secured_share(calendar, name="Board")
    async with premises.db.read() as tx:
        name = await tx.scalar(select(object_table.c.name))
    return Furniture(
        {
            "/shares/": {"id": share.id, "recipient": share.recipients[0].id},
            "/calendars/": {"id": calendar.id, "name": quote(str(name), safe="")},
            "/users/": {"id": ann.id},
            "/contacts/": {"email": "eve%40example.org"},
        }
    )


async def ask(client: TestClient, method: str, path: str, body: str = "", **headers: str) -> ClientResponse:
    """`path` below `/admin`, exactly as it is spelled."""
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    url = client.make_url("/admin").raw_path + path
    answer = await client.request(
        method, URL(url, encoded=True), data=body or None, headers=spelled, allow_redirects=False
    )
    await answer.read()
    return answer


async def session(premises: Premises, account: Account) -> str:
    """The Cookie header of a new login."""
    secret, _ = await premises.sessions.begin(account, agent="walk")
    return f"session={secret}"


async def send(
    client: TestClient, route: Route, path: str, fields: Mapping[str, str], **headers: str
) -> ClientResponse:
    """A form as the route takes it."""
    body, kind = urlencode(fields), "application/x-www-form-urlencoded"
    if route.takes_upload:
        parts = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()
        )
        body, kind = "".join(parts) + f"--{_BOUNDARY}--\r\n", f"multipart/form-data; boundary={_BOUNDARY}"
    return await ask(client, "POST", path, body, **{"Content_Type": kind, **headers})


async def kept(premises: Premises) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database, but for sessions: when one was seen is written by every request."""
    async with premises.db.read() as tx:
        return {
            table.name: [tuple(row) for row in await tx.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
            if table.name != "sessions"
        }


async def token_of(client: TestClient, cookie: str) -> str:
    page = await (await ask(client, "GET", "/nowhere", Cookie=cookie)).text()
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_walk_goes_somewhere() -> None:
    assert len(PAGES) > 10
    assert len(ACTIONS) > 5
    assert {route.path for route in ROUTES if route.is_open} >= {"/login"}


async def test_a09_every_address_refuses_who_is_not_logged_in(
    premises: Premises, site: TestClient, furniture: Furniture
) -> None:
    before = await kept(premises)
    for route in CLOSED:
        for cookie in ("", "session=", "session=" + "A" * 43, "__Host-session=" + "A" * 43):
            answer = await ask(site, route.method, furniture.path(route), Cookie=cookie)
            assert answer.status == 303, route
            assert answer.headers["Location"].partition("?")[0] == "/admin/login", route
            assert await answer.read() == b"", route
    assert await kept(premises) == before


async def test_a09_every_address_refuses_who_is_no_admin(
    premises: Premises, site: TestClient, furniture: Furniture
) -> None:
    cookie = await session(premises, await premises.accounts.find("ann"))
    fields = {"form_token": await token_of(site, cookie)}
    before = await kept(premises)
    for route in CLOSED:
        if route.method == "GET":
            answer = await ask(site, "GET", furniture.path(route), Cookie=cookie)
        else:
            answer = await send(site, route, furniture.path(route), fields, Cookie=cookie)
        assert answer.status == 403, route
        assert "This page is for administrators." in await answer.text(), route
    assert await kept(premises) == before


async def test_a03_every_action_refuses_a_form_that_is_not_from_our_own_page(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    cookie, other = await session(premises, admin_account), await session(premises, admin_account)
    right = {"form_token": await token_of(site, cookie)}
    wrong = {"form_token": await token_of(site, other)}
    before = await kept(premises)
    for route in ACTIONS:
        path = furniture.path(route)
        for fields, headers in _foreign(right, wrong):
            answer = await send(site, route, path, fields, Cookie=cookie, **headers)
            assert answer.status == 403, (route, fields, headers)
        for kind in ("text/plain", "application/json", ""):
            answer = await ask(site, "POST", path, urlencode(right), Cookie=cookie, Content_Type=kind)
            assert answer.status in (400, 403), (route, kind)
    assert await kept(premises) == before


def _foreign(right: dict[str, str], wrong: dict[str, str]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    ours = {"Origin": BASE_URL, "Sec_Fetch_Site": "same-origin"}
    yield {}, ours
    yield {"form_token": ""}, ours
    yield wrong, ours
    yield {"form_token": right["form_token"] + "0"}, ours
    for origin in ("https://evil.example", "null", f"{BASE_URL}.evil.example", f"{BASE_URL}:81"):
        yield right, {"Origin": origin}
    for site in ("cross-site", "same-site", "other"):
        yield right, {"Sec_Fetch_Site": site, "Origin": BASE_URL}


async def test_a03_every_action_takes_a_form_from_our_own_page(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    """Else the walk before would prove nothing."""
    for route in ACTIONS:
        cookie = await session(premises, admin_account)
        fields = {"form_token": await token_of(site, cookie)}
        answer = await send(site, route, furniture.path(route), fields, Cookie=cookie, Origin=BASE_URL)
        assert answer.status < 500, route
        assert answer.status != 403, route


async def test_a04_every_action_refuses_to_be_read(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    cookie = await session(premises, admin_account)
    before = await kept(premises)
    pages = {route.path for route in PAGES}
    for route in ACTIONS:
        if route.path not in pages:
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
                answer = await ask(site, method, furniture.path(route) + "?confirmed=1&do=1", Cookie=cookie)
                assert (answer.status, answer.headers["Allow"]) == (405, "POST"), (route, method)
    assert await kept(premises) == before


async def test_a04_reading_a_page_changes_nothing_and_head_is_as_get(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    cookie = await session(premises, admin_account)
    before = await kept(premises)
    for route in PAGES:
        whole = await ask(site, "GET", furniture.path(route), Cookie=cookie)
        head = await ask(site, "HEAD", furniture.path(route), Cookie=cookie)
        assert whole.status in (200, 303) or "nothing" in furniture.path(route), route
        assert (head.status, await head.read()) == (whole.status, b""), route
        assert {*head.headers} == {*whole.headers}, route
    assert await kept(premises) == before


async def test_o_a18_a19_a28_every_answer_has_the_headers_of_all(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    paths = {furniture.path(route) for route in ROUTES} | {"/nowhere", "", "/static/nowhere.css"}
    for path in sorted(paths):
        for method in METHODS:
            cookie = await session(premises, admin_account)
            for headers in ({"Cookie": cookie}, {"Origin": "https://evil.example"}):
                answer = await ask(site, method, path, **headers)
                assert answer.status < 500, (method, path)
                _check_headers(answer)


def _check_headers(answer: ClientResponse) -> None:
    got = answer.headers
    assert got["Cache-Control"] == "private, no-store"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert got["Cross-Origin-Resource-Policy"] == "same-origin"
    assert got["X-Robots-Tag"] == "noindex, nofollow"
    assert got["Server"] == "feedserver"
    assert not any(name.lower().startswith("access-control-") for name in got)
    if answer.content_type == "text/html":
        policy = got["Content-Security-Policy"]
        assert "unsafe" not in policy
        for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
            assert rule in policy
        assert "frame-ancestors 'none'" in policy
        assert got["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_a17_nothing_that_a_request_says_of_its_host_comes_back(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    said = {
        "Host": "evil.example",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "gopher",
        "X_Original_URL": "//evil.example/",
        "X_Rewrite_URL": "//evil.example/",
        "Forwarded": "host=evil.example;proto=gopher",
    }
    cookie = await session(premises, admin_account)
    for route in PAGES:
        for headers in (said, {**said, "Cookie": cookie}):
            answer = await ask(site, "GET", furniture.path(route), **headers)
            whole = await answer.text() + str(answer.headers)
            assert "evil.example" not in whole, route
            assert "gopher" not in whole, route


async def test_no_page_has_inline_scripts_or_styles_or_asks_another_site(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    """The policy would block the first two (O02), and P05 forbids the third."""
    cookie = await session(premises, admin_account)
    for route in PAGES:
        answer = await ask(site, "GET", furniture.path(route), Cookie=cookie)
        if answer.content_type == "text/html":
            text = await answer.text()
            assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)", text), route
            assert not re.search(r'<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)="(?:https?:)?//', text), route


async def test_a20_odd_names_in_an_address_lead_to_plain_pages(
    premises: Premises, site: TestClient, furniture: Furniture, admin_account: Account
) -> None:
    cookie = await session(premises, admin_account)
    for route in PAGES:
        names = re.findall(r"\{(\w+)", route.path)
        for odd in ODD if names else ():
            answer = await ask(site, "GET", furniture.path(route, **dict.fromkeys(names, odd)), Cookie=cookie)
            assert answer.status in (303, 400, 404), (route, odd)
            text = await answer.text()
            for telling in ("Traceback", ".py", "sqlalchemy", "aiohttp/", "Python/"):
                assert telling not in text, (route, odd)
