"""Which kind of app fetches a feed, by what it calls itself in its User-Agent."""

from __future__ import annotations

from feedserver.model.usage import AppFamily

_SIGNS: tuple[tuple[AppFamily, tuple[str, ...]], ...] = (
    (AppFamily.GOOGLE, ("google-calendar",)),
    (
        AppFamily.BOT,
        (
            # Chats and networks that look at every link somebody sends.
            *("facebookexternalhit", "slackbot", "twitterbot", "telegrambot", "whatsapp", "discordbot", "linkedinbot"),
            *("skypeuripreview", "signal-desktop", "mattermost", "embedly", "iframely", "mastodon", "pinterest"),
            # Mail scanners.
            *("barracuda", "proofpoint", "mimecast", "safelinks", "trendmicro", "symantec", "forcepoint", "zgrab"),
            # What names itself.
            *("bot/", "bot ", "bot;", "bot)", "crawler", "spider", "preview", "googleother", "headlesschrome"),
        ),
    ),
    (AppFamily.OUTLOOK, ("microsoft office", "microsoft outlook", "ms-office", "outlook-ios", "outlook-android")),
    (AppFamily.OUTLOOK_WEB, ("exchange", "outlook.com", "owa/", "office365")),
    (AppFamily.THUNDERBIRD, ("thunderbird", "lightning", "betterbird")),
    (AppFamily.EVOLUTION, ("evolution", "gnome", "libsoup")),
    (AppFamily.KDE, ("korganizer", "akonadi", "kontact", "merkuro", "kio/")),
    (AppFamily.NEXTCLOUD, ("nextcloud", "owncloud")),
    (AppFamily.HOME_ASSISTANT, ("homeassistant", "home-assistant", "home assistant")),
    (AppFamily.ANDROID, ("icsx5", "davx5", "icsdroid", "at.bitfire", "okhttp", "dalvik", "caldav-sync")),
    (
        AppFamily.APPLE,
        ("dataaccessd", "calendaragent", "calendard", "remindd", "accountsd", "ical/", "cfnetwork", "macos calendar"),
    ),
    (AppFamily.BROWSER, ("mozilla/", "opera/", "lynx/", "w3m/")),
)
"""In this order: the first of which one sign occurs. Thunderbird, Evolution and bots call themselves Mozilla, too.

Sources: the client sources that `feed-contract` section 1 names; for mail scanners and previews their own documents.
"""

MAX_AGENT_CHARS = 300
"""Nothing that names an app comes later."""


def family_of(user_agent: str) -> AppFamily:
    """The family of an app; OTHER for what is unknown or says nothing."""
    agent = user_agent[:MAX_AGENT_CHARS].casefold()
    return next((family for family, signs in _SIGNS if any(sign in agent for sign in signs)), AppFamily.OTHER)
