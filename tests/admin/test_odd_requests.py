"""Requests that no browser sends, by whoever is not even logged in: refused, and never a fault of ours."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient

from feedserver.http import forms
from feedserver.services.invitations import InvitationService
from tests.premises import Premises

FORM = "Host: calendars.example.org\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded"
TARGETS = ("/admin/login", "/account/password/{token}")


@asynccontextmanager
async def connected(site: TestClient) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which anything can be said."""
    reader, writer = await asyncio.open_connection(site.host, site.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.fixture(params=TARGETS)
async def target(request: pytest.FixtureRequest, premises: Premises) -> str:
    """Where anybody may send a form, or whoever has a link that works."""
    account = await premises.account("ann")
    await premises.accounts.reset(account.id)
    return str(request.param).format(token=await _token(premises.invitations, account.id))


async def _token(invitations: InvitationService, account_id: str) -> str:
    url = await invitations.url_to_mail(account_id)
    assert url is not None
    return url.rpartition("/")[2]


@pytest.mark.parametrize("cookie", [b"session=\xff\xfe", b"session=ab\xc3", b"session=\xed\xa0\x80"])
async def test_i38_cookie_that_is_no_text_is_no_session(site: TestClient, cookie: bytes) -> None:
    async with connected(site) as (reader, writer):
        writer.write(b"GET /admin/shares/ HTTP/1.1\r\nHost: x\r\nCookie: " + cookie + b"\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 303 ")


@pytest.mark.parametrize(("encoding", "body"), [("gzip", gzip.compress(b"a=" + bytes(9_000_000))), ("gzip", b"junk")])
async def test_i15_compressed_form_is_refused_unread(site: TestClient, target: str, encoding: str, body: bytes) -> None:
    head = f"POST {target} HTTP/1.1\r\n{FORM}\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    async with connected(site) as (reader, writer):
        writer.write(head.encode() + body)
        assert (await reader.readline()).startswith(b"HTTP/1.1 400 ")


async def test_l04_form_that_stops_coming_is_given_up(
    site: TestClient, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "FORM_S", 0.05)
    async with connected(site) as (reader, writer):
        writer.write(f"POST {target} HTTP/1.1\r\n{FORM}\r\nContent-Length: 999\r\n\r\nlogin=a".encode())
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 400 ")


async def test_p01_whoever_hangs_up_in_the_middle_of_a_form_leaves_no_traceback(
    site: TestClient, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(site) as (_, writer):
        writer.write(f"POST {target} HTTP/1.1\r\n{FORM}\r\nContent-Length: 999\r\n\r\nlogin=a".encode())
        await writer.drain()
    assert (await site.get("/admin/login")).status == 200
    await asyncio.sleep(0)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
