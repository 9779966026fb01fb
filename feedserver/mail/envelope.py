"""A letter as a message: its headers, and both of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedserver.mail.address import Mailbox
from feedserver.mail.letter import Letter
from feedserver.mail.writer import one_line

_ENVIRONMENT = Environment(
    loader=PackageLoader("feedserver.mail"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What each message of this server carries besides its letter."""

    sender: Mailbox
    """The envelope's sender too: what bounces goes there, and is answered by nobody (threat M16)."""
    sender_name: str
    host: str
    """The right part of every Message-ID."""


def message_of(letter: Letter, *, stamp: Stamp, to: Mailbox, message_id: str, sent_at: datetime) -> EmailMessage:
    """The message. `message_id`: the left part, the same at every try (threat M10).

    Headers are set through `EmailMessage`, which refuses line ends in them; both parts are quoted-printable, so that no
    line is long and none depends on 8-bit transport (threat M03).
    """
    needs_utf8 = to.needs_utf8 or stamp.sender.needs_utf8
    message = EmailMessage(policy=policy.SMTPUTF8 if needs_utf8 else policy.SMTP)
    message["From"] = _header(stamp.sender, one_line(stamp.sender_name))
    message["To"] = _header(to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{message_id}@{stamp.host}>"
    message["Auto-Submitted"] = "auto-generated"
    # Exchange answers "out of office" to Auto-Submitted mail all the same.
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = letter.language.code
    message.set_content(letter.text(), cte="quoted-printable")
    message.add_alternative(html_of(letter), subtype="html", cte="quoted-printable")
    return message


def _header(mailbox: Mailbox, name: str = "") -> Address:
    return Address(display_name=name, username=mailbox.local, domain=mailbox.domain)


def html_of(letter: Letter) -> str:
    """The same parts in HTML; everything is escaped (threat M20)."""
    template = _ENVIRONMENT.get_template("letter.html")
    return template.render(letter=letter, lang=letter.language, kind=lambda part: type(part).__name__)
