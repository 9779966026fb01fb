"""`feedserver key`: the keys that sign links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Group, with_house
from feedserver.cli.output import Output, confirm, table

if TYPE_CHECKING:
    from feedserver.app.house import House


@click.group(cls=Group)
def key() -> None:
    """List, rotate and retire the keys that sign links.

    The newest key signs, all keys in the list verify. To replace a key without breaking a link, rotate, then hand out
    the links anew, then retire the old key.
    """


@key.command("list", examples=("feedserver key list", "feedserver key list --json"))
@with_house
async def list_(house: House, output: Output) -> None:
    """List the keys, oldest first; never the secrets."""
    keys = house.keys.list_all()
    data = [{"id": k.id, "created_at": k.created_at.isoformat(), "is_signing": k is keys[-1]} for k in keys]
    rows = ((k.id, k.created_at.isoformat(timespec="seconds"), "signs" if k is keys[-1] else "verifies") for k in keys)
    output.answer(data, table(("ID", "CREATED", "USE"), rows))


@key.command(examples=("feedserver key rotate",))
@with_house
async def rotate(house: House, output: Output) -> None:
    """Add a key that signs from now on; links that are out keep working.

    A running server follows within seconds. Copy the key file to every other node that serves the same database.
    """
    key_id = await house.keys.rotate()
    output.answer({"id": key_id}, [f"Key {key_id} signs from now on; the older keys still verify."])


@key.command(examples=("feedserver key retire 0a1b2c3d --yes",))
@click.argument("key_id", metavar="ID")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_house
async def retire(house: House, output: Output, *, key_id: str, is_sure: bool) -> None:
    """Take a key out of the ring: every link that it signed stops working, at once and for good.

    On a terminal it asks first. Retiring a retired key changes nothing.
    """
    confirm(output, f"Break every link that key {key_id} signed?", is_sure=is_sure)
    await house.keys.retire(key_id)
    output.answer({"id": key_id}, [f"Key {key_id} is retired."])
