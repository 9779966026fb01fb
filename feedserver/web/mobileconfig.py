"""A configuration profile that subscribes Apple's devices to a feed (Apple DeviceManagement, SubscribedCalendars)."""

from __future__ import annotations

import plistlib
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from feedserver.model.share import FeedLink

PROFILE: Final = "application/x-apple-aspen-config"


def profile(link: FeedLink, feed_url: str, *, name: str, description: str, organisation: str, login: str) -> bytes:
    """One subscribed calendar. The device asks for the password: there is none in it (B2).

    `login`: empty for a feed that asks for none. Installed again it replaces itself: its ids are those of the link,
    made of random ids alone.
    """
    account: dict[str, object] = {
        **_payload(link, "account"),
        "PayloadType": "com.apple.subscribedcalendar.account",
        "PayloadDisplayName": name,
        "SubCalAccountDescription": name,
        # Apple's reference says "the server address", and devices take the whole URL of a feed there.
        "SubCalAccountHostName": feed_url,
        "SubCalAccountUseSSL": urlsplit(feed_url).scheme == "https",
        **({"SubCalAccountUsername": login} if login else {}),
    }
    whole: dict[str, object] = {
        **_payload(link, "profile"),
        "PayloadType": "Configuration",
        "PayloadDisplayName": name,
        "PayloadDescription": description,
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [account],
        **({"PayloadOrganization": organisation} if organisation else {}),
    }
    return plistlib.dumps(whole)


def _payload(link: FeedLink, part: str) -> dict[str, object]:
    """What every payload has. The same link gives the same ids, whatever its share is called or shows by now."""
    narrowing = link.narrowing.spelling if link.narrowing else ""
    made = uuid5(UUID(hex=link.share_id), f"{part} {link.recipient_id or ''} {narrowing}")
    return {
        "PayloadIdentifier": f"feedserver.{made}",
        "PayloadUUID": str(made).upper(),
        "PayloadVersion": 1,
    }
