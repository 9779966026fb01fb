"""The checkup: what is in order, what is not, and what to do about it."""

from __future__ import annotations

import asyncio
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from feedserver.app.house import House, open_house
from feedserver.app.mail import mail_transport
from feedserver.model.account import Role
from feedserver.model.errors import (
    DataDirUnusable,
    FeedserverError,
    KeyRingUnusable,
    SchemaUnusable,
    SettingsInvalid,
    StorageCorrupt,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)
from feedserver.settings import Settings, load_settings
from feedserver.storage.upkeep import count_objects, find_damage

_TIMEOUT_S = 5


class Verdict(StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    HINT = "hint"
    """It works, and could be better."""
    FAULT = "fault"
    """It does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    about: str
    verdict: Verdict
    message: str
    mend: str = ""
    """What to do; empty when there is nothing to do."""


async def checkup() -> AsyncIterator[Finding]:
    """What there is to say of settings, database, keys, accounts, mail and the public address, in this order.

    What cannot be looked at because of a fault before it is left out.
    """
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        for fault in error.faults:
            yield Finding(about="settings", verdict=Verdict.FAULT, message=fault, mend="mend the setting named")
        return
    yield Finding(about="settings", verdict=Verdict.GOOD, message=f"read; the data directory is {settings.data_dir}")
    for hint in settings.hints():
        yield Finding(about="settings", verdict=Verdict.HINT, message=hint, mend="set it to the address others use")
    try:
        async with open_house(settings) as house:
            yield await _of_database(house)
            keys = house.keys.list_all()
            yield Finding(
                about="keys", verdict=Verdict.GOOD, message=f"{len(keys)} in {settings.key_path}, and they fit"
            )
            yield await _of_accounts(house)
    except KeyRingUnusable as error:
        mend = "put the right key file there, or run: feedserver restore FILE"
        yield Finding(about="keys", verdict=Verdict.FAULT, message=str(error), mend=mend)
    except FeedserverError as error:
        yield Finding(about="database", verdict=Verdict.FAULT, message=str(error), mend=mend_of(error))
    yield await _of_mail(settings)
    yield await asyncio.to_thread(_of_base_url, settings)


async def _of_database(house: House) -> Finding:
    async with house.db.read() as tx:
        damage = await find_damage(tx)
        count = await count_objects(tx)
    if damage:
        message = f"the file is damaged: {damage}"
        return Finding(about="database", verdict=Verdict.FAULT, message=message, mend=mend_of(StorageCorrupt()))
    calendars = len(await house.calendars.list_all())
    message = f"{house.db.dialect}, whole, {calendars} calendars with {count} objects"
    return Finding(about="database", verdict=Verdict.GOOD, message=message)


async def _of_accounts(house: House) -> Finding:
    accounts = await house.accounts.list_all()
    if any(a.role is Role.ADMIN and a.is_active for a in accounts):
        return Finding(about="accounts", verdict=Verdict.GOOD, message=f"{len(accounts)}, an active admin among them")
    mend = "run: feedserver account add LOGIN --email E --role admin"
    return Finding(about="accounts", verdict=Verdict.HINT, message="there is no active admin", mend=mend)


async def _of_mail(settings: Settings) -> Finding:
    """Whether the mail server lets us in; no mail is sent."""
    transport = mail_transport(settings, deadline_s=_TIMEOUT_S)
    if transport is None:
        mend = "set FEEDSERVER_SMTP_HOST to have mails sent; without it pages show their texts to copy"
        return Finding(about="mail", verdict=Verdict.HINT, message="there is no mail server", mend=mend)
    where = f"{settings.smtp_host}, port {settings.smtp_port}"
    if fault := await transport.greet():
        mend = "mend the settings FEEDSERVER_SMTP_..., or start the mail server"
        return Finding(about="mail", verdict=Verdict.FAULT, message=f"{where}: {fault}", mend=mend)
    message = f"{where} lets us in; mails come from {settings.mail_from}"
    return Finding(about="mail", verdict=Verdict.GOOD, message=message)


def mend_of(error: FeedserverError) -> str:
    """What to do about an error that keeps the database from being opened."""
    return next((mend for cls, mend in _MENDS if isinstance(error, cls)), "see what the message says")


# The first class that fits counts, so a subclass stands before its base.
_MENDS: tuple[tuple[type[FeedserverError], str], ...] = (
    (DataDirUnusable, "make it, give this user the right to write to it, or set FEEDSERVER_DATA_DIR"),
    (StorageFull, "make room on the disk of the database"),
    (StorageReadOnly, "let this user write to the database file and its directory"),
    (StorageCorrupt, "move the database file away with its -wal and -shm, then run: feedserver restore FILE"),
    (SchemaUnusable, "run the feedserver that made it, or set FEEDSERVER_DATABASE_URL to another database"),
    (StorageUnavailable, "see that the database runs, that this user may open it, and that nobody holds it locked"),
)


def _of_base_url(settings: Settings) -> Finding:
    """Whether the public address leads to a feedserver; asked without proxy, redirect or cookie."""
    address = f"{settings.base_url}/healthz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    request = urllib.request.Request(address, headers={"User-Agent": "feedserver-check"})  # noqa: S310 - http(s), our own
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            is_ours = answer.headers.get("Server") == "feedserver" or answer.read(8) == b"ok\n"
    except urllib.error.HTTPError as error:
        return _fault_of_base_url(settings, f"it answers {error.code} where a feedserver says 200")
    except (OSError, ValueError) as error:
        return _fault_of_base_url(settings, _why(error))
    if not is_ours:
        return _fault_of_base_url(settings, "something else than a feedserver answers")
    return Finding(about="base URL", verdict=Verdict.GOOD, message=f"{settings.base_url} leads here")


def _fault_of_base_url(settings: Settings, why: str) -> Finding:
    mend = "start the server (feedserver serve), or mend FEEDSERVER_BASE_URL or the proxy in front of it"
    message = f"{settings.base_url} cannot be reached: {why}"
    return Finding(about="base URL", verdict=Verdict.FAULT, message=message, mend=mend)


def _why(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({reason.verify_message})"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """A canonical address redirects nowhere (feed-contract F6)."""
