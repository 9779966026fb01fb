"""Logs: readable for people or machines, and nothing in them that opens anything (threats P01, U12, I37)."""

import asyncio
import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from feedserver import logs
from feedserver.model.errors import InvalidInput
from feedserver.model.share import FeedLink
from feedserver.security.passwords import Hasher
from feedserver.security.signing import KeyRing

OUR = logging.getLogger("feedserver.test")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """`configure` sets up the whole process: put it back."""
    names = (None, "feedserver", "admin", "aiohttp.server", "asyncio")
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger.level, logger.handlers[:], logger.filters[:]) for logger in loggers]
    does_raise = logging.raiseExceptions
    # basicConfig(force=True) closes the handlers it replaces; those of the test runner go on living.
    logging.getLogger().handlers = []
    yield
    for logger, (level, handlers, filters) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:], logger.filters[:] = handlers, filters
    logging.raiseExceptions = does_raise


def written(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(name="stream")
def a_stream() -> io.StringIO:
    stream = io.StringIO()
    logs.configure("json", "debug", stream)
    return stream


@pytest.fixture(name="token")
def a_token(tmp_path: Path) -> str:
    return KeyRing.create(tmp_path / "keys.json").sign_link(
        FeedLink(share_id="5" * 32, serial=1, recipient_id="6" * 32)
    )


def test_a_line_is_one_json_object_with_what_was_given_as_extra(stream: io.StringIO) -> None:
    OUR.info("share %s was paused", "s1", extra={"request": "4f-1", "count": 3})
    (line,) = written(stream)
    at = line.pop("at")
    assert isinstance(at, str)
    assert len(at) == len("2026-11-23T12:00:00.000Z")
    assert line == {
        "level": "info",
        "logger": "feedserver.test",
        "message": "share s1 was paused",
        "request": "4f-1",
        "count": 3,
    }


def test_on_a_terminal_it_is_text_and_elsewhere_json() -> None:
    for stream, kind, is_json in (
        (Terminal(), "auto", False),
        (io.StringIO(), "auto", True),
        (Terminal(), "json", True),
    ):
        logs.configure(kind, "info", stream)  # type: ignore[arg-type]
        OUR.warning("hello", extra={"request": "4f-1"})
        assert stream.getvalue().startswith("{") is is_json
        assert stream.getvalue().endswith("}\n" if is_json else "Z WARNING feedserver.test: hello request=4f-1\n"[-20:])


def test_only_from_the_chosen_level_on_and_libraries_never_below_warning() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    OUR.debug("no")
    OUR.info("yes")
    logs.configure("json", "debug", stream)
    logging.getLogger("sqlalchemy.engine").info("INSERT INTO objects ... 'Dentist'")
    logging.getLogger("some.library").warning("yes, too")
    assert [line["message"] for line in written(stream)] == ["yes", "yes, too"]


def test_configuring_twice_writes_once(stream: io.StringIO) -> None:
    logs.configure("json", "info", stream)
    OUR.info("once")
    assert len(written(stream)) == 1
    assert len(logging.getLogger("aiohttp.server").filters) == 1


@pytest.mark.parametrize("kind", ["json", "text"])
def test_u12_a_signed_link_is_masked_however_it_comes(token: str, kind: str) -> None:
    stream = io.StringIO()
    logs.configure(kind, "debug", stream)  # type: ignore[arg-type]
    OUR.info("GET /s/%s/team.ics", token)
    OUR.info("GET https://feeds.example.org/s/%s/", token[:-1], extra={"path": f"/s/{token}"})
    OUR.info(f"'{token}'", extra={token: token})
    OUR.info("half of it: /s/%s", token.partition(".")[0])
    OUR.info("quoted /s/%s", token.replace(".", "%2E"))
    assert token[:20] not in stream.getvalue()
    assert token.split(".")[1][:20] not in stream.getvalue()
    assert stream.getvalue().count("[link]") >= 5


async def test_p01_passwords_hashes_and_addresses_are_masked(stream: io.StringIO) -> None:
    hasher = Hasher()
    OUR.info("Authorization: Basic YW5uOm9wZW4gc2VzYW1l")
    OUR.info("{'Authorization': 'bearer abc.def-ghi'}")
    OUR.info("hash %s", await hasher.hash("open sesame"))
    OUR.info("postgresql://feed:sesame@db.example.org/feed and mailto:ann.smith+x@example.org, <ben@example.org>")
    hasher.close()
    text = stream.getvalue()
    for secret in ("YW5u", "abc.def", "$argon2", "sesame", "ann.smith", "ben@"):
        assert secret not in text
    assert "postgresql://[secret]@db.example.org/feed" in text


@pytest.mark.parametrize(
    "hostile", ["a\r\nb", "a\x1b[31mb", "a\x00b", "a\u2028b", "a\u202eb", "a\ud800b", "a\x7fb", "a\x85b"]
)
@pytest.mark.parametrize("kind", ["json", "text"])
def test_i37_no_input_begins_a_line_or_moves_the_cursor(hostile: str, kind: str) -> None:
    stream = io.StringIO()
    logs.configure(kind, "debug", stream)  # type: ignore[arg-type]
    OUR.info("agent %s", hostile, extra={"agent": hostile})
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text[:-1].isprintable()
    if kind == "json":
        assert str(written(stream)[0]["agent"]).isprintable()


def test_a_flood_is_cut_in_short_time(stream: io.StringIO) -> None:
    started = time.process_time()
    for flood in (
        "a" * 10_000_000,
        "a@" * 1_000_000,
        "://" * 1_000_000,
        "a" * 40 + "." + "b" * 1_000_000,
        "basic " * 10**6,
    ):
        OUR.info("%s", flood)
    assert time.process_time() - started < 2
    assert all(len(str(line["message"])) <= logs.MAX_MESSAGE_CHARS + 1 for line in written(stream))


def raise_chain() -> None:
    try:
        int("DESCRIPTION:biopsy result")
    except ValueError as error:
        raise InvalidInput("the name is missing") from error


@pytest.mark.parametrize("kind", ["json", "text"])
def test_an_exception_shows_classes_and_places_and_only_our_own_words(kind: str) -> None:
    stream = io.StringIO()
    logs.configure(kind, "debug", stream)  # type: ignore[arg-type]
    try:
        raise_chain()
    except InvalidInput:
        OUR.exception("request %s failed", "4f-1", stack_info=True)
    text = stream.getvalue()
    assert "biopsy" not in text
    assert str(Path(__file__).parent) not in text
    for shown in ("InvalidInput", "the name is missing", "ValueError", "raise_chain", "request 4f-1 failed"):
        assert shown in text


def test_a_system_error_says_what_was_refused_and_not_where(stream: io.StringIO) -> None:
    try:
        Path("/nowhere/Dentist.ics").read_bytes()
    except OSError:
        OUR.exception("import failed")
    assert "No such file or directory" in stream.getvalue()
    assert "Dentist" not in stream.getvalue()


def test_a_chain_without_end_ends(stream: io.StringIO) -> None:
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first
    OUR.error("oh", exc_info=first)
    error = written(stream)[0]["error"]
    assert isinstance(error, list)
    assert len(error) == logs.MAX_CHAIN


def test_a_broken_log_call_prints_nothing_past_us(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    OUR.info("%s %s", "open sesame")
    assert "sesame" not in "".join(capsys.readouterr())


async def test_a_task_nobody_waited_for_does_not_tell_its_text(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('biopsy')>",
        exc_info=ValueError("biopsy"),
    )
    assert written(stream)[0]["message"] == "Task exception was never retrieved"
    assert "biopsy" not in stream.getvalue()


HOSTILE: dict[str, Callable[[str], bytes]] = {
    "bad version": lambda token: f"GET /s/{token}/team.ics HTTP/9.x\r\n\r\n".encode(),
    "no version": lambda token: f"GET /s/{token}/team.ics\r\n\r\n".encode(),
    "bad header": lambda token: f"GET /s/{token}/ HTTP/1.1\r\nHost: x\r\n/s/{token}\r\n\r\n".encode(),
    "two lengths": lambda token: (
        f"GET /s/{token}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".encode()
    ),
    "bad method": lambda token: f"G\x01T /s/{token}/ HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "no request": lambda token: b"\x16\x03\x01" + token.encode() + b"\r\n\r\n",
    "credentials": lambda _: (
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YW5uOnNlc2FtZQ==\r\nBad Header: x\r\n\r\n"
    ),
    "long line": lambda token: b"GET /" + token.encode() * 500 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad chunk": lambda token: (
        f"POST /s/{token}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{token}\r\n".encode()
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_p01_what_aiohttp_logs_of_a_malformed_request_holds_nothing_of_it(
    stream: io.StringIO, token: str, hostile: Callable[[str], bytes]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(hostile(token))
    writer.write_eof()
    await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    await runner.cleanup()
    text = stream.getvalue()
    for part in (token[:12], token.split(".")[1][:12], "YW5u", "Traceback", "127.0.0.1", "team.ics", "\\x16"):
        assert part not in text
    assert {line["message"] for line in written(stream)} <= {
        "a request could not be read",
        *(f"a request could not be read: {kind}" for kind in ("BadStatusLine", "BadHttpMessage", "BadHttpMethod")),
        *(f"a request could not be read: {kind}" for kind in ("LineTooLong", "InvalidHeader", "TransferEncodingError")),
        "a request could not be read: InvalidURLError",
    }
