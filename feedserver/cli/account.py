"""`feedserver account`: who may log in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Group, with_house
from feedserver.cli.output import Output, table
from feedserver.model.account import Account, Role

if TYPE_CHECKING:
    from feedserver.app.house import House


@click.group(cls=Group)
def account() -> None:
    """Add accounts, set passwords, deactivate and reactivate.

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
