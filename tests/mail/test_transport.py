"""Handing mails to a real server: what it answers, how it is secured, and that no wait is endless."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from feedserver.mail.address import Mailbox as Address
from feedserver.mail.address import mailbox_of
from feedserver.mail.transport import (
    BAD_CERTIFICATE,
    HUNG_UP,
    LOGIN_REFUSED,
    NO_LOGIN,
    NO_TLS,
    NO_UTF8,
    PERHAPS_TAKEN,
    SILENT,
    UNREACHABLE,
    Delivery,
    MailServer,
    Outcome,
    Security,
    SmtpTransport,
)
from tests.mail.letters import SENDER, TO, a_letter, a_mail
from tests.mailbox import Certificate, Mailbox, open_mailbox, open_socket

PASSWORD = "only for the mail server"


def a_transport(server: MailServer, trust: Certificate | None = None, deadline_s: float = 10) -> SmtpTransport:
    trusted = trust.trusted() if trust else None
    return SmtpTransport(server, local_name="calendars.example.org", deadline_s=deadline_s, trust=trusted)


async def send(server: MailServer, trust: Certificate | None = None, *, to: Address = TO, **kw: float) -> Delivery:
    return await a_transport(server, trust, **kw).send(a_mail(to=to), sender=SENDER, to=to)


async def test_m01_mail_is_taken_with_exactly_one_recipient(mailbox: Mailbox) -> None:
    assert await send(mailbox.server()) == Delivery(outcome=Outcome.TAKEN)
    (mail,) = mailbox.received
    assert (mail.sender, mail.recipients) == ("calendars@example.org", ("ann@example.net",))


async def test_m03_text_travels_dot_stuffed_in_short_lines_that_end_in_crlf(mailbox: Mailbox) -> None:
    letter = a_letter(note=".\n.\r\nlone\rreturn\n" + "x" * 10_000 + "\n.")
    await a_transport(mailbox.server()).send(a_mail(letter), sender=SENDER, to=TO)

    (mail,) = mailbox.received
    lines = mail.raw.split(b"\r\n")
    assert all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in lines)
    assert "\n> .\n> .\n> lone\n> return\n> " + "x" * 10_000 + "\n> .\n" in mail.part().replace("\r\n", "\n")


async def test_m09_5xx_is_for_good_and_4xx_is_not_each_by_its_recipient(mailbox: Mailbox) -> None:
    mailbox.answers = {"ann@example.net": "550 5.1.1 no such user", "ben@example.net": "451 4.7.1 greylisted"}

    assert await send(mailbox.server()) == Delivery(outcome=Outcome.REFUSED, words="550 5.1.1 no such user")
    ben = await send(mailbox.server(), to=mailbox_of("ben@example.net"))
    assert ben == Delivery(outcome=Outcome.POSTPONED, words="451 4.7.1 greylisted")
    assert (await send(mailbox.server(), to=mailbox_of("cem@example.net"))).outcome is Outcome.TAKEN


async def test_p01_words_of_the_server_are_kept_without_addresses_and_links(mailbox: Mailbox) -> None:
    mailbox.answers["ann@example.net"] = "550 <ann@example.net> unknown, see https://c.example/s/token.signed/x"
    assert (await send(mailbox.server())).words == "550 <…> unknown, see https://c.example/s/…/x"


async def test_m10_server_that_dies_after_the_text_may_have_taken_it(mailbox: Mailbox) -> None:
    mailbox.mode = "dies"
    assert await send(mailbox.server()) == Delivery(outcome=Outcome.UNCERTAIN, words=PERHAPS_TAKEN)


@pytest.mark.parametrize("mode", ["silent", "trickles"])
async def test_m08_server_that_goes_silent_is_given_up_at_the_deadline(mailbox: Mailbox, mode: str) -> None:
    mailbox.mode = mode  # type: ignore[assignment]
    began = time.monotonic()
    assert (await send(mailbox.server(), deadline_s=0.2)).outcome is Outcome.UNCERTAIN
    assert time.monotonic() - began < 2


async def test_m08_server_that_never_greets_is_given_up_at_the_deadline() -> None:
    async def wait(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with open_socket(wait) as server:
        assert await send(server, deadline_s=0.2) == Delivery(outcome=Outcome.POSTPONED, words=SILENT)
        assert await a_transport(server, deadline_s=0.2).greet() == SILENT


async def test_server_that_hangs_up_or_is_not_there_is_tried_again() -> None:
    async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        pass

    async with open_socket(hang_up) as server:
        hung_up = await send(server)
    assert (hung_up.outcome, hung_up.words in (HUNG_UP, UNREACHABLE)) == (Outcome.POSTPONED, True)
    assert await send(server) == Delivery(outcome=Outcome.POSTPONED, words=UNREACHABLE)


async def test_server_that_speaks_something_else_is_tried_again() -> None:
    async def speak_http(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with open_socket(speak_http) as server:
        assert (await send(server)).outcome is Outcome.POSTPONED


async def test_m13_with_starttls_the_text_and_the_password_go_on_tls_alone(mail_certificate: Certificate) -> None:
    async with open_mailbox(Security.STARTTLS, certificate=mail_certificate, password=PASSWORD) as box:
        server = box.server(user="post", password=PASSWORD)
        assert await send(server, mail_certificate) == Delivery(outcome=Outcome.TAKEN)
        assert await a_transport(server, mail_certificate).greet() == ""
    (mail,) = box.received
    assert (mail.is_on_tls, mail.login) == (True, "post")


async def test_m13_stripped_starttls_sends_nothing(mailbox: Mailbox, mail_certificate: Certificate) -> None:
    server = mailbox.server(security=Security.STARTTLS, user="post", password=PASSWORD)
    assert await send(server, mail_certificate) == Delivery(outcome=Outcome.POSTPONED, words=NO_TLS)
    assert mailbox.tries == 0


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_m13_certificate_of_nobody_we_trust_is_refused(security: Security, mail_certificate: Certificate) -> None:
    async with open_mailbox(security, certificate=mail_certificate) as box:
        assert await send(box.server()) == Delivery(outcome=Outcome.POSTPONED, words=BAD_CERTIFICATE)
        assert await send(box.server(), mail_certificate) == Delivery(outcome=Outcome.TAKEN)
        other_name = box.server(host="127.0.0.1")
        assert await send(other_name, mail_certificate) == Delivery(outcome=Outcome.POSTPONED, words=BAD_CERTIFICATE)


async def test_m13_without_tls_no_password_is_sent(mailbox: Mailbox) -> None:
    delivery = await send(mailbox.server(user="post", password=PASSWORD))
    assert (delivery.outcome, mailbox.tries) == (Outcome.POSTPONED, 0)


async def test_server_that_refuses_the_login_is_tried_again_with_words_for_it(mail_certificate: Certificate) -> None:
    async with open_mailbox(Security.STARTTLS, certificate=mail_certificate, password=PASSWORD) as box:
        delivery = await send(box.server(user="post", password="wrong"), mail_certificate)
    assert delivery == Delivery(outcome=Outcome.POSTPONED, words=LOGIN_REFUSED)


async def test_server_without_a_login_says_so(mail_certificate: Certificate) -> None:
    async with open_mailbox(Security.TLS, certificate=mail_certificate) as box:
        server = box.server(user="post", password=PASSWORD)
        assert await a_transport(server, mail_certificate).greet() == NO_LOGIN


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_m15_no_level_of_any_log_holds_the_password_or_an_address(
    security: Security, mail_certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    """M15, P01: also not what asyncio and the SMTP library say when everything is logged."""
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG)
    for name in ("mail.log", "mail.debug", "mail.error"):  # the server's own, which is no part of ours
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    async with open_mailbox(security, certificate=mail_certificate, password=PASSWORD) as box:
        box.answers["ben@example.net"] = "550 no"
        server = box.server(user="post", password=PASSWORD)
        assert (await send(server, mail_certificate)).outcome is Outcome.TAKEN
        await send(server, mail_certificate, to=mailbox_of("ben@example.net"))
        await send(box.server(user="post", password=PASSWORD + "!"), mail_certificate)
    assert PASSWORD not in repr(server)
    for secret in (PASSWORD, "b25seSBmb3I", "ann@", "ben@"):  # the second: base64 of its beginning
        assert secret not in caplog.text


async def test_m21_international_domain_is_written_in_ascii(mailbox: Mailbox) -> None:
    to = mailbox_of("ann@straße.example")
    assert (await send(mailbox.server(), to=to)).outcome is Outcome.TAKEN
    (mail,) = mailbox.received
    assert mail.recipients == ("ann@xn--strae-oqa.example",)
    assert mail.message["To"] == "ann@xn--strae-oqa.example"


async def test_m21_letters_before_the_at_need_smtputf8_and_say_so() -> None:
    to = mailbox_of("änne@example.net")
    async with open_mailbox(has_utf8=True) as box:
        assert (await send(box.server(), to=to)).outcome is Outcome.TAKEN
    assert box.received[0].recipients == ("änne@example.net",)
    async with open_mailbox(has_utf8=False) as box:
        assert await send(box.server(), to=to) == Delivery(outcome=Outcome.REFUSED, words=NO_UTF8)
    assert box.tries == 0
