"""Zone names that calendar programs write in place of IANA's, and what they mean."""

from __future__ import annotations

import re
from functools import cache

from feedserver.ics.zones import iana

_FIXED = re.compile(r"\(?(?:UTC|GMT)([+-])(\d{1,2})(?::?00)?\)?", re.IGNORECASE)
_OTHER_UTC = frozenset({"z", "tzone://microsoft/utc", "coordinated universal time", "utc time"})


def map_vendor_name(tzid: str) -> str | None:
    """The IANA name that a vendor's zone name means, None when it means none that we know.

    Knows Windows' names (CLDR's table for the whole world), path-like ids that end in an IANA name
    (`/freeassociation.sourceforge.net/Tzfile/Europe/Berlin`, mozilla.org, citadel.org, softwarestudio.org),
    IANA names spelled with other separators (`America-New_York`, `Europe_Berlin`), and whole-hour offsets (`UTC+11`,
    `(GMT-03:00)`). IANA names themselves are given back in their right spelling.
    """
    tzid = tzid.strip().strip('"')
    return (
        iana.canonical(tzid)
        or _windows_names().get(tzid.casefold())
        or _suffix(tzid)
        or _respelled_names().get(_without_separators(tzid))
        or _fixed_offset(tzid)
    )


@cache
def _windows_names() -> dict[str, str]:
    # 60 ms, and most files need none of it
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

    names = {windows.casefold(): name for windows, name in WINDOWS_TO_OLSON.items()}
    return names | dict.fromkeys(_OTHER_UTC, "UTC")


def _suffix(tzid: str) -> str | None:
    """The longest IANA name of the form Area/Place at the end of a path-like id."""
    if not tzid.startswith(("/", "custom_")):
        return None
    parts = tzid.removeprefix("custom_").split("/")
    tails = ("/".join(parts[-count:]) for count in (3, 2) if count <= len(parts))
    return next((name for name in map(iana.canonical, tails) if name), None)


@cache
def _respelled_names() -> dict[str, str]:
    """Area/Place names without their separators; Etc's are left out because there the hyphen is a sign."""
    places = sorted(name for name in iana.names() if "/" in name and not name.startswith("Etc/"))
    return {_without_separators(name): name for name in places}


def _without_separators(name: str) -> str:
    return re.sub(r"[\s_/-]+", "", name).casefold()


def _fixed_offset(tzid: str) -> str | None:
    match = _FIXED.fullmatch(tzid.replace(" ", ""))
    if match is None:
        return None
    if int(match[2]) == 0:
        return "UTC"
    # POSIX counts westwards: Etc/GMT-3 is three hours ahead of UTC.
    sign = "-" if match[1] == "+" else "+"
    return iana.canonical(f"Etc/GMT{sign}{int(match[2])}")
