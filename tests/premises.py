"""The whole product in one process, on a real database, with a clock that moves only when told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from admin.application import make_admin
from admin.office import Services, make_office
from feedserver.http.client import Proxies, shortened
from feedserver.http.gate import Gate
from feedserver.http.headers import HeaderPolicy
from feedserver.ics.showing.words import WORDS
from feedserver.ics.syntax.limits import Limits
from feedserver.languages.catalogue import Languages
from feedserver.model.account import Account, Role
from feedserver.model.collection import Collection
from feedserver.model.report import ImportReport
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareKind
from feedserver.security.passwords import Hasher
from feedserver.security.remembered import Remembered
from feedserver.security.signing import KeyRing
from feedserver.security.throttle import Patience, Throttle
from feedserver.services.accounts import AccountService
from feedserver.services.agenda import AgendaService
from feedserver.services.appointments import AppointmentService
from feedserver.services.calendars import CalendarService
from feedserver.services.contacts import ContactService
from feedserver.services.feed_assembly import FeedAssembler, FeedStyle
from feedserver.services.feed_bodies import FeedBodies
from feedserver.services.feeds import FeedService
from feedserver.services.held_shares import HeldShares
from feedserver.services.history import HistoryService
from feedserver.services.invitations import InvitationService
from feedserver.services.letters import Letters
from feedserver.services.links import Links, ShareLink
from feedserver.services.notices import NoticeService
from feedserver.services.password_resets import PasswordResets
from feedserver.services.renewal import Renewal
from feedserver.services.sessions import SessionService
from feedserver.services.setup import SetupService
from feedserver.services.share_listing import ShareListing
from feedserver.services.sharing import SharingService
from feedserver.services.sources import Source
from feedserver.services.usage import UsageService
from feedserver.storage.engine import Database
from feedserver.storage.freshness import Freshness
from feedserver.web.negotiation import FeedOptions
from feedserver.web.personal.desk import PersonalServices
from feedserver.web.site import SiteOptions, make_site
from tests.builders import StoppedClock, an_event, an_ics

BASE_URL = "http://calendars.example.org"
PASSWORD = "correct horse battery"
MAX_UPLOAD_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Premises:
    """One node. `pauses` are the seconds that throttling would have waited."""

    db: Database
    clock: StoppedClock
    ring: KeyRing
    freshness: Freshness
    hasher: Hasher
    accounts: AccountService
    remembered: Remembered
    appointments: AppointmentService
    calendars: CalendarService
    sharing: SharingService
    share_listing: ShareListing
    held_shares: HeldShares
    history: HistoryService
    letters: Letters
    notices: NoticeService
    usage: UsageService
    contacts: ContactService
    invitations: InvitationService
    sessions: SessionService
    setup: SetupService
    bodies: FeedBodies
    feeds: FeedService
    app: web.Application
    pauses: list[float]

    async def calendar(self, *events: str, name: str = "Work", **settings: Any) -> Collection:
        """A calendar with these events (one, when none are given)."""
        made = await self.calendars.add(name=name, **settings)
        await self.put(made, *(events or (an_event(),)))
        return made

    async def put(self, calendar: Collection, *events: str) -> ImportReport:
        """Import events into a calendar."""
        data = an_ics(*events).encode()
        return await self.calendars.import_(calendar.id, [Source(name="", read=lambda: data)])

    async def share(self, *calendars: Collection, level: DetailLevel = DetailLevel.DETAILS, **settings: Any) -> Share:
        """An active public share of these calendars (a new one, when none are given)."""
        shown = calendars or (await self.calendar(),)
        entries = [ShareEntry(collection_id=calendar.id, level=level) for calendar in shown]
        return await self.sharing.create(**{"name": "Team", "kind": ShareKind.PUBLIC, "entries": entries, **settings})

    async def secured_share(self, *calendars: Collection, logins: tuple[str, ...] = ("ann",), **settings: Any) -> Share:
        """A secured share of which `logins` are members."""
        return await self.share(*calendars, **{"kind": ShareKind.SECURED, "logins": logins, **settings})

    async def account(self, login: str = "ann", password: str = PASSWORD, role: Role = Role.GUEST) -> Account:
        """An account that can log in."""
        return await self.accounts.add(login=login, email=f"{login}@example.org", role=role, password=password)

    async def edit_levels(self, share: Share, level: DetailLevel) -> Share:
        """The share, showing all its calendars at `level`."""
        entries = [ShareEntry(collection_id=entry.collection_id, level=level) for entry in share.entries]
        return await self.sharing.edit(share.id, entries=entries)

    def link(self, share: Share, number: int = 0) -> ShareLink:
        """One of the share's links; 0 is the general one."""
        return self.sharing.links(share)[number]

    def feed_path(self, share: Share, number: int = 0) -> str:
        """The path of the feed, to ask a test client for."""
        return URL(self.link(share, number).feed_url).path

    def page_path(self, share: Share, number: int = 0) -> str:
        """The path of the page."""
        return URL(self.link(share, number).page_url).path


@asynccontextmanager
async def open_premises(
    db: Database,
    folder: Path,
    *,
    clock: StoppedClock | None = None,
    base_url: str = BASE_URL,
    options: SiteOptions | None = None,
    cache_bytes: int = 8_000_000,
    patience: Patience | None = None,
    has_mail: bool = True,
    **style: Any,
) -> AsyncIterator[Premises]:
    """The product on `db`; a second one in the same folder is a second node with the same keys."""
    clock = clock or StoppedClock()
    keys = folder / "keys.json"
    ring = KeyRing.load(keys, clock=clock) if keys.exists() else KeyRing.create(keys, clock=clock)
    links = Links(base_url, ring)
    hasher, pauses = Hasher(), list[float]()
    throttle = Throttle(clock, patience)

    async def pause(delay_s: float) -> None:
        pauses.append(delay_s)

    freshness = Freshness(db)
    await freshness.start()
    accounts = AccountService(db, hasher=hasher, throttle=throttle, clock=clock, has_mail=has_mail, pause=pause)
    remembered = Remembered(clock)
    feed_style = FeedStyle(**{"words": WORDS["en"], **style})
    bodies = FeedBodies(
        FeedAssembler(db, clock=clock, style=feed_style), max_bytes=cache_bytes, warn_bytes=feed_style.warn_bytes
    )
    feeds = FeedService(
        db,
        ring=ring,
        marks=freshness,
        clock=clock,
        accounts=accounts,
        remembered=remembered,
        throttle=throttle,
        bodies=bodies,
        style=feed_style,
        retention=timedelta(days=90),
    )
    chosen = options or SiteOptions(proxies=Proxies(), feeds=FeedOptions(), organisation="Example Club")
    renewal = Renewal(db, clock=clock, language="en")
    calendars = CalendarService(
        db, renewal=renewal, clock=clock, limits=Limits(), timezone="Europe/Berlin", max_objects=200_000
    )
    sharing = SharingService(db, links=links, clock=clock, has_mail=has_mail)
    usage = UsageService(db, clock=clock, keep_days=90)
    listing = ShareListing(db, clock=clock, usage=usage)
    held_shares = HeldShares(db, links=links, listing=listing, usage=usage, clock=clock)
    history, contacts = HistoryService(db, clock=clock, keep_days=365), ContactService(db)
    sessions = SessionService(db, clock=clock)
    invitations = InvitationService(db, ring=ring, hasher=hasher, clock=clock, base_url=base_url)
    setup = SetupService(db, ring=ring, hasher=hasher, clock=clock, base_url=base_url)
    letters = Letters(
        db,
        links=links,
        languages=Languages(),
        clock=clock,
        invitation_url=invitations.url_to_mail,
        organisation="Example Club",
    )
    notices = NoticeService(db, letters=letters, clock=clock, has_mail_server=has_mail)
    appointments = AppointmentService(db, clock=clock, limits=Limits(), max_objects=200_000)
    agenda = AgendaService(db, clock=clock, words=WORDS["en"], retention=timedelta(days=90))
    services = Services(
        accounts=accounts,
        appointments=appointments,
        agenda=agenda,
        calendars=calendars,
        contacts=contacts,
        history=history,
        notices=notices,
        invitations=invitations,
        sessions=sessions,
        setup=setup,
        share_listing=listing,
        sharing=sharing,
        usage=usage,
    )

    def make_admin_page(gate: Gate, policy: HeaderPolicy) -> web.Application:
        office = make_office(
            services,
            clock=clock,
            languages=Languages(),
            gate=gate,
            policy=policy,
            proxies=chosen.proxies,
            shorten_address=shortened,
            base_url=base_url,
            timezone="Europe/Berlin",
            organisation="Example Club",
            max_upload_bytes=MAX_UPLOAD_BYTES,
            upload_dir=folder,
        )
        return make_admin(office)

    try:
        yield Premises(
            db=db,
            clock=clock,
            ring=ring,
            freshness=freshness,
            hasher=hasher,
            accounts=accounts,
            appointments=appointments,
            remembered=remembered,
            calendars=calendars,
            sharing=sharing,
            share_listing=listing,
            held_shares=held_shares,
            history=history,
            letters=letters,
            notices=notices,
            usage=usage,
            contacts=contacts,
            invitations=invitations,
            sessions=sessions,
            setup=setup,
            bodies=bodies,
            feeds=feeds,
            app=make_site(
                feeds=feeds,
                agenda=agenda,
                languages=Languages(),
                links=links,
                clock=clock,
                options=chosen,
                usage=usage,
                personal=PersonalServices(
                    accounts=accounts,
                    held_shares=held_shares,
                    invitations=invitations,
                    resets=PasswordResets(db, throttle=throttle, clock=clock, pause=pause),
                    sessions=sessions,
                    languages=Languages(),
                    has_mail=has_mail,
                    timezone="Europe/Berlin",
                    organisation="Example Club",
                    shorten_address=shortened,
                ),
                admin=make_admin_page,
            ),
            pauses=pauses,
        )
    finally:
        await freshness.stop()
        hasher.close()


@pytest.fixture
async def premises(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    """One node on SQLite."""
    async with open_premises(sqlite_db, tmp_path) as made:
        yield made


@pytest.fixture
async def premises_on_both(db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    """One node, once on each engine."""
    async with open_premises(db, tmp_path) as made:
        yield made
