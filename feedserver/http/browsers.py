"""What a browser says of itself, in few words: enough to know one's own, and nothing that names a device."""

from __future__ import annotations

from typing import Final

from feedserver.model.subscribing import Platform

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: most of them also call themselves those further down."""
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


_PLATFORMS: Final = (
    ("iPhone", Platform.APPLE),
    ("iPad", Platform.APPLE),
    ("Macintosh", Platform.APPLE),
    ("Android", Platform.ANDROID),
    ("Windows", Platform.WINDOWS),
    ("CrOS", None),
    ("Linux", Platform.LINUX),
)
"""In this order: Android names Linux too. An iPad may call itself a Macintosh, which has the same apps."""


def platform_of(user_agent: str) -> Platform | None:
    """What the visitor's device runs; None when that says nothing about its calendar apps."""
    return next((platform for mark, platform in _PLATFORMS if mark in user_agent), None)


def browser_words(user_agent: str) -> str:
    """Such as "Firefox, Linux"; empty when it is none that we know. Never what the header says itself."""
    found = (_first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
