"""Somebody who is made a user from within the form of a share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from itertools import count

from feedserver.http.forms import Form
from feedserver.model.account import MAX_LOGIN_CHARS, Account, display_name_of, email_of, login_key, login_of
from feedserver.model.errors import InvalidInput

_ROOM = 10
"""Characters of a login left for a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """As typed; `login` may be empty, then one is suggested."""

    name: str = ""
    login: str = ""
    email: str = ""

    @property
    def is_empty(self) -> bool:
        """True when nothing was typed."""
        return self == NewUser()


def read_new_user(form: Form) -> NewUser:
    """What a browser sent."""
    return NewUser(name=form.line("user_name"), login=form.line("user_login"), email=form.line("user_email"))


def faults_of(typed: NewUser) -> dict[str, InvalidInput]:
    """What is wrong, by the name of the field, all at once."""
    faults: dict[str, InvalidInput] = {}
    checks: dict[str, Callable[[], str]] = {
        "user_name": lambda: _some_name(typed.name),
        "user_email": lambda: email_of(typed.email),
        "user_login": lambda: login_of(typed.login or "any"),
    }
    for field, check in checks.items():
        try:
            check()
        except InvalidInput as fault:
            faults[field] = fault
    return faults


def _some_name(text: str) -> str:
    if not text:
        raise InvalidInput("Write the person's name.")
    return display_name_of(text)


def same_person(typed: NewUser, users: Iterable[Account]) -> Account | None:
    """The active user whose mail address was typed: the form was sent twice, or nobody knew that there is one."""
    address = typed.email.casefold()
    return next((user for user in users if user.is_active and user.email.casefold() == address), None)


def suggested_login(name: str, email: str, taken: Container[str]) -> str:
    """`Ann Smith` is `ann.smith`; who has no Latin letters is what stands before the @, or keeps their own letters.

    `taken`: keys of logins that exist; the first free number is added then.
    """
    wanted = _plain(name) or _plain(email.partition("@")[0]) or _joined(name) or "user"
    wanted = wanted[: MAX_LOGIN_CHARS - _ROOM].rstrip(".")
    numbered = (f"{wanted}{number}" for number in count(2))
    return wanted if login_key(wanted) not in taken else next(n for n in numbered if login_key(n) not in taken)


def _plain(text: str) -> str:
    """In small ASCII letters and digits, the words joined by dots; empty when some letter is none of them."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _joined(bare) if bare.isascii() else ""


def _joined(text: str) -> str:
    return ".".join(re.findall(r"\w+", text.casefold().replace("_", " ")))
