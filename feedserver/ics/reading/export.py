"""Stored objects back into one file: what stood in many small VCALENDARs stands in one.

Components and VTIMEZONEs go out byte for byte as they are stored, so that an import of the file finds nothing changed.
One VCALENDAR cannot hold two VTIMEZONEs of one TZID; objects whose own zone definition differs from that of an object
before them go into a further VCALENDAR of the same file (RFC 5545 section 3.4 allows several).
X-WR-TIMEZONE is never written: an import would take it as the zone of floating times, which have none. The calendar's
zone, in which they are shown, goes out as a property of our own that only a new calendar looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feedserver.ics.reading.split import split
from feedserver.ics.syntax.lines import escape_text, format_line

_HEADER = re.compile(rb"^(?:VERSION|PRODID)[ \t]*[;:][^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.IGNORECASE | re.MULTILINE)
EXPORTED_TIMEZONE = "X-FEEDSERVER-TIMEZONE"
_OWN_HEADER = b"VERSION:2.0\r\nPRODID:-//feedserver//feedserver//EN\r\n"


@dataclass(slots=True)
class _Volume:
    """One VCALENDAR of the file."""

    header: bytes
    """VERSION and PRODID of its first object."""
    timezones: dict[str, bytes] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    """Of its objects; left empty in the first volume, which holds all that no other does."""


class Export:
    """One file in the making: every object is shown to `survey`, then `begin`, `components` and `END` are written.

    The survey keeps only zone definitions, so that a calendar of any size costs little memory.
    """

    END = b"END:VCALENDAR\r\n"

    def __init__(self, *, name: str, description: str, color: str | None, timezone: str) -> None:
        self._properties = _calendar_properties(name, description, color, timezone)
        self._volumes: list[_Volume] = []
        self._elsewhere: set[str] = set()

    def survey(self, name: str, data: bytes) -> None:
        """Find the VCALENDAR for the object `name`, stored as `data`."""
        found = split(data)
        needed = {tzid: raw for source in found.sources for tzid, (raw, _line) in source.timezones.items()}
        for volume in self._volumes:
            if all(volume.timezones.get(tzid, raw) == raw for tzid, raw in needed.items()):
                break
        else:
            header = b"".join(_HEADER.findall(bytes(found.sources[0].header))) if found.sources else b""
            volume = _Volume(header or _OWN_HEADER)
            self._volumes.append(volume)
        volume.timezones |= needed
        if volume is not self._volumes[0]:
            volume.names.append(name)
            self._elsewhere.add(name)

    def begin(self) -> bytes:
        """The first VCALENDAR up to its first object."""
        return self._head(self._volumes[0] if self._volumes else _Volume(_OWN_HEADER))

    def is_in_first(self, name: str) -> bool:
        """True when the object belongs into the first VCALENDAR."""
        return name not in self._elsewhere

    def further(self) -> Iterator[tuple[bytes, list[str]]]:
        """Each further VCALENDAR: what stands before its objects, and their names."""
        return ((self._head(volume), volume.names) for volume in self._volumes[1:])

    def _head(self, volume: _Volume) -> bytes:
        zones = b"".join(volume.timezones[tzid] for tzid in sorted(volume.timezones))
        return b"BEGIN:VCALENDAR\r\n" + volume.header + self._properties + zones


def components(data: bytes) -> bytes:
    """The components of a stored object without their VCALENDAR and VTIMEZONEs."""
    return b"".join(data[raw.start : raw.end] for raw in split(data).components)


def _calendar_properties(name: str, description: str, color: str | None, timezone: str) -> bytes:
    lines = [format_line("X-WR-CALNAME", (), escape_text(name)), format_line(EXPORTED_TIMEZONE, (), timezone)]
    if description:
        lines.append(format_line("X-WR-CALDESC", (), escape_text(description)))
    if color:
        lines.append(format_line("X-APPLE-CALENDAR-COLOR", (), color))
    return b"".join(lines)
