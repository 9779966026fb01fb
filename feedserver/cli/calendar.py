"""`feedserver calendar`: calendars and what is in them."""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from feedserver.cli.command import Group, with_house
from feedserver.cli.files import replacing
from feedserver.cli.importing import print_report, progress_bar
from feedserver.cli.output import Output, confirm, table
from feedserver.cli.sources import sources

if TYPE_CHECKING:
    from feedserver.app.house import House
    from feedserver.model.collection import Collection
    from feedserver.model.share import Share
    from feedserver.services.calendars import CalendarChanges


@click.group(cls=Group)
def calendar() -> None:
    """Add, list, import, export, edit and remove calendars.

    A calendar is named by its id or its name. When a name fits several, the candidates are listed.
    """


@calendar.command(
    examples=(
        "feedserver calendar add Holidays",
        "feedserver calendar add 'Team A' --owner ann --timezone Europe/Berlin --color '#3366cc'",
    )
)
@click.argument("name")
@click.option("--owner", metavar="LOGIN", help="The member it belongs to; the organisation when absent.")
@click.option("--timezone", metavar="ZONE", help="IANA name; where times without a zone are read.")
@click.option("--color", metavar="#RRGGBB", help="Its colour in calendar apps.")
@click.option("--description", default="", help="A sentence about it; recipients see it.")
@with_house
async def add(
    house: House,
    output: Output,
    *,
    name: str,
    owner: str | None,
    timezone: str | None,
    color: str | None,
    description: str,
) -> None:
    """Add an empty calendar."""
    made = await house.calendars.add(name=name, owner=owner, timezone=timezone, color=color, description=description)
    output.answer(await calendar_json(house, made), [f"Added calendar {made.name}, id {made.id}."])


@calendar.command("list", examples=("feedserver calendar list", "feedserver calendar list --json"))
@with_house
async def list_(house: House, output: Output) -> None:
    """List all calendars, by name."""
    shown = [await calendar_json(house, c) for c in await house.calendars.list_all()]
    columns = ("id", "name", "owner", "objects", "timezone")
    rows = ([str(calendar[column] or "") for column in columns] for calendar in shown)
    output.answer(shown, table([column.upper() for column in columns], rows))


@calendar.command(
    "import",
    examples=(
        "feedserver calendar import Holidays holidays.ics",
        "feedserver calendar import 'Team A' exported/ --json",
    ),
)
@click.argument("calendar_ref", metavar="CALENDAR")
@click.argument("paths", metavar="FILE|FOLDER|-...", nargs=-1, required=True)
@with_house
async def import_(house: House, output: Output, *, calendar_ref: str, paths: tuple[str, ...]) -> None:
    """Import .ics files, or all .ics files below a folder, into a calendar.

    Objects that are there already (the same UID) are updated, or left alone when nothing changed. What can be repaired
    is; what cannot be kept is refused, object by object, and the rest is kept. The exit code is 1 only when everything
    was refused.
    """
    target = await house.calendars.find(calendar_ref)
    found = sources(paths, max_bytes=house.settings.max_import_bytes)
    with progress_bar(output) as progress:
        report = await house.calendars.import_(target.id, found, progress=progress)
    print_report(output, report, {"id": target.id, "name": target.name})


@calendar.command(
    examples=(
        "feedserver calendar export Holidays > holidays.ics",
        "feedserver calendar export Holidays -o holidays.ics",
    )
)
@click.argument("calendar_ref", metavar="CALENDAR")
@click.option("-o", "--output", "path", metavar="FILE", help="Write here, all or nothing, instead of standard output.")
@with_house
async def export(house: House, output: Output, *, calendar_ref: str, path: str | None) -> None:
    """Write all that a calendar holds as one .ics file, every detail included.

    With --json and no --output the text stands under `ics`.
    """
    collection = await house.calendars.find(calendar_ref)
    if path is not None:
        with replacing(path) as file:
            await _write(house, collection, file)
        output.answer(await calendar_json(house, collection) | {"file": path}, [f"Wrote {collection.name} to {path}."])
    elif output.is_json:
        text = b"".join([chunk async for chunk in house.calendars.export(collection.id)]).decode()
        output.answer(await calendar_json(house, collection) | {"ics": text}, ())
    else:
        await _write(house, collection, sys.stdout.buffer)


async def _write(house: House, collection: Collection, file: BinaryIO) -> None:
    """Export into `file`; when the disk is full or the reader gone, the database is left before it is closed."""
    async with aclosing(house.calendars.export(collection.id)) as chunks:
        async for chunk in chunks:
            file.write(chunk)


@calendar.command(examples=("feedserver calendar edit Holidays --name 'Public holidays' --timezone Europe/Vienna",))
@click.argument("calendar_ref", metavar="CALENDAR")
@click.option("--name", help="Its new name; it need not be unique.")
@click.option("--timezone", metavar="ZONE", help="IANA name; where times without a zone are read from now on.")
@click.option("--color", metavar="#RRGGBB", help="Its new colour.")
@click.option("--description", help="Its new description; '' for none.")
@with_house
async def edit(house: House, output: Output, /, *, calendar_ref: str, **changes: str | None) -> None:
    """Change a calendar's name, zone, colour or description; its feeds follow at once."""
    collection = await house.calendars.find(calendar_ref)
    wanted = cast("CalendarChanges", {key: value for key, value in changes.items() if value is not None})
    if not wanted:
        raise click.UsageError("nothing to change was given")
    changed = await house.calendars.update(collection.id, **wanted)
    output.answer(await calendar_json(house, changed), [f"Changed calendar {changed.name}."])


@calendar.command(examples=("feedserver calendar remove Holidays", "feedserver calendar remove Holidays --yes"))
@click.argument("calendar_ref", metavar="CALENDAR")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_house
async def remove(house: House, output: Output, *, calendar_ref: str, is_sure: bool) -> None:
    """Remove a calendar and all that it holds, for good; it leaves every share it is in.

    A share that shows nothing else is removed with it. On a terminal it asks first.
    """
    collection = await house.calendars.find(calendar_ref)
    shares = [s for s in await house.sharing.list_all() if any(e.collection_id == collection.id for e in s.entries)]
    names = ", ".join(s.name for s in shares)
    confirm(output, f"Remove calendar {collection.name}{f' from {names}' if names else ''} for good?", is_sure=is_sure)
    await house.calendars.remove(collection.id)
    data = await calendar_json(house, collection) | {
        "shares": [{"id": s.id, "name": s.name, "is_removed": len(s.entries) == 1} for s in shares]
    }
    output.answer(data, [f"Removed calendar {collection.name}.", *(f"  {_fate_of(s)}" for s in shares)])


def _fate_of(share: Share) -> str:
    """What becomes of a share when one of its calendars is removed."""
    if len(share.entries) == 1:
        return f"share {share.name} showed nothing else and is removed, too"
    return f"it left share {share.name}"


async def calendar_json(house: House, collection: Collection) -> dict[str, object]:
    """A calendar as scripts see it; `owner` is a login, null for the organisation's."""
    return {
        "id": collection.id,
        "name": collection.name,
        "owner": (await house.accounts.find(collection.owner_id)).login if collection.owner_id else None,
        "timezone": collection.timezone,
        "color": collection.color,
        "description": collection.description,
        "objects": collection.object_count,
    }
