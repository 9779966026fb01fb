"""Calendars: making and changing them, and what goes into and comes out of them as a whole.

What the history says of a calendar (`AuditEntry.action`): "created", "edited", "imported", "removed"; of a share that
showed it: "calendar removed", "removed".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Unpack

from feedserver.ics.reading.export import Export, components
from feedserver.ics.reading.mend import REPAIRS
from feedserver.ics.syntax.limits import Limits
from feedserver.model.account import Role
from feedserver.model.actor import CONSOLE, Actor
from feedserver.model.audit import Subject
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import InvalidInput
from feedserver.model.report import ImportReport
from feedserver.services import calendar_rules
from feedserver.services.calendar_rules import (
    MAX_DESCRIPTION_CHARS,
    MAX_NAME_CHARS,
    CalendarChanges,
    color_of,
    description_of,
    name_of,
    timezone_of,
)
from feedserver.services.imports import Import, Progress, no_progress, open_source
from feedserver.services.renewal import Renewal
from feedserver.services.sources import Source
from feedserver.storage import accounts, audit, calendar_shares, collections, objects
from feedserver.storage.engine import Database, Tx
from feedserver.storage.upkeep import count_objects, mark_due

__all__ = ["REPAIRS", "CalendarChanges", "CalendarService", "ShowingShare"]

IMPORTS_AT_ONCE = 2
"""An import holds its whole file in memory; further ones wait (threat L13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowingShare:
    """A share that shows a calendar."""

    share_id: str
    name: str
    is_only: bool
    """It shows nothing else: without the calendar it is removed."""


class CalendarService:
    """All that can be done to a calendar. `ref` is its id, or its name when only one has it.

    Whatever takes a `ref` raises NotFound and AmbiguousName (with the candidates). `by` is who does it, for the
    history.
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
        self._importing = asyncio.Semaphore(IMPORTS_AT_ONCE)

    async def add(
        self,
        *,
        name: str,
        owner: str | None = None,
        timezone: str | None = None,
        color: str | None = None,
        description: str = "",
        by: Actor = CONSOLE,
    ) -> Collection:
        """A new empty calendar of the organisation, or of the account `owner` (its login).

        Raises InvalidInput; NotFound for the owner.
        """
        name, color, description = name_of(name), color_of(color), description_of(description)
        zone = self._timezone if timezone is None else timezone_of(timezone)
        await self._renewal.note_first_program()
        async with self._db.write() as tx:
            account = await accounts.find(tx, owner) if owner is not None else None
            if account is not None and account.role is Role.GUEST:
                raise InvalidInput(
                    "{login} is a guest, and guests own no calendars", field="owner", login=account.login
                )
            made = await collections.add(
                tx,
                name=name,
                timezone=zone,
                now=self._clock.now(),
                owner_id=account.id if account is not None else None,
                color=color,
                description=description,
            )
            await self._note(tx, by, "created", made)
            return made

    async def _note(
        self, tx: Tx, by: Actor, action: str, calendar: Collection, detail: Mapping[str, str] | None = None
    ) -> None:
        await audit.add(
            tx,
            now=self._clock.now(),
            by=by,
            action=action,
            subject=Subject.CALENDAR,
            subject_id=calendar.id,
            subject_name=calendar.name,
            detail=detail,
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

    async def share_counts(self) -> Mapping[str, int]:
        """Calendar id -> how many shares show it, removed ones aside; calendars in no share are absent."""
        async with self._db.read() as tx:
            return await calendar_shares.counts(tx)

    async def shares_of(self, ref: str) -> list[ShowingShare]:
        """The shares that show this calendar, removed ones aside, sorted by name; at most 10,000."""
        async with self._db.read() as tx:
            return await _shares_of(tx, (await collections.find(tx, ref)).id)

    async def update(self, ref: str, *, by: Actor = CONSOLE, **changes: Unpack[CalendarChanges]) -> Collection:
        """The calendar with these changes; feeds follow at once.

        Another zone moves every floating event, so all its objects are rendered anew before this returns. Whoever is
        killed in between has left them marked, and upkeep goes on. Raises InvalidInput.
        """
        async with self._db.write() as tx:
            kept = await collections.find(tx, ref)
            changed = await collections.edit(tx, calendar_rules.changed(kept, changes), self._clock.now())
            if told := calendar_rules.differences(kept, changed):
                await self._note(tx, by, "edited", changed, told)
            if changed.timezone != kept.timezone:
                await mark_due(tx, kept.id)
        if changed.timezone != kept.timezone:
            await self._renewal.renew_due()
        return await self.find(changed.id)

    async def remove(self, ref: str, *, by: Actor = CONSOLE) -> None:
        """Remove a calendar with all that it holds; a share that shows nothing else is removed with it."""
        async with self._db.write() as tx:
            found = await collections.find(tx, ref)
            showing = await _shares_of(tx, found.id)
            await collections.remove(tx, found.id, self._clock.now())
            await self._note(tx, by, "removed", found)
            for share in showing:
                await self._note_loss(tx, by, found, share)

    async def _note_loss(self, tx: Tx, by: Actor, calendar: Collection, share: ShowingShare) -> None:
        """What a removed calendar means for a share, in that share's history."""
        await audit.add(
            tx,
            now=self._clock.now(),
            by=by,
            action="removed" if share.is_only else "calendar removed",
            subject=Subject.SHARE,
            subject_id=share.share_id,
            subject_name=share.name,
            share_id=share.share_id,
            detail={"calendar": calendar.name},
        )

    async def import_(
        self, ref: str, sources: Iterable[Source], *, progress: Progress = no_progress, by: Actor = CONSOLE
    ) -> ImportReport:
        """Import files into a calendar and tell what became of each object.

        A file among several that is no calendar is a refusal; a single one raises NotACalendar or TooLarge. Raises
        OSError when a single file cannot be read.
        """
        async with self._importing:
            calendar = await self.find(ref)
            run = self._import_into(calendar, progress)
            try:
                return await run.run(sources)
            finally:
                await self._note_import(by, calendar, run.report)

    async def _note_import(self, by: Actor, calendar: Collection, report: ImportReport) -> None:
        """What was kept is told, even of an import that broke off; nothing when nothing changed."""
        if report.imported or report.updated:
            counts = {"imported": str(report.imported), "updated": str(report.updated)}
            async with self._db.write() as tx:
                await self._note(tx, by, "imported", calendar, counts)

    async def import_new(
        self,
        source: Source,
        *,
        name: str = "",
        fallback_name: str,
        progress: Progress = no_progress,
        by: Actor = CONSOLE,
    ) -> tuple[Collection | None, ImportReport]:
        """A new calendar from one file, with the name, zone, colour and description the file gives itself.

        `name` stands before the file's own, `fallback_name` behind it; a file that does not name its zone is at home
        where most of its events begin. None, and nothing is left behind, when every object was refused. Raises
        NotACalendar, TooLarge, OSError, InvalidInput.
        """
        async with self._importing:
            file = await open_source(source, self._limits)
            made = await self.add(
                name=name or _fitting(file.name, MAX_NAME_CHARS) or fallback_name,
                timezone=file.timezone,
                color=file.color,
                description=(file.description or "")[:MAX_DESCRIPTION_CHARS],
                by=by,
            )
            run = self._import_into(made, progress)
            try:
                await run.add_file(file, "")
            except BaseException:
                await self.remove(made.id, by=by)
                raise
            if run.report.kept == 0 and run.report.refused:
                await self.remove(made.id, by=by)
                return None, run.report
            await self._note_import(by, made, run.report)
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


async def _shares_of(tx: Tx, calendar_id: str) -> list[ShowingShare]:
    found = await calendar_shares.holding(tx, calendar_id)
    return [ShowingShare(share_id=id_, name=name, is_only=is_only) for id_, name, is_only in found]


def _fitting(text: str | None, max_chars: int) -> str:
    """What of a file's own words can be kept: printable characters, cut to the bound."""
    return "".join(c for c in text or "" if c.isprintable()).strip()[:max_chars]
