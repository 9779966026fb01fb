"""Whom a share is sent to: what was typed and ticked."""

from __future__ import annotations

from dataclasses import dataclass

from admin.forms.addresses import addresses_of
from feedserver.http.forms import Form
from feedserver.model.errors import InvalidInput

MAX_MESSAGE_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """As typed."""

    emails: str = ""
    picked: tuple[str, ...] = ()
    """Ticked: addresses of contacts, or ids of members."""
    message: str = ""
    """What the sender adds to the mails."""


def read_sending(form: Form) -> Sending:
    """What a browser sent."""
    return Sending(emails=form.text("emails"), picked=form.all("picked"), message=form.text("message"))


def chosen_addresses(typed: Sending) -> tuple[str, ...]:
    """Everybody, the ticked ones first. Raises InvalidInput for nobody, and naming the first bad address."""
    chosen = (*addresses_of("\n".join(typed.picked)), *addresses_of(typed.emails))
    if not chosen:
        raise InvalidInput("Write or tick at least one address.", field="emails")
    return chosen


def message_of(text: str) -> str:
    """What the sender adds. Raises InvalidInput."""
    if len(text) > MAX_MESSAGE_CHARS:
        raise InvalidInput("Write at most {max} characters.", field="message", max=MAX_MESSAGE_CHARS)
    return text.strip()
