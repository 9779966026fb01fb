"""A deployment whose base is https: sent there before anything is looked at, and kept there."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from feedserver.http.client import Proxies
from feedserver.storage.engine import Database
from feedserver.web.negotiation import FeedOptions
from feedserver.web.site import SiteOptions
from tests.premises import PASSWORD, Premises, open_premises
from tests.web.conftest import Client

BASE = "https://calendars.example.org"
OVER_TLS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}


@pytest.fixture
async def premises(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    options = SiteOptions(proxies=Proxies(["127.0.0.1", "::1"]), feeds=FeedOptions())
    async with open_premises(sqlite_db, tmp_path, base_url=BASE, options=options) as made:
        yield made


@pytest.fixture
async def client(premises: Premises, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(premises.app)


async def test_f5_u14_plain_http_is_sent_to_the_same_path_on_https(premises: Premises, client: Client) -> None:
    share = await premises.share()
    answer = await client.get(premises.feed_path(share), allow_redirects=False)
    assert answer.status == 308
    assert answer.headers["Location"] == premises.link(share).feed_url


async def test_f6_https_is_answered_without_a_redirect(premises: Premises, client: Client) -> None:
    share = await premises.share()
    answer = await client.get(premises.feed_path(share), headers=OVER_TLS, allow_redirects=False)
    assert answer.status == 200


async def test_f7_o08_https_answers_are_strict_about_transport(premises: Premises, client: Client) -> None:
    share = await premises.share()
    for path in (premises.feed_path(share), premises.page_path(share), "/", "/robots.txt", "/nothing"):
        answer = await client.get(path, headers=OVER_TLS)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_f32_b16_a_password_is_never_asked_for_or_looked_at_on_http(premises: Premises, client: Client) -> None:
    await premises.account()
    path = premises.feed_path(await premises.secured_share())
    for headers in ({}, ANN):
        answer = await client.get(path, headers=headers, allow_redirects=False)
        assert answer.status == 308
        assert "WWW-Authenticate" not in answer.headers
    assert premises.remembered.find(ANN["Authorization"]) is None
    assert (await client.get(path, headers=OVER_TLS)).status == 401
    assert (await client.get(path, headers={**OVER_TLS, **ANN})).status == 200


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "/\\evil.example", "/%2F%2Fevil.example", "/x%0d%0aSet-Cookie:a=b", "/s/x/y.ics?q=1"]
)
async def test_u09_u25_the_redirect_stays_on_the_configured_host(client: Client, path: str) -> None:
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    head = (await reader.read()).decode().split("\r\n\r\n")[0].split("\r\n")
    writer.close()
    assert head[0].split()[1] == "308"
    (location,) = [line.partition(": ")[2] for line in head if line.startswith("Location: ")]
    assert URL(location).host == "calendars.example.org"
    assert not any(line.startswith("Set-Cookie") for line in head)


@pytest.mark.parametrize(
    ("said", "status"), [("https", 200), ("HTTPS, https", 200), ("https,http", 200), ("http, https", 308), ("", 308)]
)
async def test_f6_of_several_proxies_the_first_knows_the_scheme(
    premises: Premises, client: Client, said: str, status: int
) -> None:
    """A proxy behind another one adds its own word; asking for https again would go round for ever."""
    path = premises.feed_path(await premises.share())
    answer = await client.get(path, headers={"X-Forwarded-Proto": said}, allow_redirects=False)
    assert answer.status == status


async def test_only_a_trusted_proxy_can_say_that_it_was_https(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    options = SiteOptions(proxies=Proxies(["192.0.2.1"]), feeds=FeedOptions())
    folder = tmp_path / "untrusting"
    folder.mkdir()
    async with open_premises(sqlite_db, folder, base_url=BASE, options=options) as premises:
        client = await aiohttp_client(premises.app)
        path = premises.feed_path(await premises.share())
        assert (await client.get(path, headers=OVER_TLS, allow_redirects=False)).status == 308
