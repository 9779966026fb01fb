"""A browser without JavaScript before the public pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from feedserver.model.account import Account
from tests.premises import Premises

ACCOUNT = "/shared/account/"


class Visitor:
    """It keeps its cookie, says where a form comes from, sends the form's token, follows no redirects."""

    def __init__(self, client: TestClient, cookie: str = "") -> None:
        self.client = client
        self.cookie = cookie

    async def get(self, path: str, **headers: str) -> ClientResponse:
        """A page, its text read."""
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> ClientResponse:
        """A form, with the token that a page of this session carries."""
        filled = dict(fields or {})
        if self.cookie and "form_token" not in filled:
            filled["form_token"] = await self.form_token()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", **headers}
        return await self._ask("POST", path, urlencode(filled), sent)

    async def form_token(self) -> str:
        """As any page of this session has it."""
        page = await (await self.get(ACCOUNT)).text()
        found = re.search(r'name="form_token" value="([^"]+)"', page)
        return found[1] if found else ""

    async def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> ClientResponse:
        cookie = {"Cookie": f"session={self.cookie}"} if self.cookie else {}
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.client.request(
            method, path, data=body, headers={"Accept-Language": "en", **cookie, **spelled}, allow_redirects=False
        )
        await response.read()
        return response


async def logged_in(premises: Premises, client: TestClient, account: Account) -> Visitor:
    """A browser in which `account` has just logged in."""
    secret, _ = await premises.sessions.begin(account, agent="test")
    return Visitor(client, secret)


async def words_of(answer: ClientResponse) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", await answer.text()))
