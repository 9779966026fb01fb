"""The house: the settings, the open database, the keys, and the services built on them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from feedserver.app.mail import mail_stamp, mail_transport
from feedserver.ics.showing.words import WORDS
from feedserver.ics.syntax.limits import Limits
from feedserver.languages.catalogue import Languages
from feedserver.model.clock import Clock, SystemClock
from feedserver.model.errors import DataDirUnusable, KeyRingUnusable
from feedserver.security.passwords import Hasher
from feedserver.security.signing import KeyRing
from feedserver.security.throttle import Patience, Throttle
from feedserver.services.accounts import AccountService
from feedserver.services.agenda import AgendaService
from feedserver.services.appointments import AppointmentService
from feedserver.services.backups import BackupService
from feedserver.services.calendars import CalendarService
from feedserver.services.contacts import ContactService
from feedserver.services.dispatch import Dispatch
from feedserver.services.held_shares import HeldShares
from feedserver.services.history import HistoryService
from feedserver.services.invitations import InvitationService
from feedserver.services.keys import KeyService, key_fingerprint
from feedserver.services.letters import Letters
from feedserver.services.links import Links
from feedserver.services.notices import NoticeService
from feedserver.services.password_resets import PasswordResets
from feedserver.services.renewal import Renewal
from feedserver.services.sessions import SessionService
from feedserver.services.setup import SetupService
from feedserver.services.share_listing import ShareListing
from feedserver.services.sharing import SharingService
from feedserver.services.usage import UsageService
from feedserver.settings import Settings
from feedserver.storage.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a command or the server works with; made by `open_house`."""

    settings: Settings
    clock: Clock
    limits: Limits
    db: Database
    ring: KeyRing
    keys: KeyService
    throttle: Throttle
    accounts: AccountService
    calendars: CalendarService
    sharing: SharingService
    share_listing: ShareListing
    held_shares: HeldShares
    history: HistoryService
    usage: UsageService
    contacts: ContactService
    links: Links
    renewal: Renewal
    invitations: InvitationService
    resets: PasswordResets
    sessions: SessionService
    setup: SetupService
    agenda: AgendaService
    appointments: AppointmentService
    languages: Languages
    notices: NoticeService
    dispatch: Dispatch | None
    """None without a mail server."""


@asynccontextmanager
async def open_house(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[House]:
    """The house, its database brought to this program's schema and its keys proven to be the database's.

    Raises DataDirUnusable, KeyRingUnusable, InvalidInput, SchemaUnusable, StorageCorrupt, StorageUnavailable.
    """
    clock = clock or SystemClock()
    async with open_database(settings) as db:
        known = await key_fingerprint(db)
        ring = _ring_at(settings.key_path, clock, is_first_start=known is None)
        hasher = Hasher(at_once=settings.password_hashes_at_once)
        try:
            house = _furnish(settings, clock, db, ring, hasher)
            await house.keys.prove()
            yield house
        finally:
            hasher.close()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database alone. Raises DataDirUnusable and what `Database.open` does."""
    prepare_data_dir(settings.data_dir)
    db = await Database.open(settings.database_url.get_secret_value(), data_dir=settings.data_dir)
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def open_backups(settings: Settings) -> AsyncIterator[BackupService]:
    """Backups alone: a restore must work when the key file is lost. Raises as `open_database` does."""
    async with open_database(settings) as db:
        yield BackupService(db, key_path=settings.key_path, clock=SystemClock())


def prepare_data_dir(path: Path) -> None:
    """Make the data directory, mode 0700, when only its last part is missing.

    Raises DataDirUnusable when it cannot be made, is no directory, or cannot be written to.
    """
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        raise DataDirUnusable(
            f"the data directory {path} is missing, and so is the one it would be in; {_MEND}"
        ) from None
    except FileExistsError:
        raise DataDirUnusable(f"the data directory {path} is no directory; {_MEND}") from None
    except OSError as error:
        raise DataDirUnusable(f"the data directory {path} cannot be made: {error.strerror}; {_MEND}") from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise DataDirUnusable(f"the data directory {path} cannot be written to; {_MEND}")


_MEND = "make one that this user can write to, or set FEEDSERVER_DATA_DIR to one"


def _ring_at(path: Path, clock: Clock, *, is_first_start: bool) -> KeyRing:
    """The ring in the key file; a new one for a database that has never seen a key.

    Raises KeyRingUnusable when the file is gone and links were signed before: new keys would break every one of them.
    """
    if path.exists():
        return KeyRing.load(path, clock=clock)
    if not is_first_start:
        raise KeyRingUnusable(
            f"the key file {path} is missing, and every link was signed by it; put it back from your backup "
            "(feedserver restore), or from another node of this database"
        )
    try:
        return KeyRing.create(path, clock=clock)
    except KeyRingUnusable:
        if not path.exists():
            raise
        return KeyRing.load(path, clock=clock)  # another process of this first start was quicker


def _furnish(settings: Settings, clock: Clock, db: Database, ring: KeyRing, hasher: Hasher) -> House:
    limits = Limits(max_import_bytes=settings.max_import_bytes, max_object_bytes=settings.max_object_bytes)
    throttle = Throttle(clock, Patience(login_failures=settings.login_failures, forged_links=settings.link_guesses))
    renewal = Renewal(db, clock=clock, language=settings.language)
    links = Links(settings.base_url, ring)
    usage = UsageService(db, clock=clock, keep_days=settings.usage_days)
    languages = Languages(settings.language)
    listing = ShareListing(db, clock=clock, usage=usage)
    invitations = InvitationService(db, ring=ring, hasher=hasher, clock=clock, base_url=links.base_url)
    letters = Letters(
        db,
        links=links,
        languages=languages,
        clock=clock,
        invitation_url=invitations.url_to_mail,
        organisation=settings.organisation,
    )
    return House(
        settings=settings,
        clock=clock,
        limits=limits,
        db=db,
        ring=ring,
        keys=KeyService(db, ring),
        throttle=throttle,
        links=links,
        accounts=AccountService(db, hasher=hasher, throttle=throttle, clock=clock, has_mail=settings.has_mail),
        calendars=CalendarService(
            db,
            renewal=renewal,
            clock=clock,
            limits=limits,
            timezone=settings.timezone,
            max_objects=settings.max_objects_per_calendar,
        ),
        sharing=SharingService(db, clock=clock, links=links, has_mail=settings.has_mail),
        share_listing=listing,
        held_shares=HeldShares(db, links=links, listing=listing, usage=usage, clock=clock),
        history=HistoryService(db, clock=clock, keep_days=settings.audit_days),
        usage=usage,
        contacts=ContactService(db),
        renewal=renewal,
        invitations=invitations,
        resets=PasswordResets(db, throttle=throttle, clock=clock),
        sessions=SessionService(db, clock=clock),
        setup=SetupService(db, ring=ring, hasher=hasher, clock=clock, base_url=links.base_url),
        appointments=AppointmentService(db, clock=clock, limits=limits, max_objects=settings.max_objects_per_calendar),
        agenda=AgendaService(
            db, clock=clock, words=WORDS[settings.language], retention=timedelta(days=settings.feed_removed_days)
        ),
        languages=languages,
        notices=NoticeService(db, letters=letters, clock=clock, has_mail_server=settings.has_mail),
        dispatch=_dispatch(settings, clock, db, letters),
    )


def _dispatch(settings: Settings, clock: Clock, db: Database, letters: Letters) -> Dispatch | None:
    transport = mail_transport(settings)
    if transport is None:
        return None
    stamp = mail_stamp(settings)
    return Dispatch(
        db, letters=letters, transport=transport, stamp=stamp, clock=clock, per_hour=settings.mails_per_hour
    )
