"""`feedserver demo`: something to look at before there are calendars of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Command, with_house
from feedserver.cli.output import Output
from feedserver.cli.share_answers import link_lines, shares_json
from feedserver.model.share import ShareKind

if TYPE_CHECKING:
    from feedserver.app.house import House
    from feedserver.services.sample import Sample, SampleService


@click.command(cls=Command, examples=("feedserver demo", "feedserver demo --json", "feedserver demo --remove"))
@click.option("--remove", "is_removal", is_flag=True, help="Take calendar, shares and account away again.")
@with_house
async def demo(house: House, output: Output, *, is_removal: bool) -> None:
    """Make a sample calendar with a public and a secured share, and print their links.

    The secured share is for a guest account `demo`, whose password is made up and printed this once. A second call
    changes nothing and prints the links again. `--remove` takes everything of the sample away, what was changed in it
    too; what else there is stays as it is.
    """
    if is_removal:
        await _remove(house, output)
    else:
        await _make(house, output)


async def _make(house: House, output: Output) -> None:
    service = sample_of(house)
    sample, password = await service.find(), None
    if not sample.is_whole:
        sample, password = await service.make()
    data = {
        "is_new": password is not None,
        "shares": await shares_json(house, sample.shares),
        "login": sample.account.login if sample.account else None,
        "password": password,
    }
    output.answer(data, _lines(house, sample, password))


def _lines(house: House, sample: Sample, password: str | None) -> list[str]:
    lines = ["Made a sample calendar." if password else "The sample is there already."]
    for share in sample.shares:
        is_secured = share.kind is ShareKind.SECURED
        lines += ["", f"{share.name}  ({'login needed' if is_secured else 'whoever has the link'})"]
        lines += link_lines(house, share)
    account = sample.account
    assert account is not None
    lines.append(f"  login    {account.login}")
    if password:
        lines.append(f"  password {password}  (shown only now)")
    else:
        lines.append(
            f"  password as printed the first time; for a new one: feedserver account password {account.login}"
        )
    return [*lines, "", "To take it away again: feedserver demo --remove"]


async def _remove(house: House, output: Output) -> None:
    removed = await sample_of(house).remove()
    line = "There is no sample." if removed.is_absent else "Removed the sample calendar, its shares and its account."
    output.answer({"is_removed": not removed.is_absent}, [line])


async def sample_link(house: House) -> str | None:
    """The page of the public share of the sample; None when there is no sample."""
    sample = await sample_of(house).find()
    return house.sharing.links(sample.shares[0])[0].page_url if sample.is_whole else None


def sample_of(house: House) -> SampleService:
    """The service, on what the house has."""
    from feedserver.services.sample import SampleService  # noqa: PLC0415 - the database libraries load only when needed

    return SampleService(
        accounts=house.accounts,
        calendars=house.calendars,
        appointments=house.appointments,
        sharing=house.sharing,
        clock=house.clock,
    )
