"""What reaches the socket without a client library in between: framing tricks, bombs, odd methods and versions."""

from __future__ import annotations

import asyncio
from base64 import b64encode

import pytest
from multidict import CIMultiDict

from tests.premises import Premises
from tests.web.conftest import Client


async def _send(client: Client, data: bytes, *, wait_s: float = 5) -> bytes:
    """Everything the server says until it closes or falls silent."""
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(data)
    heard = b""
    try:
        async with asyncio.timeout(wait_s):
            while more := await reader.read(65536):
                heard += more
    except (TimeoutError, ConnectionResetError):
        pass
    finally:
        writer.close()
    return heard


def _statuses(heard: bytes) -> list[int]:
    return [int(part.split(b" ", 2)[1]) for part in (b"\r\n" + heard).split(b"\r\nHTTP/")[1:]]


@pytest.mark.parametrize(
    "request_head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"Content-Length: +5\r\n\r\nhello",
        b"Content-Length: 5, 5\r\n\r\nhello",
        b"Content-Length: 0x5\r\n\r\nhello",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: \xd9\xa5\r\n\r\nhello",
        b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b" Folded: x\r\n\r\n",
        b"Bad Header: x\r\n\r\n",
        b"No-Colon\r\n\r\n",
        b": empty\r\n\r\n",
        b"X: a\rb\r\n\r\n",
        b"X: a\x00b\r\n\r\n",
    ],
)
async def test_i18_framing_tricks_get_400_and_one_answer(client: Client, request_head: bytes) -> None:
    heard = await _send(client, b"GET / HTTP/1.1\r\nHost: a\r\n" + request_head, wait_s=1)
    assert _statuses(heard) in ([400], [])
    assert b"aiohttp" not in heard
    assert b"Python" not in heard


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/9.9\r\n",
        b"GET / HTTP/1.1 x\r\n",
        b"GET /\r\n",
        b"GET  /  HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n",
        b"get / HTTP/1.1\r\n",
        b"A" * 3000 + b" / HTTP/1.1\r\n",
        b"G\x00T / HTTP/1.1\r\n",
    ],
)
async def test_i18_malformed_request_lines_are_no_fault_of_ours(client: Client, line: bytes) -> None:
    """The parser reads HTTP/0.9 and doubled blanks as what they were meant for."""
    heard = await _send(client, line + b"Host: a\r\n\r\n", wait_s=1)
    assert _statuses(heard) in ([], [400], [200])
    assert b"aiohttp" not in heard


@pytest.mark.parametrize("count", [1, 2])
async def test_i16_header_bombs_are_refused(client: Client, count: int) -> None:
    one_large = b"X-Bomb: " + b"x" * 100_000 + b"\r\n"
    many = b"".join(b"X-%d: y\r\n" % n for n in range(40_000))
    heard = await _send(client, b"GET / HTTP/1.1\r\nHost: a\r\n" + (one_large if count == 1 else many) + b"\r\n")
    assert _statuses(heard) in ([400], [431], [])


async def test_i17_endless_request_lines_are_refused(client: Client) -> None:
    heard = await _send(client, b"GET /s/" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert _statuses(heard) in ([414], [])


async def test_pipelined_requests_are_answered_in_order(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share()).encode()
    one = b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert _statuses(await _send(client, one * 20 + last)) == [200] * 21


@pytest.mark.parametrize(
    ("version", "connection", "kept"),
    [("1.1", "", True), ("1.1", "close", False), ("1.0", "", False), ("1.0", "keep-alive", True)],
)
async def test_every_http_version_and_connection_gets_the_same_answer(
    premises: Premises, client: Client, version: str, connection: str, kept: bool
) -> None:
    """Kept connections are answered from ready bytes, the others by aiohttp: nobody can tell them apart."""
    path = premises.feed_path(await premises.share())
    expected = await client.get(path)
    more = f"Connection: {connection}\r\n" if connection else ""
    heard = await _send(client, f"GET {path} HTTP/{version}\r\nHost: a\r\n{more}\r\n".encode(), wait_s=0.5)
    head, _, body = heard.partition(b"\r\n\r\n")
    assert body == await expected.read()
    pairs = CIMultiDict(tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")[1:])
    for name, value in expected.headers.items():
        if name not in {"Date", "Connection"}:
            assert pairs[name] == value
    assert (pairs.get("Connection") == "close") is (not kept and version == "1.1")


async def test_a_body_on_get_is_ignored(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    answer = await client.request("GET", path, data=b"x" * 10_000)
    assert answer.status == 200


async def test_u09_an_absolute_request_target_is_the_same_feed_or_nothing(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share()).encode()
    for target in (b"http://evil.example" + path, b"http://evil.example:1" + path):
        heard = await _send(client, b"GET " + target + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert _statuses(heard)[0] in {200, 400, 404}
        assert b"\r\nLocation:" not in heard


@pytest.mark.parametrize(
    "target", [b"*", b"http://", b"http://[", b"//", b"/%", b"/%zz", b"/\xff\xfe", b"/s/\xc3\x28/x.ics"]
)
@pytest.mark.parametrize("method", [b"GET", b"OPTIONS"])
async def test_u29_odd_targets_are_no_fault_of_ours(client: Client, method: bytes, target: bytes) -> None:
    heard = await _send(client, method + b" " + target + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert _statuses(heard)[0] in {400, 404, 405}
    assert b"evil" not in heard


@pytest.mark.parametrize(
    "header",
    [
        b"If-None-Match: " + b'"a",' * 1500,
        b"If-Modified-Since: " + b"9" * 5000,
        b"If-Modified-Since: Sun, 99 Foo 0000 99:99:99 GMT",
        b"Accept: " + b"text/html;q=" + b"9" * 4000,
        b"Accept: ;;;,,,q=;q=x",
        b"Accept-Encoding: gzip;q=nan, \xff",
        b"Range: bytes=-1,0-,,",
        b"Expect: 200-maybe",
        b"Authorization: \xff\xfe",
        b"Authorization: Basic " + b64encode(b"\x00:\x00"),
        b"X-HTTP-Method-Override: DELETE",
        b"Cookie: " + b"a=b;" * 1000,
        b"Upgrade: websocket\r\nConnection: upgrade",
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x",
        b"User-Agent: \x1b[31m",
        b"X-Forwarded-For: ,,,\xff",
    ],
)
async def test_i38_odd_request_headers_are_no_fault_of_ours(premises: Premises, client: Client, header: bytes) -> None:
    await premises.account()
    for share in (await premises.share(), await premises.secured_share(name="Board")):
        path = premises.page_path(share).encode()
        heard = await _send(client, b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n" + header + b"\r\n\r\n", wait_s=0.3)
        assert set(_statuses(heard)) <= {200, 400, 401, 417, 431}
