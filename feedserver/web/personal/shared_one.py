"""One calendar that is shared with whoever asks: how to get it into their apps, and their feed keys."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from feedserver.http.browsers import platform_of
from feedserver.model.errors import Conflict
from feedserver.model.subscribing import App, SubscribeWay
from feedserver.services.held_shares import HeldKey
from feedserver.services.subscribing import SortedWays, open_ways, sorted_for, ways
from feedserver.web.personal.call import Call
from feedserver.web.personal.wording import HeldWords

_KEY_APPS = (App.GOOGLE, App.OUTLOOK_COM, App.OFFICE, App.APPLE, App.OTHER)


async def show(call: Call) -> web.StreamResponse:
    """The page. What a feed key opens is on it for a while after the password was given."""
    held = await call.services.held_shares.find(call.part("share"), call.account)
    return await call.page(
        "personal/one.html",
        held=held,
        sorted_ways=_sorted(call, ways(held.link, held.share)),
        keys=[(own, _sorted(call, _ways_of(own))) for own in held.keys],
        shows_keys=call.has_recent_password,
        words=HeldWords(call.language),
    )


def _sorted(call: Call, offered: Iterable[SubscribeWay]) -> SortedWays:
    """The visitor's own platform first."""
    return sorted_for(platform_of(call.request.headers.get("User-Agent", "")), tuple(offered))


def _ways_of(own: HeldKey) -> list[SubscribeWay]:
    """For the apps that feed keys are for, and for any other; what the share is called is not told to them (B3)."""
    found = {way.app: way for way in open_ways(own.link)}
    return [found[app] for app in _KEY_APPS]


async def show_keys(call: Call) -> web.StreamResponse:
    """The page again, now that the password was given."""
    return _back(call)


async def make_key(call: Call) -> web.StreamResponse:
    """Make a feed key."""
    try:
        await call.services.held_shares.make_key(call.part("share"), call.account, by=call.actor)
    except Conflict as error:
        await call.failed(call.language.error(error))
    else:
        await call.done(call.say("Your link is ready. Whoever has it can see this calendar: keep it to yourself."))
    return _back(call)


async def end_key(call: Call) -> web.StreamResponse:
    """End a feed key."""
    await call.services.held_shares.end_key(call.part("share"), call.part("key"), call.account, by=call.actor)
    await call.done(call.say("Your link has ended. What an app has shown through it goes as the app asks again."))
    return _back(call)


def _back(call: Call) -> web.StreamResponse:
    return call.see_other(f"/shared/{call.part('share')}/")
