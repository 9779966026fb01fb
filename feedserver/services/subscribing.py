"""Subscribing: each app's own way to a feed, in the exact forms of feed-contract section 5.

No address here ever holds a password or a user name (B2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlsplit

from feedserver.languages.message import message
from feedserver.model.share import Share, ShareKind
from feedserver.model.subscribing import App, Platform, SubscribeWay
from feedserver.services.links import ShareLink

_PASTE = message("Paste the address and confirm.")
_LOG_IN = message("When it asks, enter your user name and password.")
_NO_LOGIN = message(
    "This app cannot log in, and the calendar is for people who do. Use another app, or the page in your browser."
)


def ways(link: ShareLink, share: Share) -> tuple[SubscribeWay, ...]:
    """Each app's way to the feed of `link`; apps that cannot show this share come last, with the reason."""
    if share.kind is ShareKind.PUBLIC:
        return open_ways(link, share.name)
    apple = replace(_apple(link, _LOG_IN), profile_url=link.profile_url)
    secured = (apple, _outlook(link, *_MAY_ASK), *_by_hand(link, _LOG_IN), _other(link, _LOG_IN))
    return (*secured, *_without_login())


def open_ways(link: ShareLink, title: str = "") -> tuple[SubscribeWay, ...]:
    """Each app's way to a feed that asks for no login: a public share's, or a member's own by feed key.

    `title` goes to Microsoft; empty: it does not (B3).
    """
    return (_apple(link), *_clouds(link, title), _outlook(link), *_by_hand(link), _other(link))


def _apple(link: ShareLink, *more: str) -> SubscribeWay:
    """`webcals:` is none that older macOS knows, so without a usable `webcal:` the address is copied (B4)."""
    name = message("Apple Calendar (iPhone, iPad, Mac)")
    if _has_webcal(link):
        steps = (message("The app Calendar opens: choose Subscribe."), *more)
        return SubscribeWay(app=App.APPLE, name=name, url=link.webcal_url, steps=steps)
    steps = (message("Mac: choose File > New Calendar Subscription."), _APPLE_PHONE, _PASTE, *more)
    return SubscribeWay(app=App.APPLE, name=name, copy_url=link.feed_url, steps=steps)


_APPLE_PHONE = message("iPhone and iPad: open Calendar, tap Calendars, Add Calendar, Add Subscription Calendar.")


def _clouds(link: ShareLink, title: str) -> tuple[SubscribeWay, ...]:
    """Web calendars whose servers fetch the feed; they cannot log in."""
    # Google takes `https:` inside `cid` for a calendar of its own; `webcal:` it fetches as http or https.
    google = f"https://calendar.google.com/calendar/r?cid={_enc('webcal' + _behind_scheme(link.feed_url))}"
    by_hand = message("Use a computer: the Android app cannot add calendars by address.")
    added = f"calendar/0/addfromweb?url={_enc(link.feed_url)}" + (f"&name={_enc(title)}" if title else "")
    google_steps = (by_hand, message("When Google asks, choose Add. It then shows on the phone too."))
    return (
        SubscribeWay(app=App.GOOGLE, name=_GOOGLE, url=google, steps=google_steps),
        SubscribeWay(app=App.OUTLOOK_COM, name=_OUTLOOK_COM, url=f"https://outlook.live.com/{added}", steps=_IMPORT),
        SubscribeWay(app=App.OFFICE, name=_OFFICE, url=f"https://outlook.office.com/{added}", steps=_IMPORT),
    )


_IMPORT = (
    message("Log in, then choose Import: the calendar is kept up to date all the same."),
    message("It then shows in Outlook on the phone and on the Mac too."),
)
_GOOGLE = message("Google Calendar")
_OUTLOOK_COM = message("Outlook.com (private account)")
_OFFICE = message("Outlook at work or school (Microsoft 365)")


def _without_login() -> tuple[SubscribeWay, ...]:
    apps = ((App.GOOGLE, _GOOGLE), (App.OUTLOOK_COM, _OUTLOOK_COM), (App.OFFICE, _OFFICE))
    return tuple(SubscribeWay(app=app, name=name, why_not=_NO_LOGIN) for app, name in apps)


def _outlook(link: ShareLink, *more: str) -> SubscribeWay:
    """Classic Outlook on Windows, which follows a `webcal:` link to https and knows `webcals:` too."""
    return SubscribeWay(app=App.OUTLOOK, name=_OUTLOOK, url=_opening(link), steps=(_CHOOSE_YES, *more))


_OUTLOOK = message("Outlook for Windows (classic)")
_CHOOSE_YES = message("Outlook opens: choose Yes.")
_MAY_ASK = (_LOG_IN, message("This works where your organisation allows it."))


def _by_hand(link: ShareLink, *more: str) -> tuple[SubscribeWay, ...]:
    """Apps that are given the address, and Android's, which registers for `webcals:`."""
    nextcloud = (_NEXTCLOUD_LOG_IN,) if more else (_PASTE,)
    return (
        SubscribeWay(
            app=App.THUNDERBIRD,
            name=message("Thunderbird"),
            copy_url=link.feed_url,
            steps=(message("Choose New Calendar, then On the Network."), _PASTE, *more),
        ),
        SubscribeWay(
            app=App.ANDROID,
            name=message("Android, with the app ICSx5"),
            url=_secure(link),
            steps=(
                message("Install ICSx5 first; Android itself cannot subscribe to calendars."),
                message("Open the link: ICSx5 shows the address. Confirm it."),
                *more,
            ),
        ),
        SubscribeWay(
            app=App.LINUX,
            name=message("Evolution, GNOME Calendar, KOrganizer"),
            copy_url=link.feed_url,
            steps=(message("Add a calendar on the web, from an address."), _PASTE, *more),
        ),
        SubscribeWay(
            app=App.NEXTCLOUD,
            name=message("Nextcloud"),
            copy_url=link.feed_url,
            steps=(message("In Calendar, choose New calendar, then New subscription from link."), *nextcloud),
        ),
        SubscribeWay(
            app=App.HOME_ASSISTANT,
            name=message("Home Assistant"),
            copy_url=link.feed_url,
            steps=(message("Add the integration Remote Calendar."), _PASTE, *more),
        ),
    )


_NEXTCLOUD_LOG_IN = message(
    "Paste the address; behind its https:// type your user name, a colon, your password and an @ sign, then confirm."
)


def _other(link: ShareLink, *more: str) -> SubscribeWay:
    steps = (
        message("Look for “subscribe”, “from URL” or “from the web”. Importing it would copy it just once."),
        *more,
    )
    return SubscribeWay(app=App.OTHER, name=message("Any other app"), copy_url=link.feed_url, steps=steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedWays:
    """Ways for one visitor."""

    first: tuple[SubscribeWay, ...]
    """Of the apps that come with the visitor's own device; empty when that is not known."""
    others: tuple[SubscribeWay, ...]
    impossible: tuple[SubscribeWay, ...]
    """Apps that cannot show this share."""


_OWN: Final = {
    Platform.APPLE: (App.APPLE,),
    Platform.ANDROID: (App.ANDROID, App.GOOGLE),
    Platform.WINDOWS: (App.OUTLOOK, App.OUTLOOK_COM, App.OFFICE),
    Platform.LINUX: (App.LINUX, App.THUNDERBIRD),
}


def sorted_for(platform: Platform | None, offered: tuple[SubscribeWay, ...]) -> SortedWays:
    """What the visitor most likely has comes first, what cannot work last."""
    own = _OWN[platform] if platform else ()
    possible = [way for way in offered if way.is_possible]
    return SortedWays(
        first=tuple(sorted((way for way in possible if way.app in own), key=lambda way: own.index(way.app))),
        others=tuple(way for way in possible if way.app not in own),
        impossible=tuple(way for way in offered if not way.is_possible),
    )


def _has_webcal(link: ShareLink) -> bool:
    """`webcal:` begins in plain http, which is answered on the port of http alone (B4)."""
    parts = urlsplit(link.feed_url)
    return parts.scheme == "http" or parts.port is None


def _opening(link: ShareLink) -> str:
    return link.webcal_url if _has_webcal(link) else _secure(link)


def _secure(link: ShareLink) -> str:
    """`webcals:` stands for https; a server without https has `webcal:` alone."""
    is_https = urlsplit(link.feed_url).scheme == "https"
    return "webcals" + _behind_scheme(link.feed_url) if is_https else link.webcal_url


def _behind_scheme(url: str) -> str:
    return url[url.index("://") :]


def _enc(text: str) -> str:
    """Every reserved character percent-encoded, as `encodeURIComponent` does."""
    return quote(text, safe="")
