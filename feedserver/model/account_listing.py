"""The list of accounts, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedserver.model.account import Account, Role


class AccountStanding(StrEnum):
    """Whether somebody can log in."""

    ACTIVE = "active"
    WAITING = "waiting"
    """Has not chosen a password yet."""
    INACTIVE = "inactive"


def account_standing(account: Account) -> AccountStanding:
    """The standing of an account."""
    if not account.is_active:
        return AccountStanding.INACTIVE
    return AccountStanding.ACTIVE if account.password_hash else AccountStanding.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """Which accounts, and which page of them; they are sorted by name, then login."""

    text: str = ""
    """Words that must all be found in the name, the login or the address; capitals do not count."""
    role: Role | None = None
    standing: AccountStanding | None = None
    page: int = 1
    per_page: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One line of the list."""

    account: Account
    share_count: int
    """Secured shares that it may open, removed ones aside."""
    invited_until: datetime | None
    """The end of its one-time link, when it has one that was not used."""

    @property
    def standing(self) -> AccountStanding:
        """Whether it can log in."""
        return account_standing(self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """One page of the list."""

    rows: tuple[AccountRow, ...]
    total: int
    page: int
    """Which page this is, from 1."""
    pages: int
    """How many there are, at least 1."""
