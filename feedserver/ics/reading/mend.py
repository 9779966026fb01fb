"""One raw component to lines that can be read: character set, control characters, broken content lines.

A *draft* is a component on its way into an object, with its raw bytes; as long as no repair touched it, those bytes are
what is stored.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Callable, Sequence
from contextlib import suppress

from feedserver.ics.syntax.components import Component, parse_tree
from feedserver.ics.syntax.limits import Limits
from feedserver.ics.syntax.lines import ContentLine, Params, decode, escape_text, parse_line, unfold
from feedserver.languages.message import message
from feedserver.model.errors import ObjectRefused

REPAIRS: dict[str, str] = {
    "utf-16": message("the file was UTF-16"),
    "nul-dropped": message("NUL bytes were dropped"),
    "bom": message("byte order marks were dropped"),
    "line-ends": message("lines ended by LF or CR alone; now by CR LF"),
    "wrapper-added": message("the components stood outside a VCALENDAR"),
    "version-mended": message("VERSION was missing or not 2.0"),
    "prodid-added": message("PRODID was missing or empty"),
    "method-removed": message("METHOD was removed; a stored object has none (RFC 4791 section 4.1)"),
    "blank-lines": message("empty lines inside a component were dropped"),
    "charset": message("text that is not UTF-8 was read as Windows-1252"),
    "control-characters": message("control characters were dropped"),
    "line-mended": message("a content line with broken quotes, parameters or name was written anew"),
    "line-dropped": message("a content line that cannot be read was dropped"),
    "quoted-printable": message("a quoted-printable value was decoded"),
    "empty-property": message("a date list, rule or stamp without a value was dropped"),
    "duplicate-property": message(
        "a property that may stand once stood twice; the first (of CLASS: the strictest) was kept"
    ),
    "bad-value-dropped": message("an optional property with a value that cannot be read was dropped"),
    "uid-added": message("UID was missing; one was derived from the content"),
    "uid-derived": message("the UID belongs to another object; a new one was derived from the content"),
    "dtstamp-added": message("DTSTAMP was missing; LAST-MODIFIED, CREATED or 1970 took its place"),
    "stamp-in-utc": message("DTSTAMP, CREATED, LAST-MODIFIED or COMPLETED was not in UTC; its digits are read as UTC"),
    "date-mended": message("a date in another notation was rewritten"),
    "value-type": message("VALUE did not say the type of the date"),
    "tzid-dropped": message("TZID stood on a date or on a UTC time"),
    "zone-assumed": message("floating times were given the calendar's X-WR-TIMEZONE"),
    "end-dropped": message("an end that is not after the start was dropped"),
    "end-mended": message("an end of another type or zone than the start was converted"),
    "duration-dropped": message("DURATION stood beside an end, or was negative"),
    "duration-mended": message("DURATION of an all-day component was rounded up to days"),
    "date-list-mended": message("EXDATE or RDATE of another type or zone than DTSTART was converted"),
    "recurrence-id-mended": message("RECURRENCE-ID of another type or zone than the master's DTSTART was converted"),
    "rule-mended": message("a recurrence rule was rewritten"),
    "until-mended": message("UNTIL of another type than DTSTART was converted; a date means the end of that day"),
    "vtimezone-added": message("a VTIMEZONE was added for a zone the file uses but does not define"),
    "vtimezone-mended": message("a VTIMEZONE was written anew"),
    "duplicate-dropped": message("the same component stood twice"),
    "older-version-dropped": message("of several versions of a component the newest was kept"),
}
"""Kind of repair -> what it means. No other kind is ever reported."""

_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\r\n") + b"\x7f"
_LOOSE_NAME = re.compile(r"\s*([A-Za-z0-9_-]+)\s*$")
_BLANK_BEFORE_QUOTE = re.compile(r'([=,])[ \t]+"')
_BARE_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"}
_NEVER_DROPPED = frozenset(
    {
        "BEGIN",
        "END",
        "UID",
        "DTSTART",
        "DTEND",
        "DUE",
        "DURATION",
        "RECURRENCE-ID",
        "RRULE",
        "EXRULE",
        "RDATE",
        "EXDATE",
    }
    | {"CLASS", "STATUS", "TRANSP"}
)
"""Without these a component would show at other times, or to people it must not show to."""


Rewritten = tuple[Sequence[ContentLine], set[str]]
"""What stands in place of a line, and the kinds of repair that is (at least one)."""


class Draft:
    """A component being read into an object; whoever changes it says which repair that is."""

    __slots__ = ("component", "is_changed", "line_no", "raw", "repairs")

    def __init__(self, component: Component, raw: bytes, repairs: set[str]) -> None:
        self.component = component
        self.raw = raw
        self.line_no = component.line_no
        self.repairs = repairs
        self.is_changed = bool(repairs)

    def note(self, kind: str) -> None:
        """The component was changed by that repair."""
        self.repairs.add(kind)
        self.is_changed = True

    def replace(self, line: ContentLine, new: ContentLine | None, kind: str) -> None:
        """Put `new` where `line` (that very one) stands, or nothing. For properties that stand once; see `rewrite`."""
        lines = self.component.lines
        at = next(i for i, each in enumerate(lines) if each is line)
        lines[at : at + 1] = [] if new is None else [new]
        self.note(kind)

    def rewrite(self, change: Callable[[ContentLine], Rewritten | None]) -> None:
        """Put what `change` gives where each line stands, None leaves it; one pass, however many lines change."""
        lines: list[ContentLine] = []
        kinds: set[str] = set()
        for line in self.component.lines:
            changed = change(line)
            if changed is None:
                lines.append(line)
            else:
                lines.extend(changed[0])
                kinds |= changed[1]
        if kinds:
            self.component.lines = lines
            self.repairs |= kinds
            self.is_changed = True

    def to_bytes(self) -> bytes:
        """The bytes as received, or written anew when a repair changed the component."""
        return self.component.to_bytes() if self.is_changed else self.raw


def read_draft(raw: bytes, line_no: int, limits: Limits) -> Draft:
    """One raw component (canonical line ends) as a draft. Raises ObjectRefused with the line in the file."""
    repairs: set[str] = set()
    cleaned = raw.translate(None, _CONTROLS)
    if len(cleaned) != len(raw):
        repairs.add("control-characters")
    if b"\r\n\r\n" in cleaned:
        repairs.add("blank-lines")
    if not cleaned.isascii() and not _is_utf8(cleaned):
        repairs.add("charset")

    def mend(text: str) -> ContentLine | None:
        line = _mended(text)
        repairs.add("line-dropped" if line is None else "line-mended")
        return line

    trees = parse_tree(cleaned, first_line=line_no, limits=limits, mend=mend)
    if len(trees) != 1:
        raise ObjectRefused("line {line}: not exactly one component", line=line_no)
    draft = Draft(trees[0], raw, repairs)
    if b"QUOTED-PRINTABLE" in cleaned.upper():
        draft.rewrite(_decoded)
    return draft


def _is_utf8(data: bytes) -> bool:
    """True when every logical line is; a fold may part a character (trap 4)."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return all(_decodes(line) for _, line in unfold(data))
    return True


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mended(text: str) -> ContentLine | None:
    """What a line that is no content line says as far as that is plain, None to drop it; ValueError to give up."""
    with suppress(ValueError):
        return parse_line(_BLANK_BEFORE_QUOTE.sub(r'\1"', text))
    head, colon, value = text.partition(":")
    name, _, rest = head.partition(";")
    found = _LOOSE_NAME.match(name)
    upper = found[1].upper().replace("_", "-") if found else ""
    is_torn = '"' in head and text.count('"') % 2 == 0
    if not colon or not found or is_torn:  # where quotes pair up, dropping them would move the colon
        if upper in _NEVER_DROPPED:
            raise ValueError(f"{upper} cannot be read")
        return None
    return ContentLine(upper, _mended_params(upper, rest.replace('"', "")), value)


def _mended_params(name: str, text: str) -> Params:
    params: list[tuple[str, tuple[str, ...]]] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        if part.upper() in _BARE_ENCODINGS:
            part = f"ENCODING={part}"  # noqa: PLW2901 - vCalendar 1.0's way to say it
        try:
            params.extend(parse_line(f"X;{part}:").params)
        except ValueError:
            if name in _NEVER_DROPPED:
                raise
    return tuple(params)


def _decoded(line: ContentLine) -> Rewritten | None:
    """A value in the encoding of vCalendar 1.0 as plain text, where the whole value stands on its line."""
    if (line.param("ENCODING") or "").upper() != "QUOTED-PRINTABLE":
        return None
    if line.value.endswith("="):
        raise ObjectRefused("it uses quoted-printable text over several lines, as vCalendar 1.0 did")
    text = decode(quopri.decodestring(line.value.encode()))
    params = tuple(param for param in line.params if param[0] not in ("ENCODING", "CHARSET"))
    value = escape_text(text.translate(dict.fromkeys(_CONTROLS)))
    return [ContentLine(line.name, params, value)], {"quoted-printable"}
