"""The admin page of one node, asked by a browser that is logged in and one that is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.account import Account, Role
from feedserver.web.runner import SiteRunner
from tests.premises import Premises

Fields = Mapping[str, str | Iterable[str]]


class SiteServer(TestServer):
    """A test server that runs the site as the real one does."""

    async def _make_runner(self, **options: Any) -> SiteRunner:
        return SiteRunner(self.app, **{**options, "handler_cancellation": False})


class Visitor:
    """A browser without JavaScript: it keeps its cookie, sends Origin and the form's token, follows no redirects."""

    def __init__(self, client: TestClient, cookie: str = "") -> None:
        self.client = client
        self.cookie = cookie

    async def get(self, path: str, **headers: str) -> ClientResponse:
        """A page below `/admin`, its text read."""
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, fields: Fields | None = None, **headers: str) -> ClientResponse:
        """A form sent to an address below `/admin`, with the token that a page of this session carries."""
        pairs = list(_pairs(fields or {}))
        if self.cookie and "form_token" not in dict(pairs):
            pairs.append(("form_token", await self.form_token()))
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", **headers}
        return await self._ask("POST", path, urlencode(pairs), sent)

    async def form_token(self) -> str:
        """As any page of this session has it."""
        page = await (await self.get("/nowhere")).text()
        found = re.search(r'name="form_token" value="([^"]+)"', page)
        assert found, "no page of this session carries a token"
        return found[1]

    async def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> ClientResponse:
        cookie = {"Cookie": f"session={self.cookie}"} if self.cookie else {}
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.client.request(
            method, f"/admin{path}", data=body, headers={**cookie, **spelled}, allow_redirects=False
        )
        await response.read()
        return response


def _pairs(fields: Fields) -> Iterable[tuple[str, str]]:
    for name, value in fields.items():
        for one in [value] if isinstance(value, str) else value:
            yield name, one


@pytest.fixture
async def site(premises: Premises, aiohttp_client: AiohttpClient) -> TestClient:
    """A client of that node which keeps no cookies of its own."""
    return await aiohttp_client(
        SiteServer(premises.app), headers={"Accept-Language": "en"}, cookie_jar=DummyCookieJar()
    )


@pytest.fixture
def visitor(site: TestClient) -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(site)


@pytest.fixture
async def admin_account(premises: Premises) -> Account:
    """The account behind `admin`."""
    return await premises.account("root", role=Role.ADMIN)


@pytest.fixture
async def admin(premises: Premises, site: TestClient, admin_account: Account) -> Visitor:
    """An admin who is logged in."""
    secret, _ = await premises.sessions.begin(admin_account, agent="test")
    return Visitor(site, secret)
