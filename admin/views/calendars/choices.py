"""What the form of a calendar offers."""

from __future__ import annotations

from admin.call import Call
from feedserver.languages.zone_names import zone_choices
from feedserver.model.account import Role

Choices = list[tuple[str, str]]
"""(value, label) pairs."""


def zones(call: Call, chosen: str) -> Choices:
    """Every zone; one that is chosen and in no list, such as an alias, is among them all the same."""
    offered = list(zone_choices(call.language.code))
    return offered if not chosen or chosen in dict(offered) else [(chosen, chosen), *offered]


async def owners(call: Call) -> Choices:
    """The organisation first, then everybody who may own a calendar."""
    accounts = await call.services.accounts.list_all()
    able = [(account.login, account.display_name) for account in accounts if account.role is not Role.GUEST]
    return [("", call.office.organisation or call.say("The organisation")), *able]
