"""Notices: mails that are owed. A notice holds ids, never a password or a link; both are made when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a mail says."""

    SHARED_LINK = "shared link"
    """You were sent a calendar: a recipient's own public link."""
    SHARED_SECURED = "shared secured"
    """A calendar was shared with you: a member of a secured share."""
    CHOOSE_PASSWORD = "choose password"  # noqa: S105 - a kind of mail
    """An invitation: choose your password; with `share_id` also what was shared."""
    RESET_PASSWORD = "reset password"  # noqa: S105 - a kind of mail
    LINK_REPLACED = "link replaced"
    SHARING_ENDED = "sharing ended"


class NoticeState(StrEnum):
    """What became of it."""

    QUEUED = "queued"
    """Waits for its turn, or for the next try."""
    SENT = "sent"
    FAILED = "failed"
    """Given up: the mail server refuses it, or two days of tries are over. An admin may try again."""
    DROPPED = "dropped"
    """No longer true when its turn came: the share is off, the link revoked, the account gone (threat M14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """That whoever an action concerns is to get a mail, and what the sender adds to it."""

    note: str = ""
    """Plain text for the receivers."""
    language: str = "en"
    """For receivers who have not chosen one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail to one person."""

    id: str
    """Also the left part of its Message-ID: the same at every try (threat M10)."""
    kind: NoticeKind
    share_id: str | None
    recipient_id: str | None
    """To the recipient of a public share; exactly one of this and `account_id` is given."""
    account_id: str | None
    sender_id: str | None
    """The account that caused it."""
    sender_name: str
    note: str
    """What the sender wrote to the receivers; plain text."""
    language: str
    """Code of the language it is written in."""
    state: NoticeState
    attempts: int
    next_at: datetime
    created_at: datetime
    sent_at: datetime | None
    error: str
    """The mail server's words when it last refused, without addresses; empty when it did not."""

    def __repr__(self) -> str:
        """Without names and words: a repr ends up in logs."""
        return f"Notice(id={self.id!r}, kind={self.kind.value!r}, state={self.state.value!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice as the admin's list shows it."""

    notice: Notice
    address: str
    """Where it goes; empty when whom it was for is gone."""
    reader_name: str
    """Of an account; empty for a recipient."""
    share_name: str
    """Empty when it is about no share."""

    def __repr__(self) -> str:
        return f"NoticeRow({self.notice!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail for somebody to send by hand, where the server has no mail server."""

    to: str
    subject: str
    text: str
    mailto_url: str
    """Opens a mail program with a short form of the text: mail programs cut long ones."""

    def __repr__(self) -> str:
        """Without address and link."""
        return "Draft()"
