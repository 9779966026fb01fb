"""The running server: the house with its public faces, its workers, and an orderly end."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from aiohttp import http_parser, web

from feedserver.app.admin_page import admin_page
from feedserver.app.house import House, open_house
from feedserver.http.access_log import AccessJournal
from feedserver.http.client import Proxies, shortened
from feedserver.ics.showing.words import WORDS
from feedserver.model.errors import CannotListen, FeedserverError
from feedserver.security.remembered import Remembered
from feedserver.services.feed_assembly import FeedAssembler, FeedStyle
from feedserver.services.feed_bodies import FeedBodies
from feedserver.services.feeds import FeedService
from feedserver.settings import Settings
from feedserver.storage.freshness import Freshness
from feedserver.web.negotiation import FeedOptions
from feedserver.web.personal.desk import PersonalServices
from feedserver.web.runner import SiteRunner
from feedserver.web.site import SiteOptions, make_site

KEEP_ALIVE_S = 75.0
DRAIN_S = 15.0
"""How long requests that have begun may take to end after SIGTERM."""
CLOSE_S = 3.0
KEY_FILE_S = 1.0
"""How often the key file is looked at; a retired key is dead on every node within five seconds (threat U07)."""
KEY_COMPARISON_S = 60.0
"""How often the keys are compared with the database's: a node without the newest key takes new links for forged."""
RENEWAL_S = 600.0
USAGE_S = 300.0
"""How often what was counted is written; so much of it is lost when the process is killed.

Not more often: on SQLite every commit sends the next poll of each share to the database (1.5 ms), though nothing of the
share changed.
"""
RETRY_S = 5.0
MAIL_S = 5.0
"""How long a mail that has just been caused may wait for its turn."""
MAIL_LANES = 3
"""How many mails are sent at once: a mail server that is slow with one holds up one lane (threat M08)."""
FORGETTING_S = 3600.0
GC_THRESHOLDS = (20_000, 20, 50)
"""Objects made and not freed before the youngest are looked at, and how often before older ones are."""

_SPELL_ADDRESS: dict[str, Callable[[str], str]] = {
    "full": lambda address: address,
    "shortened": shortened,
    "off": lambda _address: "",
}

_log = logging.getLogger(__name__)


async def serve(settings: Settings, *, announce: Callable[[House, str | None], Awaitable[None]]) -> None:
    """Serve until SIGTERM or SIGINT, then let requests that have begun end.

    `announce` is called once it listens, with the one-time link that makes the first admin while there is none.
    Raises CannotListen, and what `open_house` does.
    """
    refuse_slow_parser()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_house(settings) as house, _watching(house) as freshness:
        await house.renewal.note_program()
        async with _counting(house), _listening(house, _feeds(house, freshness)), _working(house):
            _calm_collector()
            await announce(house, await house.setup.link())
            await stop.wait()
            _log.info("stopping")


def _calm_collector() -> None:
    """Let polls not be held up by the cycle collector.

    What start-up made lives as long as the process, and a poll leaves no cycles: walking all feeds in memory for every
    few hundred objects cost polls up to 100 ms. Cycles of failed requests are still found, later.
    """
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def refuse_slow_parser() -> None:
    """The parser in Python has let requests be smuggled more than once; only aiohttp's C parser may face the world.

    Raises CannotListen (threats C06, I18).
    """
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise CannotListen(
            "aiohttp's C parser is missing or switched off (AIOHTTP_NO_EXTENSIONS); install an aiohttp that has it"
        )


@asynccontextmanager
async def _watching(house: House) -> AsyncIterator[Freshness]:
    freshness = Freshness(house.db)
    await freshness.start()
    try:
        yield freshness
    finally:
        await freshness.stop()


def _feeds(house: House, freshness: Freshness) -> FeedService:
    settings = house.settings
    words = WORDS[settings.language]
    organisation = settings.organisation
    style = FeedStyle(
        words=words,
        refresh=settings.feed_refresh,
        has_method=settings.feed_method == "publish",
        has_keep_alive=settings.feed_keep_alive,
        is_compressed=settings.feed_compression,
        description=words.shared_by.format(organisation=organisation) if organisation else "",
        warn_bytes=settings.feed_warn_bytes,
    )
    assembler = FeedAssembler(house.db, clock=house.clock, style=style)
    return FeedService(
        house.db,
        ring=house.ring,
        marks=freshness,
        clock=house.clock,
        accounts=house.accounts,
        remembered=Remembered(house.clock),
        throttle=house.throttle,
        bodies=FeedBodies(assembler, max_bytes=settings.feed_cache_bytes, warn_bytes=settings.feed_warn_bytes),
        style=style,
        retention=timedelta(days=settings.feed_removed_days),
    )


@asynccontextmanager
async def _listening(house: House, feeds: FeedService) -> AsyncIterator[None]:
    settings = house.settings
    spell_address = _SPELL_ADDRESS[settings.log_client_addresses]
    journal = AccessJournal(
        sys.stderr.write,
        proxies=Proxies(settings.trusted_proxies),
        skip_unchanged=settings.access_log == "changes",
        spell_address=spell_address,
    )
    site = make_site(
        feeds=feeds,
        agenda=house.agenda,
        languages=house.languages,
        links=house.links,
        clock=house.clock,
        options=_site_options(settings, journal.proxies),
        usage=house.usage,
        personal=PersonalServices(
            accounts=house.accounts,
            held_shares=house.held_shares,
            invitations=house.invitations,
            resets=house.resets,
            sessions=house.sessions,
            languages=house.languages,
            has_mail=settings.has_mail,
            timezone=settings.timezone,
            organisation=settings.organisation,
            shorten_address=spell_address,
        ),
        admin=partial(admin_page, house, journal.proxies, spell_address),
    )
    runner = SiteRunner(
        site,
        access_log=logging.getLogger("aiohttp.access") if settings.access_log != "off" else None,
        access_log_class=journal.logger_class(),
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=CLOSE_S,
    )
    await runner.setup()
    try:
        listener = web.TCPSite(runner, settings.listen.host, settings.listen.port)
        await _start(listener, settings)
        yield
        await listener.stop()
        await _drain(runner)
    finally:
        await runner.cleanup()
        journal.flush()


def _site_options(settings: Settings, proxies: Proxies) -> SiteOptions:
    feeds = FeedOptions(
        is_compressed=settings.feed_compression,
        compresses_for_office=settings.feed_compress_outlook,
        hides_off_shares=settings.feed_off_answer == "404",
    )
    return SiteOptions(proxies=proxies, feeds=feeds, is_cors_on=settings.feed_cors, organisation=settings.organisation)


async def _start(listener: web.TCPSite, settings: Settings) -> None:
    """Listen. Raises CannotListen with what to do about it."""
    try:
        await listener.start()
    except OSError as error:
        raise CannotListen(f"cannot listen on {settings.listen}: {_why(error)}") from error


def _why(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    return {
        errno.EADDRINUSE: "another program listens there; stop it, or choose another port with --listen",
        errno.EADDRNOTAVAIL: "the address is none of this machine's",
        errno.EACCES: "ports below 1024 need rights of their own; choose another with --listen",
    }.get(error.errno or 0, error.strerror or "it failed")


async def _drain(runner: web.AppRunner) -> None:
    """Wait for requests that have begun, while their bodies can still arrive.

    aiohttp 3.14.5 drops what arrives once its own shutdown has begun, and half-sent uploads would hang and die (threat
    F03; test_serve_ends holds it).
    """
    deadline = asyncio.get_running_loop().time() + DRAIN_S
    while _is_busy(runner) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.02)


def _is_busy(runner: web.AppRunner) -> bool:
    assert runner.server is not None
    return any(getattr(connection, "_request_in_progress", False) for connection in runner.server.connections)


@asynccontextmanager
async def _working(house: House) -> AsyncIterator[None]:
    """The workers: what follows the key file and compares it with the database's, renders anew, counts and forgets."""
    workers = [
        asyncio.create_task(_repeat(KEY_FILE_S, house.keys.follow), name="keys"),
        asyncio.create_task(_repeat(KEY_COMPARISON_S, house.keys.compare), name="key comparison"),
        asyncio.create_task(_repeat(RENEWAL_S, house.renewal.run), name="renewal"),
        asyncio.create_task(_repeat(USAGE_S, house.usage.flush), name="usage"),
        asyncio.create_task(_repeat(FORGETTING_S, partial(_forget_old, house)), name="forgetting"),
    ]
    workers += _mailing(house)
    try:
        yield
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _forget_old(house: House) -> None:
    """Forget what is kept for a time only (threat P03)."""
    await house.history.forget_old()
    await house.usage.forget_old()
    await house.notices.forget_old()
    await house.sessions.forget_over()


@asynccontextmanager
async def _counting(house: House) -> AsyncIterator[None]:
    """Write what was counted up to the last request; a database that is away does not keep the server from ending."""
    yield
    try:
        await house.usage.flush()
    except FeedserverError as error:
        _log.warning("the last fetches are not counted: %s", error)


def _mailing(house: House) -> list[asyncio.Task[None]]:
    """The workers of mail, where there is a mail server."""
    if house.dispatch is None:
        return []
    lanes = (f"mail {number}" for number in range(MAIL_LANES))
    return [asyncio.create_task(_repeat(MAIL_S, house.dispatch.run), name=name) for name in lanes]


async def _repeat(pause_s: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` for ever; what goes wrong is logged, and tried again."""
    while True:
        try:
            await work()
            await asyncio.sleep(pause_s)
        except FeedserverError as error:
            _log.warning("upkeep: %s", error)
            await asyncio.sleep(RETRY_S)
        except Exception:  # noqa: BLE001 - a worker that died would be missed by nobody; it is logged and tried again
            _log.exception("upkeep failed")
            await asyncio.sleep(pause_s)
