"""The access log: what a line holds, and what it never holds."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

from feedserver.http.access_log import AccessJournal
from feedserver.http.client import Proxies
from tests.premises import PASSWORD, Premises

ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}


@dataclass
class _Logged:
    """A node behind a real socket whose access log is kept."""

    base: str
    journal: AccessJournal
    written: list[str] = field(default_factory=list)

    def lines(self) -> list[dict[str, object]]:
        self.journal.flush()
        return [json.loads(line) for line in "".join(self.written).splitlines()]


@pytest.fixture
async def logged(premises: Premises) -> AsyncIterator[_Logged]:
    written: list[str] = []
    journal = AccessJournal(written.append, proxies=Proxies(["127.0.0.1"]))
    runner = web.AppRunner(premises.app, access_log_class=journal.logger_class())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield _Logged(f"http://127.0.0.1:{site.port}", journal, written)
    await runner.cleanup()


async def test_a_line_tells_route_share_status_and_no_path(premises: Premises, logged: _Logged) -> None:
    share = await premises.share()
    async with ClientSession() as session:
        for _ in range(2):
            await session.get(logged.base + premises.feed_path(share))
        await session.get(logged.base + "/robots.txt")
    first, second, robots = logged.lines()
    assert first.keys() == {"at", "event", "request", "from", "method", "route", "share", "status", "bytes", "ms"}
    assert (first["event"], first["route"], first["status"], first["from"]) == ("access", "feed", 200, "127.0.0.0")
    assert first["share"] == second["share"] != share.id
    assert first["request"] != second["request"]
    assert (robots["route"], "share" in robots) == ("robots", False)


async def test_p02_the_address_is_shortened_and_a_trusted_proxy_believed(premises: Premises, logged: _Logged) -> None:
    async with ClientSession() as session:
        await session.get(logged.base + "/", headers={"X-Forwarded-For": "203.0.113.77"})
        await session.get(logged.base + "/")
    assert [line["from"] for line in logged.lines()] == ["203.0.113.0", "127.0.0.0"]


async def test_u12_p01_no_token_password_or_text_in_any_log(
    premises: Premises, logged: _Logged, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="feedserver")
    await premises.account()
    public = await premises.share(name="Sharename")
    secured = await premises.secured_share(name="Boardname")
    removed = await premises.share(name="Removedname")
    await premises.sharing.remove(removed.id)
    async with ClientSession() as session:
        for share in (public, secured, removed):
            for path in (premises.feed_path(share), premises.page_path(share), premises.feed_path(share) + "x"):
                for method in ("GET", "HEAD", "PUT", "OPTIONS"):
                    for headers in ({}, ANN, {"Accept": "text/html"}, {"Authorization": "Basic !!"}):
                        await session.request(method, logged.base + path, headers=headers)
        await premises.db.close()
        assert premises.db.path is not None
        premises.db.path.unlink()
        await session.get(logged.base + premises.feed_path(public))
    written = "".join(logged.written) + json.dumps(logged.lines()) + caplog.text
    secrets = [premises.page_path(share).split("/")[2] for share in (public, secured, removed)]
    secrets += [PASSWORD, ANN["Authorization"].split()[1], "Sharename", "Boardname", "Meeting", "ann@example.org"]
    for secret in secrets:
        assert secret not in written


async def test_unchanged_polls_can_be_left_out(premises: Premises, logged: _Logged) -> None:
    logged.journal.skip_unchanged = True
    path = logged.base + premises.feed_path(await premises.share())
    async with ClientSession() as session:
        answer = await session.get(path)
        await session.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert [line["status"] for line in logged.lines()] == [200]
