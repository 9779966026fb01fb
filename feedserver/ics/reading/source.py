"""What the objects of one VCALENDAR take from it: its VERSION and PRODID lines, its zones, its default zone.

Kept per VCALENDAR, never per process: a zone one file defines means nothing in another (trap 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from feedserver.ics.reading.mend import read_draft
from feedserver.ics.reading.split import MAX_HEADER, Source
from feedserver.ics.syntax.components import Component, parse_tree
from feedserver.ics.syntax.limits import Limits
from feedserver.ics.syntax.lines import ContentLine, decode, escape_text, parse_line, unescape_text, unfold
from feedserver.ics.zones.timezones import ZoneBook, full_vtimezone, iana_zone, map_vendor_name
from feedserver.model.errors import ObjectRefused

PRODID = "-//feedserver//feedserver//EN"
_HEADER_LINE = re.compile(
    rb"^(VERSION|PRODID)[ \t]*[;:][^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A VTIMEZONE as it is stored."""

    data: bytes
    component: Component
    repair: str = ""
    """The kind of repair it is; empty when it stands in the file as it is."""


class CalendarSource:
    """One VCALENDAR as its objects need it; everything is read when first asked for."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._definitions: dict[str, Definition | None] = {}

    @cached_property
    def header(self) -> tuple[bytes, frozenset[str]]:
        """VERSION and PRODID lines of a stored object, raw where they are good, and the repairs that took.

        Raises ObjectRefused when the whole VCALENDAR is of a kind that cannot be kept.
        """
        self._check_kind()
        raw = {found[1].upper(): found[0] for found in _HEADER_LINE.finditer(bytes(self._source.header[:MAX_HEADER]))}
        repairs: set[str] = set()
        version, prodid = raw.get(b"VERSION", b""), raw.get(b"PRODID", b"")
        if _value(version) != "2.0":
            version = b"VERSION:2.0\r\n"
            repairs.add("version-mended")
        if not _value(prodid):
            prodid = f"PRODID:{PRODID}\r\n".encode()
            repairs.add("prodid-added")
        if self._source.property("METHOD"):
            repairs.add("method-removed")
        if not self._source.is_wrapped:
            repairs.add("wrapper-added")
        return version + prodid, frozenset(repairs)

    def _check_kind(self) -> None:
        version, scale = self._source.property("VERSION"), self._source.property("CALSCALE")
        if version and version.value.strip() == "1.0":
            raise ObjectRefused("it is in the vCalendar 1.0 format; export it as iCalendar (VERSION:2.0)")
        if scale and scale.value.strip().upper() not in ("GREGORIAN", ""):
            raise ObjectRefused("CALSCALE is not GREGORIAN", precondition="supported-calendar-data")

    @cached_property
    def zones(self) -> ZoneBook:
        """What the TZIDs of this VCALENDAR mean."""
        defined = (self._defined(tzid) for tzid in self._source.timezones)
        return ZoneBook(definition.component for definition in defined if definition)

    @cached_property
    def default_zone(self) -> str | None:
        """The TZID that floating times are given because X-WR-TIMEZONE says so; None leaves them floating."""
        line = self._source.property("X-WR-TIMEZONE")
        if line is None:
            return None
        named = unescape_text(line.value).strip()
        return map_vendor_name(named) or (named if self.zones.resolve(named) else None)

    def definition(self, tzid: str) -> Definition | None:
        """The VTIMEZONE to store for a TZID: the file's own, else one of IANA's rules; None when nobody knows it."""
        if tzid not in self._definitions:
            self._definitions[tzid] = self._defined(tzid) or iana_definition(tzid)
        return self._definitions[tzid]

    def _defined(self, tzid: str) -> Definition | None:
        """The file's own definition; None too when it cannot be read."""
        raw, line_no = self._source.timezones.get(tzid.strip(), (b"", 0))
        if not raw:
            return None
        try:
            draft = read_draft(raw, line_no, self._limits)
        except ObjectRefused:
            return None
        if len(draft.component.children) > self._limits.max_zone_observances:
            return None
        return Definition(draft.to_bytes(), draft.component, "vtimezone-mended" if draft.is_changed else "")


def iana_definition(tzid: str) -> Definition | None:
    """IANA's rules under the name the file uses; None when nobody knows it."""
    name = iana_name(tzid)
    if name is None:
        return None
    component = parse_tree(full_vtimezone(name))[0]
    component.lines = [
        ContentLine("TZID", (), escape_text(tzid)) if line.name == "TZID" else line for line in component.lines
    ]
    return Definition(component.to_bytes(), component, "vtimezone-added")


def iana_name(tzid: str) -> str | None:
    """The IANA name that a TZID is or stands for where no VTIMEZONE is asked; None when nobody knows it."""
    zone = iana_zone(tzid)
    return zone.iana if zone else map_vendor_name(tzid)


def _value(raw: bytes) -> str:
    """The value of a raw header line as it may be stored; empty when it may not."""
    try:
        text = raw.decode()
        value = parse_line(decode(unfold(raw)[0][1])).value if raw else ""
    except ValueError:
        return ""
    return value.strip() if all(char.isprintable() or char in "\r\n\t" for char in text) else ""
