"""A mail server for tests: a real one on loopback that keeps what it takes, and misbehaves when told.

The fixture `mailbox` is one that takes everything in the clear; `mail_certificate` makes one that speaks TLS.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from feedserver.mail.transport import MailServer, Security

Mode = Literal["takes", "silent", "trickles", "dies"]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One mail as it came."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    is_on_tls: bool
    login: str | None

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.raw, policy=policy.default))

    def part(self, kind: Literal["plain", "html"] = "plain") -> str:
        """The text of one of its parts."""
        body = self.message.get_body((kind,))
        assert body is not None, f"the mail has no part text/{kind}"
        return str(body.get_content())


class Mailbox:
    """What came, and what the server does with the next mails."""

    def __init__(self, port: int, security: Security) -> None:
        self.port = port
        self.security = security
        self.received: list[Received] = []
        self.tries = 0
        """How many texts were sent here, those included that were not taken."""
        self.texts: asyncio.Queue[None] = asyncio.Queue()
        """Gives one entry for each of them, to wait for."""
        self.answers: dict[str, str] = {}
        """What RCPT is answered, by address: `"550 5.1.1 no such user"`."""
        self.mode: Mode = "takes"
        """takes; silent: no answer to the text; trickles: a byte of an answer at times; dies: hangs up instead."""
        self._end = asyncio.Event()

    def server(self, **changes: Any) -> MailServer:
        """As the transport is told of it."""
        given = {"host": "localhost", "port": self.port, "security": self.security, **changes}
        return MailServer(**given)

    def to(self, address: str) -> list[Received]:
        """The mails to that address, in the order they came."""
        return [mail for mail in self.received if address in mail.recipients]

    def close(self) -> None:
        self._end.set()

    # What follows is called by aiosmtpd.

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.tries += 1
        self.texts.put_nowait(None)
        if self.mode == "silent":
            await self._end.wait()
        if self.mode == "trickles":
            await self._trickle(server)
        self.received.append(_received(session, envelope))
        if self.mode == "dies":
            server.transport.abort()
        return "250 OK"

    async def _trickle(self, server: SMTP) -> None:
        while not self._end.is_set():
            server.transport.write(b"2")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), 0.02)


def _received(session: Session, envelope: Envelope) -> Received:
    login = session.auth_data.login.decode() if isinstance(session.auth_data, LoginPassword) else None
    return Received(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        raw=cast("bytes", envelope.original_content),
        is_on_tls=session.ssl is not None,
        login=login,
    )


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Of a server named localhost, signed by itself."""

    cert: Path
    key: Path

    def serving(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.cert))


@asynccontextmanager
async def open_mailbox(
    security: Security = Security.NONE,
    *,
    certificate: Certificate | None = None,
    password: str | None = None,
    has_utf8: bool = True,
) -> AsyncIterator[Mailbox]:
    """A server that listens until the block ends; with `password`, only for who logs in with it."""
    box = Mailbox(0, security)
    context = certificate.serving() if certificate else None
    options: dict[str, Any] = {"hostname": "mail.test", "enable_SMTPUTF8": has_utf8}
    if password is not None:
        # What aiosmtpd calls TLS is STARTTLS alone; where TLS is there from the first byte, it must not ask for it.
        needs_starttls = security is not Security.TLS
        options |= {"auth_required": True, "authenticator": partial(_is_right, password)}
        options["auth_require_tls"] = needs_starttls
    if security is Security.STARTTLS:
        options |= {"tls_context": context}
    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            protocols.append(SMTP(box, loop=asyncio.get_running_loop(), **options))
        return protocols[-1]

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if security is Security.TLS else None
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        box.close()
        await _end(server, protocols)


def _is_right(password: str, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == password.encode(), handled=False, auth_data=data)


async def _end(server: asyncio.Server, protocols: list[SMTP]) -> None:
    server.close()
    tasks = [task for protocol in protocols if (task := getattr(protocol, "_handler_coroutine", None))]
    for protocol in protocols:
        if protocol.transport:
            protocol.transport.abort()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def open_socket(
    greet: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[MailServer]:
    """A listener that does with each connection what `greet` does, in the clear."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await greet(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield MailServer(host="localhost", port=port, security=Security.NONE)
    finally:
        server.close()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A server that takes everything."""
    async with open_mailbox() as box:
        yield box


@pytest.fixture(scope="session")
def mail_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Made for this session."""
    folder = tmp_path_factory.mktemp("mail-certificate")
    made = Certificate(cert=folder / "cert.pem", key=folder / "key.pem")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(made.key), "-out", str(made.cert)]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", *curve, *names, *files], check=True, capture_output=True
    )
    return made
