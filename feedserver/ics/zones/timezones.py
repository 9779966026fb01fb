"""Time zones of calendar objects: from TZIDs to moments, and from zones to names that a feed can publish.

One rule, the same in feed, page, CalDAV and free/busy (corpus trap 6): a TZID that is an IANA name means IANA's rules,
also where the file's own VTIMEZONE says otherwise; any other TZID means the file's VTIMEZONE; without one, a vendor's
name that we know means the IANA zone it stands for; else it is undefined and its times are floating.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from feedserver.ics.syntax.components import Component
from feedserver.ics.zones import iana
from feedserver.ics.zones.observances import FileZone
from feedserver.ics.zones.single_rule import full_vtimezone, right_from, settled_rule, vtimezone
from feedserver.ics.zones.vendor_zones import map_vendor_name

__all__ = [
    "IanaZone",
    "Zone",
    "ZoneBook",
    "full_vtimezone",
    "iana_zone",
    "map_vendor_name",
    "publish_name",
    "right_from",
    "vtimezone",
]

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_ENDLESS: Final = timedelta(days=366 * 40)
"""How far the zones of an endless rule are compared: a cycle of weekdays and more."""
_LONGEST_SPAN: Final = timedelta(days=366 * 100)
_SETTLED_YEAR: Final = 2100
_WELL_KNOWN: Final = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Europe/Lisbon", "Europe/Istanbul",
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Halifax", "America/St_Johns", "America/Toronto", "America/Regina",
    "America/Mexico_City", "America/Bogota", "America/Caracas", "America/Lima", "America/La_Paz", "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires", "America/Montevideo", "America/Santiago", "America/Asuncion", "America/Havana",
    "Atlantic/Azores", "Atlantic/Cape_Verde", "Africa/Casablanca", "Africa/Lagos", "Africa/Cairo",
    "Africa/Johannesburg", "Africa/Nairobi", "Asia/Jerusalem", "Asia/Beirut", "Asia/Riyadh", "Asia/Tehran",
    "Asia/Dubai", "Asia/Baku", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Kabul", "Asia/Karachi", "Asia/Tashkent",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Almaty", "Asia/Yangon", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Singapore", "Australia/Perth", "Asia/Tokyo", "Asia/Seoul", "Australia/Darwin", "Australia/Adelaide",
    "Australia/Brisbane", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Guam", "Pacific/Noumea",
    "Pacific/Auckland", "Pacific/Fiji", "Pacific/Chatham", "Pacific/Tongatapu", "Pacific/Apia",
)  # fmt: skip
"""Places of every offset and rule in wide use; where several fit, the first is published."""


class Zone(Protocol):
    """What local times of a TZID mean. Implementations: `IanaZone`, `FileZone`."""

    @property
    def tzid(self) -> str:
        """As written in the file."""

    @property
    def iana(self) -> str | None:
        """The IANA name whose rules hold; None for a zone that only its file defines."""

    def utc(self, naive: datetime) -> datetime:
        """The moment (aware, UTC) of a local time.

        A time that the clocks skip is read with the offset before the gap, of one that comes twice the first is meant.
        Source: RFC 5545 section 3.3.5.
        """

    def local(self, at: datetime) -> datetime:
        """The naive local time of a moment (aware)."""


class IanaZone:
    """A zone by IANA's rules. Times that leave the years 1 to 9999 are clamped."""

    __slots__ = ("_rules", "iana", "tzid")

    def __init__(self, name: str, tzid: str | None = None) -> None:
        self.iana: str = name
        self.tzid = name if tzid is None else tzid
        self._rules: ZoneInfo = iana.load(name)

    def __repr__(self) -> str:
        return f"IanaZone({self.iana!r})"

    def utc(self, naive: datetime) -> datetime:
        """As `Zone.utc`."""
        try:
            return naive.replace(tzinfo=self._rules, fold=0).astimezone(UTC)
        except OverflowError:
            return _EARLIEST if naive.year == 1 else _LATEST

    def local(self, at: datetime) -> datetime:
        """As `Zone.local`."""
        try:
            return at.astimezone(self._rules).replace(tzinfo=None, fold=0)
        except OverflowError:
            return datetime.min if at.year == 1 else datetime.max  # noqa: DTZ901 - local and naive by definition


def iana_zone(name: str) -> IanaZone | None:
    """The zone of an IANA name in any case; None when there is none such."""
    canonical = iana.canonical(name)
    return None if canonical is None else IanaZone(canonical, name)


class ZoneBook:
    """The zones of one calendar object (or of the file it comes from), read when first asked for."""

    def __init__(self, vtimezones: Iterable[Component] = ()) -> None:
        """Of several VTIMEZONEs with one TZID the first holds."""
        self._definitions: dict[str, Component] = {}
        self._zones: dict[str, Zone | None] = {}
        for definition in vtimezones:
            self._definitions.setdefault((definition.text("TZID") or "").strip(), definition)

    def resolve(self, tzid: str) -> Zone | None:
        """What a TZID means here; None when nothing defines it and its times are floating."""
        if tzid not in self._zones:
            self._zones[tzid] = self._find(tzid)
        return self._zones[tzid]

    def _find(self, tzid: str) -> Zone | None:
        return iana_zone(tzid) or self._defined(tzid) or self._known_to_vendors(tzid)

    def _defined(self, tzid: str) -> Zone | None:
        definition = self._definitions.get(tzid.strip())
        if definition is None:
            return None
        try:
            return FileZone(tzid, definition)
        except ValueError:
            return None  # a definition nobody can read defines nothing

    def _known_to_vendors(self, tzid: str) -> Zone | None:
        name = map_vendor_name(tzid)
        return None if name is None else IanaZone(name, tzid)


def publish_name(zone: Zone, first_at: datetime, last_at: datetime | None) -> str | None:
    """The IANA name under which a feed can publish local times of `zone` between two moments (inclusive).

    "UTC" means: write them as UTC times, rules included; the offset is zero throughout (F83). None: no name says the
    same, so write each time as a UTC instant. `last_at` None stands for an endless rule and is judged over 40 years;
    no span is judged over more than 100. A name whose offsets are equal over the span is right even when it is not the
    place meant.
    """
    if zone.iana is not None:
        return "UTC" if _is_utc_since(zone.iana, first_at) else zone.iana
    assert isinstance(zone, FileZone)
    longest = _ENDLESS if last_at is None else _LONGEST_SPAN
    last_at = min(last_at or _LATEST, min(first_at, _LATEST - longest) + longest)
    return next((name for name in _candidates(zone) if _agrees(zone, name, first_at, last_at)), None)


@lru_cache(maxsize=4096)
def _is_utc_since(name: str, first_at: datetime) -> bool:
    rule = settled_rule(name)
    if rule.onsets is not None or rule.standard_offset:
        return False
    return not any(
        change.at > first_at for year in range(first_at.year, _SETTLED_YEAR) for change in iana.changes(name, year)
    )


def _candidates(zone: FileZone) -> Iterator[str]:
    """Names worth a comparison, best first: what the file says it is, UTC, well-known places, fixed offsets."""
    claims = (map_vendor_name(zone.tzid), map_vendor_name(zone.location or ""))
    yield from (name for name in claims if name)
    yield "UTC"
    yield from _WELL_KNOWN
    yield from (f"Etc/GMT{hours:+d}" for hours in range(-14, 13) if hours)


def _agrees(zone: FileZone, name: str, first_at: datetime, last_at: datetime) -> bool:
    """True when both zones have equal offsets at every moment of the span."""
    naive_at = first_at.astimezone(UTC).replace(tzinfo=None)
    if zone.local(first_at) - naive_at != iana.offset_at(name, first_at):
        return False
    for year in range(first_at.year, last_at.year + 1):
        ours = [(at, offset) for at, offset in zone.changes(year) if first_at < at <= last_at]
        theirs = [(c.at, c.offset_to) for c in iana.changes(name, year) if first_at < c.at <= last_at]
        if ours != theirs:
            return False
    return True
