"""The sample: a calendar full of events with a public and a secured share, to try things out on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from feedserver.model.account import Account, Role
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareKind
from feedserver.services.accounts import AccountService
from feedserver.services.appointments import AppointmentService
from feedserver.services.calendars import CalendarService
from feedserver.services.sample_events import sample_events
from feedserver.services.sharing import SharingService

NAME = "Sample: village events"
"""Of the calendar and its public share."""
SECURED_NAME = "Sample: village events, for members"
LOGIN = "demo"
_EMAIL = "demo@sample.invalid"
"""Tells the account from one that somebody made; no mail can ever reach it (RFC 2606)."""
_COLOR = "#2a7a4b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What there is of it."""

    calendars: tuple[Collection, ...]
    shares: tuple[Share, ...]
    """Those of it that are not removed, by name: the public one first."""
    account: Account | None

    @property
    def is_whole(self) -> bool:
        """False too for what was left when somebody took a part away, or was killed while making it."""
        kinds = [share.kind for share in self.shares]
        return kinds == [ShareKind.PUBLIC, ShareKind.SECURED] and self.account is not None

    @property
    def is_absent(self) -> bool:
        """There is nothing of it."""
        return not self.calendars and not self.shares and self.account is None


class SampleService:
    """Makes the sample, finds it, and takes it away again; all by what the other services offer to everybody."""

    def __init__(
        self,
        *,
        accounts: AccountService,
        calendars: CalendarService,
        appointments: AppointmentService,
        sharing: SharingService,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._calendars = calendars
        self._appointments = appointments
        self._sharing = sharing
        self._clock = clock

    async def find(self) -> Sample:
        """What there is now. Shares are the sample's when they show its calendar and have the names it gave."""
        calendars = tuple(c for c in await self._calendars.list_all() if c.name == NAME and c.owner_id is None)
        ids = {calendar.id for calendar in calendars}
        shares = [s for s in await self._sharing.list_all() if s.name in (NAME, SECURED_NAME)]
        accounts = [a for a in await self._accounts.list_all() if a.login == LOGIN and a.email == _EMAIL]
        return Sample(
            calendars=calendars,
            shares=tuple(s for s in shares if ids.intersection(entry.collection_id for entry in s.entries)),
            account=next(iter(accounts), None),
        )

    async def make(self) -> tuple[Sample, str]:
        """The sample anew, and the password of its account; what is left of an earlier one goes first.

        Raises LoginTaken when somebody else has its login.
        """
        await self.remove()
        password = secrets.token_hex(8)
        await self._accounts.add(
            login=LOGIN, email=_EMAIL, role=Role.GUEST, display_name="Demo guest", password=password
        )
        calendar = await self._calendars.add(
            name=NAME, color=_COLOR, description="What is on in a village that does not exist."
        )
        today = self._clock.now().astimezone(ZoneInfo(calendar.timezone)).date()
        for fields in sample_events(today, calendar.timezone):
            await self._appointments.create(calendar.id, fields)
        await self._share(calendar)
        return await self.find(), password

    async def _share(self, calendar: Collection) -> None:
        await self._sharing.create(
            name=NAME,
            kind=ShareKind.PUBLIC,
            entries=[ShareEntry(collection_id=calendar.id, level=DetailLevel.DETAILS)],
            allows_narrowing=True,
        )
        await self._sharing.create(
            name=SECURED_NAME,
            kind=ShareKind.SECURED,
            entries=[ShareEntry(collection_id=calendar.id, level=DetailLevel.TITLES)],
            logins=[LOGIN],
            allows_keys=True,
        )

    async def remove(self) -> Sample:
        """What there was of it; now there is nothing."""
        found = await self.find()
        for share in found.shares:
            await self._sharing.remove(share.id)
        for calendar in found.calendars:
            await self._calendars.remove(calendar.id)
        if found.account is not None:
            await self._accounts.remove(found.account.id)
        return found
