"""What is no request at all gets an answer with our headers that repeats nothing of it."""

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


@pytest.mark.parametrize(
    "request_text",
    [
        b"GET /s/SECRET-TOKEN HTTP/1.1\r\nHost: a\r\nX: SECRET\nb\r\n\r\n",
        b"GET /s/SECRET-TOKEN\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"SECRET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: SECRET" + b"a" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_o01_o11_u29_a_malformed_request_is_answered_plainly_and_not_repeated(
    client: Client, request_text: bytes
) -> None:
    heard = await _tell(client, request_text)
    head, _, body = heard.partition("\r\n\r\n")
    assert head.startswith(("HTTP/1.0 400", "HTTP/1.1 400"))
    assert body == "Bad request.\n"
    assert "SECRET" not in heard
    for header in ("Server: feedserver", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer"):
        assert header in head
    assert "aiohttp" not in heard
    assert "Python" not in heard


async def test_a_good_request_passes_the_runner_unchanged(client: Client) -> None:
    heard = await _tell(client, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert heard.startswith("HTTP/1.1 200 OK")
    assert heard.endswith("ok\n")
