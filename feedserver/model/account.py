"""Accounts: who may log in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedserver.model.errors import InvalidInput

MAX_LOGIN_CHARS = 64
MAX_NAME_CHARS = 200
MAX_EMAIL_CHARS = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""
_MAX_LOCAL_BYTES = 64
_MAX_LABEL_CHARS = 63
_LOGIN_MARKS = frozenset("._-+")
_ATOM_MARKS = frozenset("!#$%&'*+-/=?^_`{|}~")


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
    timezone: str | None = None
    """IANA name of the zone its pages show; None is each share's own."""

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
        raise InvalidInput("a login has 1 to {max} characters", field="login", max=MAX_LOGIN_CHARS)
    if not login[0].isalnum() or not all(_is_login_char(c) for c in login):
        raise InvalidInput(
            "a login is made of letters, digits and . _ - + and begins with a letter or digit", field="login"
        )
    return login


def _is_login_char(char: str) -> bool:
    return _is_letter(char) or char in _LOGIN_MARKS


def login_key(login: str) -> str:
    """What logins are compared by: `Ann` and `ann` are one, a Cyrillic letter and its Latin double are two."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", login).casefold())


def display_name_of(text: str) -> str:
    """`text` as a person's name: one line without blanks at its ends, possibly empty. Raises InvalidInput."""
    name = text.strip()
    if len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise InvalidInput("a name is one line of at most {max} characters", field="display_name", max=MAX_NAME_CHARS)
    return name


def email_of(text: str) -> str:
    """`text` as a mail address that SMTP can carry: a dot-atom, one `@`, a host name, in letters of any script.

    Neither quoted local parts nor address literals. Raises InvalidInput. Whether it can be reached only mail can tell.
    """
    email = unicodedata.normalize("NFC", text)
    local, _, domain = email.rpartition("@")
    if len(email) > MAX_EMAIL_CHARS or not _is_dot_atom(local) or not all(map(_is_label, domain.split("."))):
        raise InvalidInput("this is no mail address that can be written to", field="email")
    return email


def _is_dot_atom(local: str) -> bool:
    """RFC 5322 section 3.2.3, with RFC 6532's letters."""
    atoms = local.split(".")
    return len(local.encode()) <= _MAX_LOCAL_BYTES and all(
        atom and all(_is_letter(c) or c in _ATOM_MARKS for c in atom) for atom in atoms
    )


def _is_label(label: str) -> bool:
    """Letters, digits and inner hyphens; at most 63 of them (RFC 1035 section 2.3.1)."""
    is_short = 0 < len(label) <= _MAX_LABEL_CHARS
    return is_short and not label.startswith("-") and not label.endswith("-") and all(map(_is_host_char, label))


def _is_host_char(char: str) -> bool:
    return char == "-" or _is_letter(char)


def _is_letter(char: str) -> bool:
    """Marks (category M) belong to the letters of many scripts."""
    return char.isalnum() or unicodedata.category(char).startswith("M")
