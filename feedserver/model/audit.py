"""The history of changes: who did what, when, to what, and from where; never a secret, a link or an event's text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedserver.model.actor import Actor


class Subject(StrEnum):
    """What was changed."""

    SHARE = "share"
    CALENDAR = "calendar"
    APPOINTMENT = "appointment"
    ACCOUNT = "account"
    CONTACT = "contact"
    SESSION = "session"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done (threat A25)."""

    seq: int
    """Rises with time."""
    at: datetime
    actor: Actor
    action: str
    """A verb in the past, such as "created", "deactivated", "link rotated"; a page shows it in its language."""
    subject: Subject
    subject_id: str
    subject_name: str
    """As it was called then."""
    share_id: str | None
    """The share in whose history it belongs."""
    detail: Mapping[str, str]
    """What changed, field -> new value in short; names and levels only."""
