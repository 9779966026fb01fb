"""SMTP: one connection per mail, and an end to every wait.

Nothing here is logged: addresses, texts and the password stay in the exchange (threats P01, M15).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from feedserver.languages.message import message
from feedserver.mail.address import Mailbox

DEADLINE_S = 60.0
_QUIT_S = 2.0
_MAX_WORDS = 500
_ADDRESS = re.compile(r"[^\s<>]{1,64}@[^\s<>]{1,255}")
_TOKEN = re.compile(r"(/s/|/password/)[^\s/]{8,}")


class Security(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    """Begun in the clear and upgraded before anything is said; a server that cannot is sent nothing (threat M13)."""
    TLS = "tls"
    NONE = "none"
    """In the clear: for a server on this machine or in a network of one's own. Never with a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Which server takes our mail."""

    host: str
    port: int
    security: Security
    user: str = ""
    """Empty: no login."""
    password: str = field(default="", repr=False)


class Outcome(StrEnum):
    """What became of one try."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good (5xx): another try would be refused too."""
    POSTPONED = "postponed"
    """Not now (4xx), or the server could not be talked to."""
    UNCERTAIN = "uncertain"
    """The connection ended after the text and before the answer: it may have been taken (threat M10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One try, and the server's words about it: one line without addresses, or a message of ours to translate."""

    outcome: Outcome
    words: str = ""


UNREACHABLE = message("The mail server cannot be reached.")
SILENT = message("The mail server did not answer in time.")
HUNG_UP = message("The mail server ended the connection.")
PERHAPS_TAKEN = message("The mail server ended the connection without an answer; the mail may have arrived.")
NO_TLS = message("The mail server offers no STARTTLS, and without it nothing is sent.")
BAD_CERTIFICATE = message("The mail server's certificate is not accepted.")
LOGIN_REFUSED = message("The mail server does not accept user name and password.")
NO_LOGIN = message("The mail server takes no login.")
NO_UTF8 = message("The mail server cannot write to an address with such letters before the @.")


class MailFault(Exception):
    """No mail can be handed over now; `str()` says why in words of ours."""


class SmtpTransport:
    """Hands mails to one server."""

    def __init__(
        self,
        server: MailServer,
        *,
        local_name: str,
        deadline_s: float = DEADLINE_S,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`local_name`: how we greet. `trust`: whose certificates are accepted; None is what this machine trusts."""
        self._server = server
        self._local_name = local_name
        self._deadline_s = deadline_s
        self._trust = None if server.security is Security.NONE else trust or ssl.create_default_context()

    async def send(self, mail: EmailMessage, *, sender: Mailbox, to: Mailbox) -> Delivery:
        """One try, over before the deadline whatever the server does (threat M08); exactly one recipient (M01)."""
        course = _Course()
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._hand_over(mail, sender, to, course)
        except TimeoutError:
            return course.broken(SILENT)
        except MailFault as fault:
            return Delivery(outcome=Outcome.POSTPONED, words=str(fault))

    async def _hand_over(self, mail: EmailMessage, sender: Mailbox, to: Mailbox, course: _Course) -> Delivery:
        needs_utf8 = sender.needs_utf8 or to.needs_utf8
        async with self._connected() as client:
            if needs_utf8 and not client.supports_extension("smtputf8"):
                return Delivery(outcome=Outcome.REFUSED, words=NO_UTF8)
            options, encoding = (["SMTPUTF8", "BODY=8BITMIME"], "utf-8") if needs_utf8 else ([], "ascii")
            try:
                await client.mail(sender.address, options=options, encoding=encoding)
                await client.rcpt(to.address, encoding=encoding)
                course.has_text = True
                await client.data(mail.as_bytes())
            except (SMTPSenderRefused, SMTPRecipientRefused, SMTPDataError) as error:
                is_final = 500 <= error.code < 600  # noqa: PLR2004 - RFC 5321 section 4.2.1
                return Delivery(outcome=Outcome.REFUSED if is_final else Outcome.POSTPONED, words=_words(error))
            except (SMTPException, OSError):
                return course.broken(HUNG_UP)
        return Delivery(outcome=Outcome.TAKEN)

    async def greet(self) -> str:
        """What keeps mail from being handed over, as words of ours; empty when nothing does. Sends nothing."""
        try:
            async with asyncio.timeout(self._deadline_s), self._connected():
                return ""
        except TimeoutError:
            return SILENT
        except MailFault as fault:
            return str(fault)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        """A server that was greeted, on TLS when that is wanted, and logged in to. Raises MailFault."""
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._local_name,
            timeout=None,  # the deadline is for the whole of it
            use_tls=server.security is Security.TLS,
            start_tls=False,
            tls_context=self._trust,
        )
        try:
            await self._open(client)
            yield client
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=_QUIT_S)
        finally:
            client.close()

    async def _open(self, client: SMTP) -> None:
        try:
            await client.connect()
            await client.ehlo()
            if self._server.security is Security.STARTTLS:
                await self._upgrade(client)
            if self._server.user:
                await self._log_in(client)
        except SMTPAuthenticationError as error:
            raise MailFault(LOGIN_REFUSED) from error
        except SMTPResponseException as error:
            raise MailFault(_words(error)) from error
        except (SMTPException, OSError) as error:
            raise MailFault(_why(error)) from error

    async def _upgrade(self, client: SMTP) -> None:
        if not client.supports_extension("starttls"):
            raise MailFault(NO_TLS)
        await client.starttls()
        await client.ehlo()

    async def _log_in(self, client: SMTP) -> None:
        """Only ever on TLS, whatever the settings let through."""
        if self._server.security is Security.NONE:
            raise MailFault(NO_TLS)
        if not client.supports_extension("auth"):
            raise MailFault(NO_LOGIN)
        await client.login(self._server.user, self._server.password)


@dataclass(slots=True)
class _Course:
    """How far a try has come."""

    has_text: bool = False

    def broken(self, words: str) -> Delivery:
        """What a connection that ended without an answer means here."""
        if self.has_text:
            return Delivery(outcome=Outcome.UNCERTAIN, words=PERHAPS_TAKEN)
        return Delivery(outcome=Outcome.POSTPONED, words=words)


def _words(error: SMTPResponseException) -> str:
    """The server's answer as one line, without addresses and links."""
    text = " ".join(f"{error.code} {error.message}".encode(errors="replace").decode().split())
    text = "".join(char for char in text if char.isprintable())
    return _TOKEN.sub(r"\1…", _ADDRESS.sub("…", text))[:_MAX_WORDS]


def _why(error: BaseException) -> str:
    """Looked up along the causes: aiosmtplib wraps what the system says."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return BAD_CERTIFICATE
        cause = cause.__cause__
    return HUNG_UP if isinstance(error, SMTPServerDisconnected) else UNREACHABLE
