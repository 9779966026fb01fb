"""`feedserver account`: who may log in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Group, with_house
from feedserver.cli.output import Output, confirm, table
from feedserver.model.account import Account, Role
from feedserver.model.notice import Mailing

if TYPE_CHECKING:
    from feedserver.app.house import House
    from feedserver.services.accounts import AccountChanges


@click.group(cls=Group)
def account() -> None:
    """Add and invite accounts, edit and remove them, set passwords, deactivate and reactivate.

    An admin may do everything, a member owns calendars, a guest sees only what is shared with it.
    """


@account.command(
    examples=(
        "feedserver account add ann --email ann@example.org --role admin",
        'printf %s "$PASSWORD" | feedserver account add bob --email bob@example.org --role guest --password-stdin',
    ),
)
@click.argument("login")
@click.option("--email", required=True, help="The mail address.")
@click.option("--role", required=True, type=click.Choice([r.value for r in Role]), help="What the account may do.")
@click.option("--name", "display_name", default="", help="The name people see; the login when absent.")
@click.option("--password-stdin", "is_password_piped", is_flag=True, help="Read the password from standard input.")
@with_house
async def add(
    house: House, output: Output, *, login: str, email: str, role: str, display_name: str, is_password_piped: bool
) -> None:
    """Add an account.

    On a terminal the password is asked for; an empty one leaves the account without, and it cannot log in until
    `feedserver account password` gives it one. In a script pass --password-stdin.
    """
    password = _password_of(output, is_password_piped=is_password_piped)
    made = await house.accounts.add(
        login=login, email=email, role=Role(role), display_name=display_name, password=password
    )
    lines = [f"Added {made.role.value} {made.login}."]
    if password is None:
        lines.append(f"It has no password yet: feedserver account password {made.login}")
        lines.append(f"or let its owner choose one: feedserver account invite {made.login}")
    output.answer(account_json(made), lines)


@account.command("list", examples=("feedserver account list", "feedserver account list --json"))
@with_house
async def list_(house: House, output: Output) -> None:
    """List all accounts, by login."""
    accounts = await house.accounts.list_all()
    rows = ((a.login, a.role.value, _state_of(a), a.email, a.display_name) for a in accounts)
    output.answer([account_json(a) for a in accounts], table(("LOGIN", "ROLE", "STATE", "E-MAIL", "NAME"), rows))


@account.command(
    examples=("feedserver account password ann", "feedserver account password ann --password-stdin < password.txt")
)
@click.argument("login")
@click.option("--password-stdin", "is_password_piped", is_flag=True, help="Read the password from standard input.")
@with_house
async def password(house: House, output: Output, login: str, is_password_piped: bool) -> None:
    """Set an account's password; the old one stops working on the next request."""
    chosen = _password_of(output, is_password_piped=is_password_piped)
    if chosen is None:
        raise click.UsageError("no password was given; pass it with --password-stdin")
    changed = await house.accounts.set_password(login, chosen)
    output.answer(account_json(changed), [f"{changed.login} has a new password."])


@account.command(examples=("feedserver account invite ann", "feedserver account invite ann --mail"))
@click.argument("login")
@click.option("--mail", "is_mailed", is_flag=True, help="Mail the link instead of printing it.")
@with_house
async def invite(house: House, output: Output, login: str, is_mailed: bool) -> None:
    """Make a one-time link on which an account's owner chooses the password, the first or a new one.

    It works for 72 hours, and earlier links of the account end. A password that there is works until then. Whoever has
    the link can use it: hand it to nobody else.
    """
    if is_mailed and not house.settings.has_mail:
        raise click.UsageError("no mail server is set; leave --mail away, and send the link yourself")
    found = await house.accounts.find(login)
    act = house.accounts.reset if found.password_hash else house.accounts.invite
    mailing = Mailing(language=house.settings.language) if is_mailed else None
    invited = await act(found.id, mailing=mailing)
    if is_mailed:
        output.answer(account_json(invited), [f"A mail to {invited.login} is on its way."])
        return
    link = await house.invitations.link_of(invited)
    assert link is not None
    data = account_json(invited) | {"password_url": link.url, "expires_at": link.expires_at.isoformat()}
    output.answer(data, [f"{invited.login} can choose a password once, within 72 hours, at:", link.url])


@account.command(
    examples=(
        "feedserver account edit ann --name 'Ann Archer' --email ann@example.net",
        "feedserver account edit bob --role admin",
    )
)
@click.argument("login")
@click.option("--login", "new_login", metavar="LOGIN", help="Another login; calendar apps have to be told, too.")
@click.option("--name", "display_name", help="The name people see.")
@click.option("--email", help="The mail address; a one-time link that went to the old one ends.")
@click.option("--role", type=click.Choice([r.value for r in Role]), help="Another role logs the account out.")
@click.option("--language", metavar="CODE", help="Of its pages and mails; 'none' is what the browser asks for.")
@with_house
async def edit(
    house: House,
    output: Output,
    *,
    login: str,
    new_login: str | None,
    display_name: str | None,
    email: str | None,
    role: str | None,
    language: str | None,
) -> None:
    """Change an account's particulars or role; what is not named stays. Calendars of a new guest lose their owner."""
    changes: AccountChanges = {}
    if new_login is not None:
        changes["login"] = new_login
    if display_name is not None:
        changes["display_name"] = display_name
    if email is not None:
        changes["email"] = email
    if role is not None:
        changes["role"] = Role(role)
    if language is not None:
        changes["language"] = _language_of(house, language)
    if not changes:
        raise click.UsageError("name at least one thing to change")
    changed = await house.accounts.edit(login, **changes)
    output.answer(account_json(changed), [f"Changed {changed.login}."])


def _language_of(house: House, code: str) -> str | None:
    codes = [language.code for language in house.languages.all]
    if code != "none" and code not in codes:
        raise click.UsageError(f"there is no language {code}; there are {', '.join(codes)} and none")
    return None if code == "none" else code


@account.command(examples=("feedserver account remove bob", "feedserver account remove bob --yes"))
@click.argument("login")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_house
async def remove(house: House, output: Output, login: str, is_sure: bool) -> None:
    """Remove an account for good, with what it was let see; its calendars become the organisation's.

    The history keeps what it did, without its name. On a terminal it asks first.
    """
    found = await house.accounts.find(login)
    confirm(output, f"Remove account {found.login} for good?", is_sure=is_sure)
    removed = await house.accounts.remove(found.id)
    output.answer(account_json(removed), [f"Removed {removed.login}."])


@account.command(examples=("feedserver account deactivate bob",))
@click.argument("login")
@with_house
async def deactivate(house: House, output: Output, login: str) -> None:
    """Refuse an account's log-ins from the next request on; shares of its own calendars pause with it."""
    changed = await house.accounts.deactivate(login)
    output.answer(account_json(changed), [f"{changed.login} is inactive."])


@account.command(examples=("feedserver account activate bob",))
@click.argument("login")
@with_house
async def activate(house: House, output: Output, login: str) -> None:
    """Let a deactivated account log in again, with the password it had."""
    changed = await house.accounts.activate(login)
    output.answer(account_json(changed), [f"{changed.login} is active."])


def account_json(account: Account) -> dict[str, object]:
    """An account as scripts see it; never its hash."""
    return {
        "id": account.id,
        "login": account.login,
        "name": account.display_name,
        "email": account.email,
        "role": account.role.value,
        "language": account.language,
        "is_active": account.is_active,
        "has_password": account.password_hash is not None,
        "created_at": account.created_at.isoformat(),
    }


def _state_of(account: Account) -> str:
    if not account.is_active:
        return "inactive"
    return "active" if account.password_hash else "no password"


def _password_of(output: Output, *, is_password_piped: bool) -> str | None:
    """The password from standard input (one line end at its end is not part of it) or the terminal; None for none."""
    if is_password_piped:
        data = sys.stdin.buffer.read()
        try:
            return data.removesuffix(b"\n").removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            raise click.UsageError("the password on standard input is not UTF-8") from None
    if not output.is_watched:
        return None
    typed: str = click.prompt("Password (empty for none)", default="", show_default=False, hide_input=True, err=True)
    if typed and click.prompt("Once more", hide_input=True, default="", show_default=False, err=True) != typed:
        raise click.UsageError("the two passwords differ")
    return typed or None
