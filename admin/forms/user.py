"""The form of an account: what was typed, and the values it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from feedserver.http.forms import Form
from feedserver.languages.catalogue import Languages
from feedserver.model.account import Account, Role
from feedserver.model.errors import InvalidInput
from feedserver.services.accounts import AccountChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class UserForm:
    """Everything as it stands in the fields, so that a page with faults loses nothing."""

    display_name: str = ""
    email: str = ""
    login: str = ""
    role: str = Role.GUEST
    language: str = ""
    """Code; empty is what the browser asks for."""
    is_invited: bool = True
    """A mail with a one-time link is sent."""
    message: str = ""
    """What the sender adds to that mail."""


def read(form: Form) -> UserForm:
    """What a browser sent. Fields that are none of this form's are left alone (threat A14)."""
    return UserForm(
        display_name=form.line("display_name"),
        email=form.line("email"),
        login=form.line("login"),
        role=form.text("role"),
        language=form.text("language"),
        is_invited=form.is_ticked("is_invited"),
        message=form.text("message"),
    )


def typed_of(account: Account) -> UserForm:
    """The form filled with what an account is."""
    return UserForm(
        display_name=account.display_name,
        email=account.email,
        login=account.login,
        role=account.role,
        language=account.language or "",
    )


def changes_of(typed: UserForm, languages: Languages) -> AccountChanges:
    """The values to save. Raises InvalidInput."""
    return {
        "display_name": typed.display_name,
        "email": typed.email,
        "login": typed.login,
        "role": role_of(typed),
        "language": language_of(typed.language, languages),
    }


def role_of(typed: UserForm) -> Role:
    """Raises InvalidInput."""
    try:
        return Role(typed.role)
    except ValueError:
        raise InvalidInput("Choose what this person may do.", field="role") from None


def language_of(code: str, languages: Languages) -> str | None:
    """Raises InvalidInput for a language there is not."""
    if code and code not in {language.code for language in languages.all}:
        raise InvalidInput("Choose one of these languages.", field="language")
    return code or None
