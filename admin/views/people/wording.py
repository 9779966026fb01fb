"""What accounts are, in words."""

from __future__ import annotations

from dataclasses import dataclass

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.model.account import Role
from feedserver.model.account_listing import AccountStanding

_ROLES = {
    Role.GUEST: (message("Guest"), message("Opens what is shared with them, and nothing else.")),
    Role.MEMBER: (message("Member"), message("Also owns calendars.")),
    Role.ADMIN: (message("Administrator"), message("May do everything on these pages.")),
}
_STANDINGS = {
    AccountStanding.ACTIVE: (message("Active"), "good"),
    AccountStanding.WAITING: (message("No password yet"), "wait"),
    AccountStanding.INACTIVE: (message("Deactivated"), "off"),
}
"""With the tone of the badge."""


@dataclass(frozen=True, slots=True)
class AccountWords:
    """Accounts in one language."""

    language: Language

    def role(self, role: Role) -> str:
        """Guest, member or administrator."""
        return self.language.gettext(_ROLES[role][0])

    def roles(self) -> list[tuple[str, str, str]]:
        """Value, label and what it means: for the choice of one."""
        say = self.language.gettext
        return [(role.value, say(name), say(meaning)) for role, (name, meaning) in _ROLES.items()]

    def standing(self, standing: AccountStanding) -> str:
        """The state, as a badge has it."""
        return self.language.gettext(_STANDINGS[standing][0])

    def standings(self) -> list[tuple[str, str]]:
        """Value and label: for the choice of one."""
        return [(standing.value, self.standing(standing)) for standing in _STANDINGS]

    def tone(self, standing: AccountStanding) -> str:
        """The badge's tone: good, wait or off."""
        return _STANDINGS[standing][1]
