"""`feedserver share`: what is shown to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from feedserver.cli.command import Group, with_house
from feedserver.cli.moments import moment_of
from feedserver.cli.output import Output, confirm, table
from feedserver.cli.share_answers import share_json, share_lines, shares_json, standing
from feedserver.cli.share_options import allowing, fill_options, options_of
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareFilter, ShareKind

if TYPE_CHECKING:
    from feedserver.app.house import House
    from feedserver.services.share_rules import ShareChanges

_LEVELS = [level.value for level in DetailLevel]
_TIME_HELP = "An ISO 8601 date (its first moment) or date and time; without offset in the zone of the settings."


@click.group(cls=Group)
def share() -> None:
    """Create, edit, pause and remove shares and their links.

    A share is named by its id or its name. When a name fits several, the candidates are listed. Every change is
    effective on the next request.
    """


def _content_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `create` and `edit` have in common, in the order of the help."""
    for option in reversed(
        (
            click.option("--note", help="A note for admins; no recipient sees it."),
            click.option("--starts", metavar="T", help=f"From when on it is open. {_TIME_HELP}"),
            click.option("--expires", metavar="T", help="From when on it is closed; written like --starts."),
            click.option("--category", "categories_in", multiple=True, help="Show only events of this category."),
            click.option("--not-category", "categories_out", multiple=True, help="Never show events of this category."),
            click.option("--word", "words", multiple=True, help="Show only events with this word."),
            click.option("--days-back", type=click.IntRange(0, 36500), help="Show this many days of the past."),
            click.option("--days-ahead", type=click.IntRange(0, 36500), help="Show this many days of the future."),
        )
    ):
        command = option(command)
    return command


@share.command(
    examples=(
        "feedserver share create Holidays --calendar Holidays --public",
        "feedserver share create Board --calendar Board --calendar Rooms=busy --secured --user ann --user bob",
        "feedserver share create Fair --calendar Events --public --to eve@example.org --expires 2027-04-01",
    )
)
@click.argument("name")
@click.option("--calendar", "calendars", multiple=True, required=True, metavar="C[=LEVEL]", help="A calendar to show.")
@click.option("--public", "is_public", is_flag=True, help="Whoever has the link may open it.")
@click.option("--to", "emails", multiple=True, metavar="EMAIL", help="With --public: make a personal link for them.")
@click.option("--secured", "is_secured", is_flag=True, help="Only chosen users may open it; they log in.")
@click.option("--user", "logins", multiple=True, metavar="LOGIN", help="With --secured: who may open it.")
@click.option(
    "--details",
    type=click.Choice(_LEVELS),
    default=DetailLevel.DETAILS.value,
    show_default=True,
    help="How much shows of calendars without a level of their own.",
)
@_content_options
@allowing
@with_house
async def create(
    house: House,
    output: Output,
    /,
    *,
    name: str,
    calendars: tuple[str, ...],
    is_public: bool,
    emails: tuple[str, ...],
    is_secured: bool,
    logins: tuple[str, ...],
    details: str,
    note: str | None,
    starts: str | None,
    expires: str | None,
    **given: Any,
) -> None:
    """Share one or more calendars and print the links.

    Levels: busy (only when), titles (and what, where), details (and description, link, categories), full (everything
    but alarms). Private events are busy blocks at every level. `--calendar Rooms=busy` gives one calendar a level of
    its own.
    """
    kind = _kind_of(is_public=is_public, emails=emails, is_secured=is_secured, logins=logins)
    made = await house.sharing.create(
        name=name,
        kind=kind,
        entries=[await _entry_of(house, text, DetailLevel(details)) for text in calendars],
        filter=_filter_of(ShareFilter(), given),
        note=note or "",
        starts_at=_moment(house, starts, "starts"),
        expires_at=_moment(house, expires, "expires"),
        emails=emails,
        logins=logins,
        **options_of(given),
    )
    output.answer(await share_json(house, made), await share_lines(house, made))


def _kind_of(*, is_public: bool, emails: tuple[str, ...], is_secured: bool, logins: tuple[str, ...]) -> ShareKind:
    if is_public == is_secured:
        raise click.UsageError("say who may open it: either --public or --secured")
    if is_public and logins:
        raise click.UsageError("--user goes with --secured; a public share is open to whoever has the link")
    if is_secured and emails:
        raise click.UsageError("--to goes with --public; name the users of a secured share with --user")
    if is_secured and not logins:
        raise click.UsageError("a secured share needs at least one --user")
    return ShareKind.PUBLIC if is_public else ShareKind.SECURED


async def _entry_of(house: House, text: str, default: DetailLevel) -> ShareEntry:
    collection_id, level = await _named(house, text)
    return ShareEntry(collection_id=collection_id, level=level or default)


async def _named(house: House, text: str) -> tuple[str, DetailLevel | None]:
    """The calendar's id and its own level from `C` or `C=LEVEL`.

    Only one of the four words behind the last `=` is a level; any other `=` belongs to the name.
    """
    name, equals, word = text.rpartition("=")
    is_level = bool(equals) and word in _LEVELS
    collection = await house.calendars.find(name if is_level else text)
    return collection.id, DetailLevel(word) if is_level else None


def _filter_of(base: ShareFilter, given: dict[str, Any]) -> ShareFilter:
    """`base` with what was given on the command line in its place."""
    wanted: dict[str, Any] = {key: given[key] for key in ("categories_in", "categories_out", "words") if given[key]}
    wanted |= {key: given[key] for key in ("days_back", "days_ahead") if given[key] is not None}
    return replace(base, **wanted)


def _moment(house: House, text: str | None, option: str) -> datetime | None:
    return moment_of(text, timezone=house.settings.timezone, option=option)


@share.command("list", examples=("feedserver share list", "feedserver share list --json"))
@with_house
async def list_(house: House, output: Output) -> None:
    """List all shares but removed ones, by name, with their links."""
    shares = await house.sharing.list_all()
    data = await shares_json(house, shares)
    rows = ((s["id"], s["name"], s["kind"], s["standing"], s["page_url"]) for s in data)
    output.answer(data, table(("ID", "NAME", "KIND", "STATE", "LINK"), ([str(c) for c in row] for row in rows)))


@share.command(examples=("feedserver share show Holidays", "feedserver share show Holidays --json"))
@click.argument("share_ref", metavar="SHARE")
@with_house
async def show(house: House, output: Output, *, share_ref: str) -> None:
    """Show a share: what it shows, to whom, and every link of it."""
    found = await house.sharing.find(share_ref)
    output.answer(await share_json(house, found), await share_lines(house, found))


@share.command(
    examples=(
        "feedserver share edit Holidays --details busy",
        "feedserver share edit Board --user eve --withdraw bob",
        "feedserver share edit Fair --expires none --to dan@example.org",
        "feedserver share edit Fair --embed-on https://www.example.org --embed-view agenda",
    )
)
@click.argument("share_ref", metavar="SHARE")
@click.option("--name", help="Its new name.")
@click.option("--calendar", "calendars", multiple=True, metavar="C[=LEVEL]", help="Show these instead of those so far.")
@click.option("--details", type=click.Choice(_LEVELS), help="How much shows of calendars without an own level.")
@click.option("--to", "emails", multiple=True, metavar="EMAIL", help="Make a personal link for them.")
@click.option("--revoke", "revoked", multiple=True, metavar="EMAIL", help="End the personal link of theirs.")
@click.option("--user", "logins", multiple=True, metavar="LOGIN", help="Let them open it, too.")
@click.option("--withdraw", "withdrawn", multiple=True, metavar="LOGIN", help="Let them open it no longer.")
@click.option("--clear-filter", is_flag=True, help="Forget categories, words and days before the new ones are set.")
@_content_options
@allowing
@with_house
async def edit(
    house: House,
    output: Output,
    /,
    *,
    share_ref: str,
    name: str | None,
    note: str | None,
    emails: tuple[str, ...],
    revoked: tuple[str, ...],
    logins: tuple[str, ...],
    withdrawn: tuple[str, ...],
    **given: Any,
) -> None:
    """Change a share without changing its links.

    What is not given stays as it is. `--starts none` and `--expires none` take a bound away. When one recipient is
    revoked, the links of the others go on working.
    """
    found = await house.sharing.find(share_ref)
    asked = [value for option, value in given.items() if value or option != "clear_filter"]
    if _is_nothing(name, note, emails, revoked, logins, withdrawn, *asked):
        raise click.UsageError("nothing to change was given")
    found = await house.sharing.edit(
        found.id,
        emails=emails,
        revoked=revoked,
        logins=logins,
        withdrawn=withdrawn,
        **await _changes_of(house, found, name=name, note=note, given=given),
    )
    output.answer(await share_json(house, found), await share_lines(house, found))


def _is_nothing(*options: object) -> bool:
    """True when none of these stands on the command line; `--days-back 0`, `--note ''`, `--no-keys` are something."""
    return all(option is None or option == () for option in options)


async def _changes_of(
    house: House, share: Share, *, name: str | None, note: str | None, given: dict[str, Any]
) -> ShareChanges:
    """What an edit was asked to change; what was not given is absent."""
    changes: ShareChanges = {}
    fill_options(changes, given)
    if name is not None:
        changes["name"] = name
    if note is not None:
        changes["note"] = note
    if given["calendars"] or given["details"]:
        changes["entries"] = await _changed_entries(house, share, given["calendars"], given["details"])
    if given["starts"] is not None:
        changes["starts_at"] = _moment(house, given["starts"], "starts")
    if given["expires"] is not None:
        changes["expires_at"] = _moment(house, given["expires"], "expires")
    wanted = _filter_of(ShareFilter() if given["clear_filter"] else share.filter, given)
    if wanted != share.filter:
        changes["filter"] = wanted
    return changes


async def _changed_entries(
    house: House, share: Share, calendars: tuple[str, ...], details: str | None
) -> list[ShareEntry]:
    """The calendars given, or those so far; without a level of their own they take `details`, else keep theirs."""
    default = DetailLevel(details) if details else None
    kept = {entry.collection_id: entry.level for entry in share.entries}
    if not calendars:
        return [ShareEntry(collection_id=id_, level=default or level) for id_, level in kept.items()]
    named = [await _named(house, text) for text in calendars]
    return [
        ShareEntry(collection_id=id_, level=level or default or kept.get(id_, DetailLevel.DETAILS))
        for id_, level in named
    ]


@share.command(examples=("feedserver share activate Holidays",))
@click.argument("share_ref", metavar="SHARE")
@with_house
async def activate(house: House, output: Output, *, share_ref: str) -> None:
    """Open a deactivated share again, at the same links."""
    changed = await house.sharing.activate(share_ref)
    output.answer(await share_json(house, changed), [f"Share {changed.name} is {standing(house, changed)}."])


@share.command(examples=("feedserver share deactivate Holidays",))
@click.argument("share_ref", metavar="SHARE")
@with_house
async def deactivate(house: House, output: Output, *, share_ref: str) -> None:
    """Close a share until it is activated; subscribers' calendars are emptied the next time they ask."""
    changed = await house.sharing.deactivate(share_ref)
    output.answer(await share_json(house, changed), [f"Share {changed.name} is inactive."])


@share.command(examples=("feedserver share remove Holidays", "feedserver share remove Holidays --yes"))
@click.argument("share_ref", metavar="SHARE")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_house
async def remove(house: House, output: Output, *, share_ref: str, is_sure: bool) -> None:
    """Close a share and take it from the list. The calendars in it stay.

    Subscribers' calendars are emptied the next time they ask. `restore` takes it back within a week; after that it is
    gone for good. On a terminal it asks first.
    """
    found = await house.sharing.find(share_ref)
    confirm(output, f"Remove share {found.name}?", is_sure=is_sure)
    changed = await house.sharing.remove(found.id)
    output.answer(
        await share_json(house, changed), [f"Removed share {changed.name}; restore takes it back for a week."]
    )


@share.command(examples=("feedserver share restore Holidays",))
@click.argument("share_ref", metavar="SHARE")
@with_house
async def restore(house: House, output: Output, *, share_ref: str) -> None:
    """Bring a removed share back as it was, at the same links; within a week of its removal."""
    changed = await house.sharing.restore(share_ref)
    output.answer(await share_json(house, changed), [f"Share {changed.name} is {standing(house, changed)}."])


@share.command(examples=("feedserver share rotate Holidays", "feedserver share rotate Holidays --yes"))
@click.argument("share_ref", metavar="SHARE")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_house
async def rotate(house: House, output: Output, *, share_ref: str, is_sure: bool) -> None:
    """Replace all links of a share, personal ones too; the old ones stop working at once.

    Everybody who shall keep it needs the new link. On a terminal it asks first.
    """
    found = await house.sharing.find(share_ref)
    confirm(output, f"Break every link of share {found.name} that is out?", is_sure=is_sure)
    changed = await house.sharing.rotate(found.id)
    output.answer(await share_json(house, changed), await share_lines(house, changed))
