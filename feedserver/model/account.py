"""Accounts: who may log in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account may do."""

    ADMIN = "admin"
    """Everything."""
    MEMBER = "member"
    """Owns calendars."""
    GUEST = "guest"
    """Sees only what is shared with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One login."""

    id: str
    login: str
    """As typed when made; compared by its case-folded NFC form."""
    display_name: str
    email: str
    role: Role
    password_hash: str | None
    """Argon2id in PHC form; None until the owner has chosen a password."""
    is_active: bool
    version: int
    """Raised by every change; what was remembered of an older version is void."""
    created_at: datetime

    def __repr__(self) -> str:
        """Without address and hash: a repr ends up in logs."""
        return f"Account(id={self.id!r}, role={self.role.value!r}, version={self.version})"
