"""Invitations: one-time links on which the owner of an account chooses its password, the first or a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What stands behind a link. The link is not in it: it is signed anew whenever it is shown or mailed."""

    id: str
    account_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    """None until the password was chosen on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLink:
    """A link that works now. Its repr is empty: it is a credential."""

    url: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"PasswordLink(expires_at={self.expires_at.isoformat()!r})"
