"""Builders of letters and messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from feedserver.languages.catalogue import Languages
from feedserver.languages.language import Language
from feedserver.mail.address import Mailbox, mailbox_of
from feedserver.mail.compose import compose
from feedserver.mail.envelope import Stamp, message_of
from feedserver.mail.letter import Letter
from feedserver.mail.occasion import Occasion, SharedCalendar
from feedserver.model.notice import NoticeKind
from feedserver.model.share import DetailLevel, ShareKind
from feedserver.services.links import Links
from feedserver.services.subscribing import ways
from tests.builders import NOON, a_share

SENDER = mailbox_of("calendars@example.org")
TO = mailbox_of("ann@example.net")


class Signer:
    """Gives every link the same token."""

    def sign_link(self, _link: object) -> str:
        return "token.signed"


def english() -> Language:
    return Languages().of_code("en")


def a_calendar(kind: ShareKind = ShareKind.PUBLIC, **changes: Any) -> SharedCalendar:
    """“Team” with its details, from now on and for ever."""
    share = a_share(kind=kind)
    link = Links("https://calendars.example.org", Signer()).of_share(share)[0]
    made = SharedCalendar(
        name="Team",
        page_url=link.page_url,
        ways=ways(link, share),
        level=DetailLevel.DETAILS,
        starts_at=None,
        expires_at=None,
        timezone="Europe/Berlin",
    )
    return replace(made, **changes)


def an_occasion(**changes: Any) -> Occasion:
    """Paul of the Example Club shares “Team” with somebody."""
    made = Occasion(sender_name="Paul", organisation="Example Club", shared=a_calendar())
    return replace(made, **changes)


def a_letter(kind: NoticeKind = NoticeKind.SHARED_LINK, **changes: Any) -> Letter:
    return compose(kind, an_occasion(**changes), english())


def a_mail(
    letter: Letter | None = None, *, to: Mailbox = TO, sender: Mailbox = SENDER, sender_name: str = "Example Club"
) -> EmailMessage:
    stamp = Stamp(sender=sender, sender_name=sender_name, host="calendars.example.org")
    return message_of(letter or a_letter(), stamp=stamp, to=to, message_id="abc", sent_at=NOON)


JUNE_ENDS = datetime(2027, 6, 30, 22, 0, tzinfo=UTC)
"""Midnight after 30 June 2027 in Berlin."""
