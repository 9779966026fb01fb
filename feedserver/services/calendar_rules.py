"""What a calendar may be: its name, zone, colour and description.

Each function gives the value to keep, or raises InvalidInput with the name of the field.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypedDict
from zoneinfo import ZoneInfo

from feedserver.model.collection import Collection
from feedserver.model.errors import InvalidInput

MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 10_000
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


class CalendarChanges(TypedDict, total=False):
    """What an edit may change; what is absent stays."""

    name: str
    timezone: str
    color: str | None
    description: str


def changed(kept: Collection, changes: CalendarChanges) -> Collection:
    """The calendar as it would be."""
    return replace(
        kept,
        name=name_of(changes["name"]) if "name" in changes else kept.name,
        timezone=timezone_of(changes["timezone"]) if "timezone" in changes else kept.timezone,
        color=color_of(changes["color"]) if "color" in changes else kept.color,
        description=description_of(changes["description"]) if "description" in changes else kept.description,
    )


def differences(before: Collection, after: Collection) -> dict[str, str]:
    """Field -> what it is now, for what is not as it was; of the description only that it is another one."""
    names = [name for name in ("name", "timezone", "color") if getattr(before, name) != getattr(after, name)]
    told = {name: str(getattr(after, name) or "") for name in names}
    return told | ({"description": ""} if before.description != after.description else {})


def name_of(text: str) -> str:
    """One line."""
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise InvalidInput("a name is one line of 1 to {max} characters", field="name", max=MAX_NAME_CHARS)
    return name


def timezone_of(name: str) -> str:
    """An IANA name."""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        raise InvalidInput("this is no IANA time zone such as Europe/Berlin", field="timezone") from None


def color_of(text: str | None) -> str | None:
    """`#RRGGBB`, or none."""
    if text is not None and not _COLOR.fullmatch(text):
        raise InvalidInput("a colour looks like #3366cc", field="color")
    return text.upper() if text is not None else None


def description_of(text: str) -> str:
    """Lines of printable text."""
    if len(text) > MAX_DESCRIPTION_CHARS or any(not c.isprintable() and c not in "\t\n" for c in text):
        raise InvalidInput(
            "a description has at most {max} printable characters", field="description", max=MAX_DESCRIPTION_CHARS
        )
    return text
