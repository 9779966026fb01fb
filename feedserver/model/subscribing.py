"""How a calendar app is given a feed's address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """What a visitor's device runs, as far as it matters to calendar apps."""

    APPLE = "apple"
    ANDROID = "android"
    WINDOWS = "windows"
    LINUX = "linux"


class App(StrEnum):
    """What a feed can be subscribed to with; the values name parts of pages."""

    APPLE = "apple"
    GOOGLE = "google"
    OUTLOOK_COM = "outlook-com"
    OFFICE = "office"
    OUTLOOK = "outlook"
    THUNDERBIRD = "thunderbird"
    LINUX = "linux"
    ANDROID = "android"
    NEXTCLOUD = "nextcloud"
    HOME_ASSISTANT = "home-assistant"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeWay:
    """One app's way to a feed. `name`, `why_not` and `steps` are messages: whoever shows them translates them."""

    app: App
    name: str
    url: str | None = None
    """An address that opens the app, for a plain link with `rel="noreferrer"` (feed-contract B5); None: none does."""
    copy_url: str | None = None
    """What is to be copied into the app; None: the link is enough."""
    profile_url: str | None = None
    """A profile that sets the app up, user name included; None: there is none."""
    steps: tuple[str, ...] = ()
    """What to do, in order, once the link was opened or the address copied."""
    why_not: str = ""
    """Why this app cannot show this share; empty when it can."""

    @property
    def is_possible(self) -> bool:
        """True when the app can show the share."""
        return not self.why_not

    def __repr__(self) -> str:
        """Without the addresses: they are credentials."""
        return f"SubscribeWay(app={self.app.value!r}, is_possible={self.is_possible})"
