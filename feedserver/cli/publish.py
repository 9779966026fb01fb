"""`feedserver publish`: from a file to a link in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Command, with_house
from feedserver.cli.importing import nothing_kept, progress_bar
from feedserver.cli.output import Output, report_json, report_lines
from feedserver.cli.share_answers import link_lines, urls
from feedserver.cli.sources import sources
from feedserver.model.share import DetailLevel, ShareEntry, ShareKind

if TYPE_CHECKING:
    from feedserver.app.house import House


@click.command(
    cls=Command,
    examples=(
        "feedserver publish team.ics",
        "feedserver publish team.ics --name 'Team A' --details busy",
        "feedserver publish team.ics --json",
    ),
)
@click.argument("path", metavar="FILE.ics")
@click.option("--name", help="What to call calendar and share; else the name in the file, else the file's.")
@click.option(
    "--details",
    type=click.Choice([level.value for level in DetailLevel]),
    default=DetailLevel.DETAILS.value,
    show_default=True,
    help="How much of each event shows.",
)
@with_house
async def publish(house: House, output: Output, *, path: str, name: str | None, details: str) -> None:
    """Import an .ics file into a new calendar and share it by a public link.

    Prints the page for browsers, the feed for calendar apps and the webcal link that opens them. The server need not
    run for this, but it must for the links to answer. Nothing is left behind when nothing in the file can be kept.

    The calendar's zone, in which times without one are read, is the one the file names, else the one most of its
    events use, else FEEDSERVER_TIMEZONE.
    """
    _refuse_folder(path)
    (source,) = sources((path,), max_bytes=house.settings.max_import_bytes)
    fallback_name = _name_from(source.name)
    with progress_bar(output) as progress:
        made, report = await house.calendars.import_new(
            source, name=name or "", fallback_name=fallback_name, progress=progress
        )
    if made is None:
        nothing_kept(output, report)
        return
    share = await house.sharing.create(
        name=made.name,
        kind=ShareKind.PUBLIC,
        entries=[ShareEntry(collection_id=made.id, level=DetailLevel(details))],
    )
    (link,) = house.sharing.links(share)
    data = {"id": share.id, **urls(link), "name": share.name, "calendar_id": made.id, "report": report_json(report)}
    output.answer(
        data, [f"{made.name}: {report_lines(report)[0]}", *report_lines(report)[1:], *link_lines(house, share)]
    )


def _name_from(file_name: str) -> str:
    """A calendar's name from a file's, whose bytes need be no text."""
    stem = file_name.rpartition(".")[0] or file_name
    return "".join(char for char in stem if char.isprintable()).strip()[:200] or "Calendar"


def _refuse_folder(path: str) -> None:
    if Path(path).is_dir():
        raise click.UsageError(
            f"{path} is a folder; publish takes one file. For a folder: calendar add, calendar import, share create"
        )
