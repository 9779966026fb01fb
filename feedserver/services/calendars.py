"""Calendars: making and changing them, and what goes into and comes out of them as a whole."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from feedserver.ics.reading.export import Export, components
from feedserver.ics.syntax.limits import Limits
from feedserver.model.account import Role
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import InvalidInput
from feedserver.model.report import ImportReport
from feedserver.services.imports import Import, Progress, no_progress, open_source
from feedserver.services.renewal import Renewal
from feedserver.services.sources import Source
from feedserver.storage import accounts, collections, objects
from feedserver.storage.engine import Database
from feedserver.storage.upkeep import count_objects, mark_due

MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 10_000
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


class CalendarChanges(TypedDict, total=False):
    """What an edit may change; what is absent stays."""

    name: str
    timezone: str
    color: str | None
    description: str


class CalendarService:
    """All that can be done to a calendar. `ref` is its id, or its name when only one has it.

    Whatever takes a `ref` raises NotFound and AmbiguousName (with the candidates).
    """

    def __init__(
        self, db: Database, *, renewal: Renewal, clock: Clock, limits: Limits, timezone: str, max_objects: int
    ) -> None:
        """`timezone`: the IANA name new calendars get; `max_objects`: how many objects one calendar can hold."""
        self._db = db
        self._renewal = renewal
        self._clock = clock
        self._limits = limits
        self._timezone = timezone
        self._max_objects = max_objects

    async def add(
        self,
        *,
        name: str,
        owner: str | None = None,
        timezone: str | None = None,
        color: str | None = None,
        description: str = "",
    ) -> Collection:
        """A new empty calendar of the organisation, or of the account `owner` (its login).

        Raises InvalidInput; NotFound for the owner.
        """
        name, color, description = _name_of(name), _color_of(color), _description_of(description)
        zone = self._timezone if timezone is None else _timezone_of(timezone)
        await self._renewal.note_first_program()
        async with self._db.write() as tx:
            account = await accounts.find(tx, owner) if owner is not None else None
            if account is not None and account.role is Role.GUEST:
                raise InvalidInput(f"{account.login} is a guest, and guests own no calendars", field="owner")
            return await collections.add(
                tx,
                name=name,
                timezone=zone,
                now=self._clock.now(),
                owner_id=account.id if account is not None else None,
                color=color,
                description=description,
            )

    async def find(self, ref: str) -> Collection:
        """The calendar of that id, or the only one of that name, with its `object_count`."""
        async with self._db.read() as tx:
            found = await collections.find(tx, ref)
            return replace(found, object_count=await count_objects(tx, found.id))

    async def list_all(self) -> list[Collection]:
        """All calendars with their `object_count`, sorted by name."""
        async with self._db.read() as tx:
            return await collections.list_all(tx)

    async def update(self, ref: str, **changes: Unpack[CalendarChanges]) -> Collection:
        """The calendar with these changes; feeds follow at once.

        Another zone moves every floating event, so all its objects are rendered anew before this returns. Whoever is
        killed in between has left them marked, and upkeep goes on. Raises InvalidInput.
        """
        async with self._db.write() as tx:
            kept = await collections.find(tx, ref)
            changed = await collections.edit(tx, _changed(kept, changes), self._clock.now())
            if changed.timezone != kept.timezone:
                await mark_due(tx, kept.id)
        if changed.timezone != kept.timezone:
            await self._renewal.renew_due()
        return await self.find(changed.id)

    async def remove(self, ref: str) -> None:
        """Remove a calendar with all that it holds; a share that shows nothing else is removed with it."""
        async with self._db.write() as tx:
            found = await collections.find(tx, ref)
            await collections.remove(tx, found.id, self._clock.now())

    async def import_(self, ref: str, sources: Iterable[Source], *, progress: Progress = no_progress) -> ImportReport:
        """Import files into a calendar and tell what became of each object.

        A file among several that is no calendar is a refusal; a single one raises NotACalendar or TooLarge. Raises
        OSError when a single file cannot be read.
        """
        return await self._import_into(await self.find(ref), progress).run(sources)

    async def import_new(
        self, source: Source, *, name: str = "", fallback_name: str, progress: Progress = no_progress
    ) -> tuple[Collection | None, ImportReport]:
        """A new calendar from one file, with the name, zone, colour and description the file gives itself.

        `name` stands before the file's own, `fallback_name` behind it; a file that does not name its zone is at home
        where most of its events begin. None, and nothing is left behind, when every
        object was refused. Raises NotACalendar, TooLarge, OSError, InvalidInput.
        """
        file = await open_source(source, self._limits)
        made = await self.add(
            name=name or _fitting(file.name, MAX_NAME_CHARS) or fallback_name,
            timezone=file.timezone,
            color=file.color,
            description=(file.description or "")[:MAX_DESCRIPTION_CHARS],
        )
        run = self._import_into(made, progress)
        try:
            await run.add_file(file, "")
        except BaseException:
            await self.remove(made.id)
            raise
        if run.report.kept == 0 and run.report.refused:
            await self.remove(made.id)
            return None, run.report
        return made, run.report

    def _import_into(self, collection: Collection, progress: Progress) -> Import:
        return Import(
            self._db,
            collection,
            clock=self._clock,
            limits=self._limits,
            max_objects=self._max_objects,
            progress=progress,
        )

    async def export(self, ref: str) -> AsyncGenerator[bytes, None]:
        """All that a calendar holds as one file, piece by piece, of one moment.

        An import of it gives an equal calendar, and into this calendar changes nothing.
        """
        async with self._db.read() as tx:
            found = await collections.find(tx, ref)
            export = Export(name=found.name, description=found.description, color=found.color, timezone=found.timezone)
            async for batch in objects.read_all(tx, found.id):
                for stored in batch:
                    export.survey(stored.name, stored.data)
            yield export.begin()
            async for batch in objects.read_all(tx, found.id):
                yield b"".join(components(stored.data) for stored in batch if export.is_in_first(stored.name))
            yield Export.END
            for head, names in export.further():
                yield head
                for stored in await objects.read_data(tx, found.id, names):
                    yield components(stored.data)
                yield Export.END


def _changed(kept: Collection, changes: CalendarChanges) -> Collection:
    return replace(
        kept,
        name=_name_of(changes["name"]) if "name" in changes else kept.name,
        timezone=_timezone_of(changes["timezone"]) if "timezone" in changes else kept.timezone,
        color=_color_of(changes["color"]) if "color" in changes else kept.color,
        description=_description_of(changes["description"]) if "description" in changes else kept.description,
    )


def _name_of(text: str) -> str:
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise InvalidInput(f"a name is one line of 1 to {MAX_NAME_CHARS} characters", field="name")
    return name


def _fitting(text: str | None, max_chars: int) -> str:
    """What of a file's own words can be kept: printable characters, cut to the bound."""
    return "".join(c for c in text or "" if c.isprintable()).strip()[:max_chars]


def _timezone_of(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        raise InvalidInput("this is no IANA time zone such as Europe/Berlin", field="timezone") from None


def _color_of(text: str | None) -> str | None:
    if text is not None and not _COLOR.fullmatch(text):
        raise InvalidInput("a colour looks like #3366cc", field="color")
    return text.upper() if text is not None else None


def _description_of(text: str) -> str:
    if len(text) > MAX_DESCRIPTION_CHARS or any(not c.isprintable() and c not in "\t\n" for c in text):
        raise InvalidInput(
            f"a description has at most {MAX_DESCRIPTION_CHARS} printable characters", field="description"
        )
    return text
