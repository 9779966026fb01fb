"""Headers: what each mail carries, and that nothing can be added to them."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest

from feedserver.mail.address import mailbox_of
from feedserver.model.account import email_of
from feedserver.model.errors import InvalidInput
from tests.builders import NOON
from tests.mail.letters import TO, a_calendar, a_letter, a_mail


def test_m16_mail_says_that_a_program_sent_it() -> None:
    mail = a_mail()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert "Reply-To" not in mail


def test_headers_name_sender_reader_moment_and_host() -> None:
    mail = a_mail()
    assert mail["From"] == "Example Club <calendars@example.org>"
    assert mail["To"] == "ann@example.net"
    assert mail["Message-ID"] == "<abc@calendars.example.org>"
    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "payload", ["\r\nBcc: eve@example.net", "\nBcc: eve", "\0", ",", ">", "<eve@example.net>", '"', "\u2028Bcc: x"]
)
def test_m01_names_add_no_header_and_no_reader(payload: str) -> None:
    letter = a_letter(sender_name=f"Paul{payload}", shared=a_calendar(name=f"Team{payload}"))
    mail = a_mail(letter, sender_name=f"Club{payload}")
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)

    assert "Bcc" not in read
    assert len(read["From"].addresses) == len(read["To"].addresses) == 1
    assert read["From"].addresses[0].addr_spec == "calendars@example.org"
    assert read["Subject"].startswith("Paul")
    assert not read.defects


def test_m21_names_in_any_script_come_through() -> None:
    mail = a_mail(
        a_letter(sender_name="Zoë Ω 山田", shared=a_calendar(name="Übung 🎻")), sender_name="Müller, Groß & Co"
    )
    raw = mail.as_bytes()
    read = message_from_bytes(raw, policy=policy.default)

    assert raw.isascii()
    assert read["Subject"] == "Zoë Ω 山田 shares the calendar “Übung 🎻” with you"
    assert read["From"].addresses[0].display_name == "Müller, Groß & Co"


def test_long_names_are_folded_and_whole() -> None:
    name = "Wort " * 39 + "Ende"
    mail = a_mail(a_letter(shared=a_calendar(name=name)))
    assert all(len(line) <= 78 for line in mail.as_bytes().partition(b"\r\n\r\n")[0].split(b"\r\n"))
    assert name in message_from_bytes(mail.as_bytes(), policy=policy.default)["Subject"]


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann@EXAMPLE.org", "ann@example.org"),
        ("ann@straße.de", "ann@xn--strae-oqa.de"),
        ("ann@Bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@例え.jp", "ann@xn--r8jz45g.jp"),
        ("o'neil+tag@example.org", "o'neil+tag@example.org"),
    ],
)
def test_m21_domains_are_written_as_idna_2008_has_them(email: str, address: str) -> None:
    mailbox = mailbox_of(email_of(email))
    assert mailbox.address == address
    assert not mailbox.needs_utf8
    assert "@" not in repr(mailbox)


@pytest.mark.parametrize("email", ["ann@xn--.example", "ann@a\N{COMBINING ACUTE ACCENT}\N{ZERO WIDTH JOINER}b.example"])
def test_m21_domain_that_cannot_be_is_refused_at_the_latest_here(email: str) -> None:
    with pytest.raises(InvalidInput):
        mailbox_of(email_of(email))


def test_m21_letters_before_the_at_make_a_utf8_message() -> None:
    mail = a_mail(to=mailbox_of("änne@example.net"))
    assert "To: änne@example.net".encode() in mail.as_bytes()
    assert TO.needs_utf8 is False


@pytest.mark.parametrize(
    "email",
    [
        "ann@example.org\r\nRCPT TO:<eve@example.org>",
        "ann\n@example.org",
        "ann@example.org\0",
        "ann@example.org,eve@example.org",
        "ann>@example.org",
        "<ann@example.org>",
        "ann@eve@example.org",
        '"ann eve"@example.org',
        "ann @example.org",
        "@example.org",
        "ann@",
        "ann",
        "ann@-example.org",
        "ann@example-.org",
        "ann@example..org",
        "ann@.example.org",
        "ann@example.org.",
        "ann@exa_mple.org",
        "ann@exa/mple.org",
        "ann@" + "a" * 64 + ".org",
        ".ann@example.org",
        "ann.@example.org",
        "a..n@example.org",
        "a" * 65 + "@example.org",
        "ann@example.org?bcc=eve",
        "ann%eve@example.org!x",
    ],
)
def test_m01_address_that_cannot_be_written_to_is_refused_at_the_form(email: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        email_of(email)
    assert caught.value.field == "email"
