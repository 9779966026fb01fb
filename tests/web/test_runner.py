"""What reaches no handler gets an answer with our headers that repeats nothing of it."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.conftest import Client


async def _tell(client: Client, data: bytes) -> str:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(data)
    heard = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return heard.decode()


_END = b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_text", "status", "told"),
    [
        (b"GET /s/SECRET-TOKEN" + _END + b"X: SECRET\nb\r\n\r\n", 400, "Bad request.\n"),
        (b"GET /s/SECRET-TOKEN\x01" + _END + b"\r\n", 400, "Bad request.\n"),
        (b"SECRET\r\n\r\n", 400, "Bad request.\n"),
        (b"GET /s/SECRET" + b"a" * 20_000 + _END + b"\r\n", 414, "Address too long.\n"),
        (b"GET /" + _END + b"X: SECRET" + b"a" * 20_000 + b"\r\n\r\n", 431, "Header too long.\n"),
        (b"GET /" + _END + b"X: /s/SECRET" + b"a" * 8_190 + b"\r\n\r\n", 431, "Header too long.\n"),
        (b"GET /" + _END + b"SECRET" + b"a" * 8_190 + b": b\r\n\r\n", 431, "Header too long.\n"),
        (b"GET /" + _END + b"Expect: SECRET\r\n\r\n", 417, "Refused.\n"),
        (b"OPTIONS *" + _END + b"X: SECRET\r\n\r\n", 404, "Not found.\n"),
        (b"CONNECT SECRET:443" + _END + b"\r\n", 404, "Not found.\n"),
    ],
)
async def test_o01_o11_u29_what_reaches_no_handler_is_answered_plainly_and_not_repeated(
    client: Client, request_text: bytes, status: int, told: str
) -> None:
    heard = await _tell(client, request_text)
    head, _, body = heard.partition("\r\n\r\n")
    assert head.startswith((f"HTTP/1.0 {status}", f"HTTP/1.1 {status}"))
    assert body == told
    assert "SECRET" not in heard
    for header in ("Server: feedserver", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer"):
        assert header in head
    assert "aiohttp" not in heard
    assert "Python" not in heard


async def test_who_waits_for_100_continue_is_told_to_go_on(client: Client) -> None:
    heard = await _tell(client, b"GET /healthz" + _END + b"Expect: 100-continue\r\n\r\n")
    assert heard.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


async def test_a_good_request_passes_the_runner_unchanged(client: Client) -> None:
    heard = await _tell(client, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert heard.startswith("HTTP/1.1 200 OK")
    assert heard.endswith("ok\n")
