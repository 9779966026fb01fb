"""From the bytes of a file to calendar objects: the one door by which foreign iCalendar data enters.

The order matters and each step has its module: `decode` (bytes to UTF-8 with CR LF), `split` (raw components, by
offset), `mend` (one component to lines), `repair` and `times` (its values), `versions` (which belong together),
`source` (what they take from their VCALENDAR), `assemble` (what is stored). An object that needs no repair is stored as
received: VERSION and PRODID lines, the VTIMEZONEs it uses and its components, byte for byte. Reading stored data again
yields the same bytes and no repair.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b

from feedserver.ics.reading.assemble import ParsedObject, RefusedAt, assemble, group_key
from feedserver.ics.reading.decode import canonical_bytes
from feedserver.ics.reading.export import EXPORTED_TIMEZONE
from feedserver.ics.reading.mend import REPAIRS
from feedserver.ics.reading.source import CalendarSource, iana_name
from feedserver.ics.reading.split import RawComponent, SplitFile, split
from feedserver.ics.syntax.limits import DEFAULT_LIMITS, Limits
from feedserver.ics.syntax.lines import decode, unescape_text
from feedserver.languages.message import message
from feedserver.model.calendar_object import ETag
from feedserver.model.errors import NotACalendar, ObjectRefused
from feedserver.model.report import Refusal

__all__ = [
    "REPAIRS",
    "CalendarFile",
    "Limits",
    "ParsedObject",
    "Refusal",
    "etag_of",
    "is_same_object",
    "object_name",
    "parse_object",
    "read_file",
]

_NONE = message("it holds no calendar objects where one VCALENDAR with one is due")
_NOT_ONE = message("it holds {count} calendar objects where one VCALENDAR with one is due")
_PLAIN_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,99}")
_ZONED_START = re.compile(rb'^DTSTART(?:;[^:\r\n"]*)?;TZID="?([^":;,\r\n]+)', re.IGNORECASE | re.MULTILINE)
_HEX_COLOR = re.compile(r"(#[0-9A-Fa-f]{6})(?:[0-9A-Fa-f]{2})?")


class CalendarFile:
    """A file that is a calendar; its objects are parsed one by one when they are asked for."""

    def __init__(self, data: bytes, found: SplitFile, repairs: frozenset[str], limits: Limits) -> None:
        self._data = data
        self._found = found
        self._repairs = repairs
        self._limits = limits
        self._groups: dict[str, list[RawComponent]] = {}
        for raw in found.components:
            self._groups.setdefault(group_key(raw, data), []).append(raw)

    def __len__(self) -> int:
        """How many UIDs there are; nearly always the number of objects."""
        return len(self._groups)

    @property
    def is_single_calendar(self) -> bool:
        """True when the file is one VCALENDAR, as a calendar object resource must be."""
        return len(self._found.sources) == 1

    @property
    def name(self) -> str | None:
        """What the file calls itself (NAME, X-WR-CALNAME); None when it does not."""
        return self._text("NAME") or self._text("X-WR-CALNAME")

    @property
    def description(self) -> str | None:
        """DESCRIPTION or X-WR-CALDESC of the calendar; None when it has none."""
        return self._text("DESCRIPTION") or self._text("X-WR-CALDESC")

    @property
    def timezone(self) -> str | None:
        """The IANA name of the zone the file is at home in; None when nothing in it tells.

        What it says itself (our export's own property, X-WR-TIMEZONE), else the zone most of its events begin in.
        """
        zones = (CalendarSource(source, self._limits).default_zone for source in self._found.sources)
        said = (iana_name(name) for name in (self._text(EXPORTED_TIMEZONE), *zones) if name)
        return next(filter(None, said), None) or self._main_zone()

    def _main_zone(self) -> str | None:
        """The zone in which most events begin, of equally many the first. UTC times tell of no place."""
        zones: Counter[str] = Counter()
        for tzid, count in Counter(found[1] for found in _ZONED_START.finditer(self._data)).items():
            name = iana_name(decode(tzid).strip())
            zones.update({name: count} if name else {})
        return next((name for name, _ in zones.most_common(1)), None)

    @property
    def color(self) -> str | None:
        """`#RRGGBB` of X-APPLE-CALENDAR-COLOR or COLOR; None for names of colours and other notations."""
        for name in ("X-APPLE-CALENDAR-COLOR", "COLOR"):
            found = _HEX_COLOR.fullmatch(self._text(name) or "")
            if found:
                return found[1].upper()
        return None

    def _text(self, name: str) -> str | None:
        lines = (source.property(name) for source in self._found.sources)
        return next((unescape_text(line.value).strip() for line in lines if line and line.value.strip()), None)

    def objects(self, timezone: str, limits: Limits | None = None) -> Iterator[ParsedObject | Refusal]:
        """Every object of the file, or why it is refused; UIDs in the order in which they first stand in the file.

        `timezone` is the IANA name of the zone in which floating times are read. Nothing of the file is left out in
        silence: what is no object and cannot be kept is a Refusal too.
        """
        limits = limits or self._limits
        yield from self._found.refusals
        sources = {id(source): CalendarSource(source, limits) for source in self._found.sources}
        for uid, group in self._groups.items():
            try:
                yield from assemble(group, self._data, sources, repairs=self._repairs, timezone=timezone, limits=limits)
            except RefusedAt as error:
                yield Refusal.of(error, line=error.line_no, uid=uid if group[0].uid else "")


def read_file(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> CalendarFile:
    """A received file, cut into raw components but not parsed.

    Raises NotACalendar with what the bytes look like instead, and TooLarge.
    """
    data, repairs = canonical_bytes(data, limits)
    found = split(data, limits)
    if not found.sources:
        raise NotACalendar("the file holds no calendar: no line reads BEGIN:VCALENDAR")
    return CalendarFile(data, found, repairs, limits)


def parse_object(data: bytes, *, timezone: str, limits: Limits = DEFAULT_LIMITS) -> ParsedObject:
    """One calendar object: a VCALENDAR that holds the components of one UID (RFC 4791 section 4.1).

    Without repairs its `data` are the bytes given, VCALENDAR properties that an import leaves behind included; with
    repairs it is what may be stored instead, and the caller decides whether it may. Raises ObjectRefused.
    """
    try:
        file = read_file(data, limits=limits)
        results = list(file.objects(timezone))
    except NotACalendar as error:
        raise ObjectRefused(error.message, precondition="valid-calendar-data", **error.values) from error
    for result in results:
        if isinstance(result, Refusal):
            raise ObjectRefused(result.message, precondition="valid-calendar-data", **result.values)
    objects = [result for result in results if isinstance(result, ParsedObject)]
    if len(objects) != 1 or not file.is_single_calendar:
        raise ObjectRefused(
            _NOT_ONE if objects else _NONE, precondition="valid-calendar-object-resource", count=len(objects)
        )
    return objects[0] if objects[0].repairs else replace(objects[0], data=data)


def object_name(uid: str) -> str:
    """The last segment of a new object's href: the UID where it is plain, else a digest of it; ends in `.ics`.

    Two UIDs have one name only when they differ in nothing; `~` marks a digest, which no plain UID begins with.
    """
    if _PLAIN_UID.fullmatch(uid):
        return f"{uid}.ics"
    return f"~{blake2b(uid.encode(), digest_size=16).hexdigest()}.ics"


def etag_of(data: bytes) -> ETag:
    """The ETag of stored bytes: equal bytes, equal ETag."""
    return ETag(blake2b(data, digest_size=16).hexdigest())


def is_same_object(one: bytes, other: bytes) -> bool:
    """True when two stored objects differ at most in what their VCALENDARs say of themselves (VERSION, PRODID)."""
    return _without_header(one) == _without_header(other)


def _without_header(data: bytes) -> bytes:
    return data[data.find(b"\r\nBEGIN:") :]
