"""Accounts: who may log in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedserver.model.errors import InvalidInput

MAX_LOGIN_CHARS = 64
MAX_EMAIL_CHARS = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""
_LOGIN_MARKS = frozenset("._-+")


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
    language: str | None = None
    """Code of the language its pages and mails are in; None is what the browser asks for."""

    def __repr__(self) -> str:
        """Without address and hash: a repr ends up in logs."""
        return f"Account(id={self.id!r}, role={self.role.value!r}, version={self.version})"


def login_of(text: str) -> str:
    """`text` as a login: letters, digits and `. _ - +`, a letter or digit first; NFC, at most 64 characters.

    No `: @ % /`, which clients and Basic authentication break on (feed-contract F33), nothing that a pattern, a path or
    a log line could take for its own (threats B12, I37), and no blanks that nobody sees.
    Raises InvalidInput.
    """
    login = unicodedata.normalize("NFC", text)
    if not login or len(login) > MAX_LOGIN_CHARS:
        raise InvalidInput(f"a login has 1 to {MAX_LOGIN_CHARS} characters", field="login")
    if not login[0].isalnum() or not all(_is_login_char(c) for c in login):
        raise InvalidInput(
            "a login is made of letters, digits and . _ - + and begins with a letter or digit", field="login"
        )
    return login


def _is_login_char(char: str) -> bool:
    """Marks (category M) belong to the letters of many scripts."""
    return char.isalnum() or char in _LOGIN_MARKS or unicodedata.category(char).startswith("M")


def login_key(login: str) -> str:
    """What logins are compared by: `Ann` and `ann` are one, a Cyrillic letter and its Latin double are two."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", login).casefold())


def email_of(text: str) -> str:
    """`text` as a mail address: one `@`, something on both sides, no blanks or control characters.

    Raises InvalidInput. Whether it can be reached only mail can tell.
    """
    local, at, domain = text.rpartition("@")
    is_plain = text.isprintable() and not any(c.isspace() or c in '<>,;:"()[]\\' for c in text)
    if not (at and local and domain and is_plain and "@" not in local) or len(text) > MAX_EMAIL_CHARS:
        raise InvalidInput("this is no mail address that can be written to", field="email")
    return unicodedata.normalize("NFC", text)
