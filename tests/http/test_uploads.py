"""Uploads: a file in a form, streamed to the disk within its bound, and every broken body refused."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.http import uploads
from feedserver.http.forms import Form
from feedserver.http.uploads import Upload, receive_upload
from feedserver.model.errors import CameFromElsewhere, FormUnreadable, StorageFull, TooLarge

MAX_BYTES = 1024 * 1024
_STATUS = {FormUnreadable: 400, CameFromElsewhere: 403, TooLarge: 413, StorageFull: 503}
_TYPE = "multipart/form-data; boundary=xyz"


class _Desk:
    """One address that takes uploads, and what came of the newest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = b""
        self.upload: Upload | None = None
        self.admitted: list[Form] = []

    async def take(self, request: web.Request) -> web.Response:
        try:
            async with receive_upload(request, max_bytes=MAX_BYTES, folder=self.folder, admit=self._admit) as upload:
                self.upload, self.content = upload, upload.file.read()
        except tuple(_STATUS) as error:
            return web.Response(status=_STATUS[type(error)], text=str(error))
        return web.Response(text=upload.name)

    def _admit(self, form: Form) -> None:
        self.admitted.append(form)
        if form.text("form_token") == "wrong":
            raise CameFromElsewhere("no")


@pytest.fixture
def desk(tmp_path: Path) -> _Desk:
    return _Desk(tmp_path)


@pytest.fixture
async def client(desk: _Desk, aiohttp_client: AiohttpClient) -> TestClient:
    app = web.Application()
    app.router.add_post("/", desk.take)
    return await aiohttp_client(app)


def _field(name: str, value: bytes) -> bytes:
    return b'--xyz\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


def _file(content: bytes, name: str = "a.ics") -> bytes:
    head = f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'
    return head.encode() + content + b"\r\n"


_END = b"--xyz--\r\n"


async def _send(client: TestClient, body: bytes | AsyncIterator[bytes], **headers: str) -> int:
    sent = {"Content-Type": _TYPE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = await client.post("/", data=BytesIO(body) if isinstance(body, bytes) else body, headers=sent)
    return answer.status


async def test_file_and_the_fields_before_it_arrive(client: TestClient, desk: _Desk) -> None:
    body = _field("form_token", b"t") + _field("name", "Grün".encode()) + _file(b"BEGIN\r\nxyz\r\n--xy") + _END
    assert await _send(client, body) == 200
    assert desk.content == b"BEGIN\r\nxyz\r\n--xy"
    assert desk.upload is not None
    assert (desk.upload.name, desk.upload.size_bytes, desk.upload.form.line("name")) == ("a.ics", 16, "Grün")


async def test_large_file_arrives_whole(client: TestClient, desk: _Desk) -> None:
    content = bytes(range(256)) * 4096
    assert await _send(client, _file(content) + _END) == 200
    assert desk.content == content


async def test_form_without_a_chosen_file_has_an_empty_one(client: TestClient, desk: _Desk) -> None:
    assert await _send(client, _field("name", b"x") + _file(b"", name="") + _END) == 200
    assert desk.upload is not None
    assert (desk.upload.size_bytes, desk.upload.name) == (0, "")


async def test_form_without_a_file_field_has_an_empty_one(client: TestClient, desk: _Desk) -> None:
    assert await _send(client, _field("name", b"x") + _END) == 200
    assert desk.upload is not None
    assert desk.upload.size_bytes == 0
    assert [form.text("name") for form in desk.admitted] == ["x"]


async def test_nothing_of_an_upload_stays_on_the_disk(client: TestClient, desk: _Desk) -> None:
    assert await _send(client, _file(b"x" * 100_000) + _END) == 200
    assert await _send(client, _file(b"x" * 100_000)) == 400
    assert list(desk.folder.iterdir()) == []


async def test_form_that_is_not_ours_is_refused_before_its_file(client: TestClient, desk: _Desk) -> None:
    """A03: whatever the file is, and though the rest of it never comes."""
    assert await _send(client, _field("form_token", b"wrong") + _file(b"x")) == 403
    assert await _send(client, _file(b"x") + _field("form_token", b"wrong") + _END) == 400
    assert len(desk.admitted) == 2


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a.ics", "a.ics"),
        ("../../etc/passwd", "passwd"),
        ("x<script>.html", "x<script>.html"),
        ("a\u202egnp.ics", "agnp.ics"),
        ("x" * 300, "x" * 200),
    ],
)
async def test_a11_file_name_is_a_word_to_show_and_never_a_path(
    sent: str, shown: str, client: TestClient, desk: _Desk
) -> None:
    assert await _send(client, _file(b"x", name=sent) + _END) == 200
    assert desk.upload is not None
    assert desk.upload.name == shown


async def test_i01_l12_body_over_the_limit_is_refused_before_it_is_sent(client: TestClient) -> None:
    """By its announced length alone: not a byte of it is waited for."""
    server = client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)  # type: ignore[attr-defined]
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {_TYPE}\r\nContent-Length: {MAX_BYTES * 32}\r\n\r\n"
    writer.write(head.encode())
    assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_file_just_within_the_limit_is_taken_and_one_byte_more_is_not(client: TestClient) -> None:
    assert await _send(client, _file(b"x" * MAX_BYTES) + _END) == 200
    assert await _send(client, _file(b"x" * (MAX_BYTES + 1)) + _END) == 413


async def test_i02_chunked_body_without_a_length_ends_at_the_limit(client: TestClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield _file(b"")[:-2]
        while sent < 64 * MAX_BYTES:
            sent += 65536
            yield b"x" * 65536

    assert await _send(client, endless()) == 413


async def test_l12_memory_does_not_grow_with_what_is_sent(client: TestClient, desk: _Desk) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield _file(b"")[:-2]
        for _ in range(256):
            yield b"x" * 65536

    tracemalloc.start()
    try:
        assert await _send(client, endless()) == 413
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4 * MAX_BYTES


async def test_i02_endless_lines_before_the_first_part_end_too(client: TestClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"no boundary here\r\n" * 4096

    assert await _send(client, endless()) == 413


def _broken_bodies() -> Iterator[tuple[str, bytes]]:
    yield "no boundary in the body", b"hello"
    yield "empty", b""
    yield "no end", _field("a", b"b")
    yield "file without end", _file(b"abc")
    yield "50 000 fields", b"".join(_field(f"f{n}", b"x") for n in range(50_000))[:MAX_BYTES] + _END
    yield "9 000 parts", _field("a", b"") * 9_000 + _END
    yield "9 000 files", _file(b"") * 9_000 + _END
    yield "a second file", _file(b"a") + _file(b"b") + _END
    yield "a field behind the file", _file(b"a") + _field("b", b"c") + _END
    yield "a field that is too long", _field("a", b"x" * 20_000) + _END
    yield "a field that is no UTF-8", _field("a", b"\xff\xfe") + _END
    yield "NUL in a field", _field("a", b"x\0y") + _END
    yield (
        "a part in a part",
        b"--xyz\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--i--\r\n" + _END,
    )
    yield "an endless head", b"--xyz\r\n" + b"X-A: b\r\n" * 9_000 + b"\r\nx\r\n" + _END
    yield "a long head", b"--xyz\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\nx\r\n" + _END
    yield "a charset that is known", _field("_charset_", b"utf-8") + _field("a", b"b") + _END
    yield "a charset that is none", _field("_charset_", b"x" * 40) + _field("a", b"b") + _END
    yield "a charset that is unknown and a value in it", _field("_charset_", b"klingon") + _field("a", b"\xff") + _END


@pytest.mark.parametrize(("kind", "body"), list(_broken_bodies()), ids=[kind for kind, _ in _broken_bodies()])
async def test_i14_broken_multipart_is_refused(kind: str, body: bytes, client: TestClient, desk: _Desk) -> None:
    assert await _send(client, body) == 400
    assert desk.upload is None


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 80,
        "multipart/form-data; boundary=other",
        "multipart/mixed; boundary=xyz",
        "application/x-www-form-urlencoded",
        "text/plain",
        "nonsense",
    ],
)
async def test_i14_wrong_type_or_boundary_is_refused(content_type: str, client: TestClient) -> None:
    assert await _send(client, _field("a", b"b") + _file(b"x") + _END, Content_Type=content_type) == 400


async def test_i15_compressed_body_is_refused(client: TestClient) -> None:
    packed = gzip.compress(_file(b"x" * MAX_BYTES) + _END)
    assert await _send(client, packed, Content_Encoding="gzip") == 400


async def test_l04_upload_that_stops_coming_is_given_up(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "STALL_S", 0.05)
    stopped = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield _file(b"x")[:-2]
        await stopped.wait()

    answer = await client.post("/", data=stalling(), headers={"Content-Type": _TYPE}, timeout=None)
    stopped.set()
    assert answer.status == 400
    assert "stopped coming" in await answer.text()


async def test_full_disk_is_said_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full is a real device that has no room."""
    with Path("/dev/full").open("r+b", buffering=0) as full:  # noqa: ASYNC230 - a device, open at once
        monkeypatch.setattr(uploads, "TemporaryFile", lambda **_: full)
        assert await _send(client, _file(b"x" * 100_000) + _END) == 503
