"""A file cut into raw components by its BEGIN, END and UID lines, without parsing what is between.

Each component is two offsets, so that a file of 50,000 events costs little more than its own bytes; it is parsed when
its object's turn comes. Where BEGIN and END do not match, the component at fault is marked and the next one is read as
usual: nothing disappears without a word (trap 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from feedserver.ics.syntax.limits import DEFAULT_LIMITS, KIB, Limits
from feedserver.ics.syntax.lines import ContentLine, decode, parse_line, unescape_text, unfold
from feedserver.languages.message import message
from feedserver.model.errors import ObjectRefused, TooLarge
from feedserver.model.report import Refusal

OBJECT_COMPONENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_CUT_SHORT = message("BEGIN:VCALENDAR has no END:VCALENDAR, so the file may be cut short; what came before it is read")
_TOP_COMPONENTS = OBJECT_COMPONENTS | {"VTIMEZONE", "VFREEBUSY", "VAVAILABILITY", "VCALENDAR"}

MAX_HEADER = 64 * KIB
"""What is read of a calendar's own properties; they are a few lines."""
_LOGICAL_REST = rb"(?:\r\n[ \t])*[ \t]*[;:][^\r\n]*(?:\r\n[ \t][^\r\n]*)*"
_MARKER = re.compile(rb"\r\n(BEGIN|END|UID)(" + _LOGICAL_REST + rb")", re.IGNORECASE)
_FIRST_MARKER = re.compile(rb"(BEGIN|END|UID)(" + _LOGICAL_REST + rb")", re.IGNORECASE)
_TZID = re.compile(rb"\r\n(TZID" + _LOGICAL_REST + rb")", re.IGNORECASE)


@dataclass(slots=True)
class RawComponent:
    """One component that stands directly in a calendar: `data[start:end]`, its last line break included."""

    name: str
    """Upper-case."""
    source: Source
    start: int
    line_no: int
    end: int = 0
    uid: str | None = None
    """Unescaped; None when it has none or an empty one."""
    fault: ObjectRefused | None = None
    """Why its structure cannot be read, with the line where it is not its first; None when it can."""


@dataclass(slots=True)
class Source:
    """One VCALENDAR of the file, or what stands outside of any."""

    line_no: int
    is_wrapped: bool
    """False when its components stood outside of any VCALENDAR."""
    header: bytearray = field(default_factory=bytearray)
    """Its own property lines, raw."""
    timezones: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    """TZID -> raw VTIMEZONE and its line; of several with one TZID the first holds."""

    _properties: dict[str, ContentLine] | None = None

    def property(self, name: str) -> ContentLine | None:
        """The first readable property of the calendar itself, by upper-case name."""
        if self._properties is None:
            self._properties = {}
            for line in self._readable():
                self._properties.setdefault(line.name, line)
        return self._properties.get(name)

    def _readable(self) -> Iterator[ContentLine]:
        for _, raw in unfold(bytes(self.header[:MAX_HEADER])):
            with suppress(ValueError):  # the others are not stored, so nobody will miss them
                yield parse_line(decode(raw))


@dataclass(slots=True)
class SplitFile:
    """What `split` found, in the order of the file."""

    sources: list[Source]
    components: list[RawComponent]
    """All but VTIMEZONEs."""
    refusals: list[Refusal]
    """Faults that belong to no component."""


def split(data: bytes, limits: Limits = DEFAULT_LIMITS) -> SplitFile:
    """Cut canonical bytes (CR LF only) into their components. Raises TooLarge when there are too many."""
    splitter = _Splitter(data)
    for kind, value, start, end in _markers(data):
        splitter.read(kind, value, start, end)
        if splitter.count > limits.max_import_components:
            raise TooLarge(
                "the file has more than {max} components (max_import_components)", max=limits.max_import_components
            )
    return splitter.finish()


def _markers(data: bytes) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Keyword in upper case, raw rest of the logical line, where the line starts and where the next one does."""
    first = _FIRST_MARKER.match(data)
    if first:
        yield first[1].upper(), first[2], 0, first.end() + 2
    for found in _MARKER.finditer(data):
        yield found[1].upper(), found[2], found.start() + 2, found.end() + 2


class _Splitter:
    """The state between two markers: which calendar, component and nested components are open."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._found = SplitFile([], [], [])
        self._source: Source | None = None
        self._open: RawComponent | None = None
        self._nested: list[str] = []
        self._line_no = 1
        self._counted_to = 0
        self._header_from = 0

    @property
    def count(self) -> int:
        """How many things were found so far."""
        return len(self._found.components) + len(self._found.sources) + len(self._found.refusals)

    def read(self, kind: bytes, value: bytes, start: int, end: int) -> None:
        """One marker line at `data[start:end]`."""
        if kind == b"UID":
            if self._open and not self._nested and self._open.uid is None:
                self._open.uid = _uid(value)
            return
        name = _component_name(value)
        if kind == b"BEGIN":
            self._begin(name, start, end)
        else:
            self._end(name, start, end)

    def finish(self) -> SplitFile:
        """Close what the file left open and give what was found."""
        if self._open:
            self._close(len(self._data), fault=self._no_end())
        if self._source and self._source.is_wrapped:
            self._leave_calendar(len(self._data), is_closed=False)
        return self._found

    def _begin(self, name: str, start: int, end: int) -> None:
        if self._open:
            if name not in _TOP_COMPONENTS:
                self._nested.append(name)
                return
            self._close(start, fault=self._no_end())
        if name == "VCALENDAR":
            if self._source and self._source.is_wrapped:
                self._leave_calendar(start, is_closed=False)
            self._enter_calendar(start, end, is_wrapped=True)
            return
        if self._source is None:
            self._enter_calendar(start, start, is_wrapped=False)
        assert self._source
        self._source.header += self._data[self._header_from : start]
        self._open = RawComponent(name, self._source, start, self._line_at(start))

    def _end(self, name: str, start: int, end: int) -> None:
        if not self._open:
            self._end_outside(name, start, end)
            return
        innermost = self._nested[-1] if self._nested else self._open.name
        if name == innermost and self._nested:
            self._nested.pop()
        elif name == innermost:
            self._close(end)
        elif name == "VCALENDAR":
            self._close(start, fault=self._no_end())
            self._end_outside(name, start, end)
        else:
            self._open.fault = self._open.fault or ObjectRefused(
                "line {line}: END:{name} where END:{due} is due",
                line=self._line_at(start),
                name=name[:40],
                due=innermost[:40],
            )
            if name == self._open.name:
                self._close(end)

    def _end_outside(self, name: str, start: int, end: int) -> None:
        if name == "VCALENDAR" and self._source and self._source.is_wrapped:
            self._leave_calendar(start)
            self._header_from = end
            return
        self._refuse(self._line_at(start), ObjectRefused("END:{name} closes nothing", name=name[:40]))
        self._header_from = end

    def _enter_calendar(self, start: int, end: int, *, is_wrapped: bool) -> None:
        self._source = Source(self._line_at(start), is_wrapped)
        self._found.sources.append(self._source)
        self._header_from = end

    def _leave_calendar(self, at: int, *, is_closed: bool = True) -> None:
        assert self._source
        self._source.header += self._data[self._header_from : at]
        if not is_closed:
            self._refuse(self._source.line_no, ObjectRefused(_CUT_SHORT))
        self._source = None

    def _refuse(self, line_no: int, why: ObjectRefused) -> None:
        self._found.refusals.append(Refusal.of(why, line=line_no))

    def _close(self, end: int, *, fault: ObjectRefused | None = None) -> None:
        component = self._open
        assert component
        component.end = min(end, len(self._data))
        component.fault = component.fault or fault
        self._open = None
        self._nested.clear()
        self._header_from = component.end
        if component.name == "VTIMEZONE":
            self._keep_timezone(component)
        else:
            self._found.components.append(component)

    def _keep_timezone(self, component: RawComponent) -> None:
        raw = self._data[component.start : component.end]
        tzid = _tzid(raw)
        if component.fault or tzid is None:
            self._refuse(component.line_no, component.fault or ObjectRefused("a VTIMEZONE has no TZID"))
        else:
            component.source.timezones.setdefault(tzid, (raw, component.line_no))

    def _no_end(self) -> ObjectRefused:
        assert self._open
        return ObjectRefused("BEGIN:{name} has no END", name=self._open.name[:40])

    def _line_at(self, at: int) -> int:
        """The 1-based line of an offset; offsets are asked for in rising order, but for a close one again."""
        if at >= self._counted_to:
            self._line_no += self._data.count(b"\n", self._counted_to, at)
            self._counted_to = at
        return self._line_no


def _component_name(rest: bytes) -> str:
    return _value(rest).upper() or "?"


def _value(rest: bytes) -> str:
    """The value of a marker line, given what follows its keyword; empty when the line cannot be read."""
    if rest.startswith(b":") and b"\r" not in rest:
        return decode(rest[1:]).strip()
    try:
        return parse_line(decode(unfold(b"X" + rest.lstrip())[0][1])).value.strip()
    except ValueError:
        return ""


def _uid(rest: bytes) -> str | None:
    return unescape_text(_value(rest)) or None


def _tzid(raw: bytes) -> str | None:
    found = _TZID.search(raw)
    if not found:
        return None
    return unescape_text(_value(found[1][4:])) or None
