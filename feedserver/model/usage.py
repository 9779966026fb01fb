"""Usage: how often a share's feed is fetched, by which kind of app; no addresses and no times of single fetches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AppFamily(StrEnum):
    """Which kind of app fetches a feed, told by its User-Agent."""

    GOOGLE = "Google Calendar"
    OUTLOOK_WEB = "Outlook on the web"
    OUTLOOK = "Outlook"
    APPLE = "Apple Calendar"
    THUNDERBIRD = "Thunderbird"
    ANDROID = "Android app"
    EVOLUTION = "Evolution"
    KDE = "KDE"
    NEXTCLOUD = "Nextcloud"
    HOME_ASSISTANT = "Home Assistant"
    BROWSER = "browser"
    BOT = "link preview"
    """Mail scanners and chat previews: counted apart, never as the recipient's visit (threat U27)."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """Fetches of one link of a share by one family on one day (UTC)."""

    reader_id: str
    """The id of the recipient, the member's account or the feed key; empty for the general link."""
    day: date
    family: AppFamily
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFetch:
    """The newest fetch of a share by an app or a browser, bots aside."""

    at: datetime
    family: AppFamily
