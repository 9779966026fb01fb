"""Content lines: unfolding, lexing, folding (RFC 5545 section 3.1).

Written by hand because every event of every import passes through here: a line costs about a microsecond, a quarter of
what the general parser of the library takes. Lines end at CR LF, LF or CR and nowhere else: VT, FF, NEL and U+2028 are
text, which `str.splitlines` does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MAX_OCTETS = 75
"""RFC 5545 section 3.1: a physical line without its line break."""

Params = tuple[tuple[str, tuple[str, ...]], ...]
"""Upper-case name and its values, in the order given; quotes are taken off, RFC 6868 carets are not."""

_UTF8_CONTINUATION = 0x80
_MAX_CACHED_HEAD = 200
_NAME = re.compile(r"[A-Za-z0-9-]+")
_QUOTE_AWARE_HEAD = re.compile(r'(?:[^":]+|"[^"]*")*')
_PARAM = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";,]*)(?:,(?:"[^"]*"|[^";,]*))*)')
_PARAM_VALUE = re.compile(r'"([^"]*)"|([^",]*)')
_NEEDS_QUOTES = re.compile(r"[,;:]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NEEDS_ESCAPE = re.compile(r"[\\;,\n]")
_CARET = re.compile(r"\^([n^'])")


class ContentLine(NamedTuple):
    """One property: names are upper-case, `value` is raw (still escaped)."""

    name: str
    params: Params
    value: str

    def param(self, name: str) -> str | None:
        """The first value of the parameter of that upper-case name, None when it is absent."""
        for key, values in self.params:
            if key == name:
                return values[0]
        return None

    def with_params(self, params: Params) -> ContentLine:
        """The same property with other parameters."""
        return ContentLine(self.name, params, self.value)


def unfold(data: bytes) -> list[tuple[int, bytes]]:
    """Logical lines with the 1-based number of the physical line at which each begins; empty lines are left out.

    Works on bytes, before any decoding: a fold may stand inside a UTF-8 character (trap 4).
    """
    lines: list[tuple[int, list[bytes]]] = []
    for number, physical in enumerate(physical_lines(data), 1):
        if not physical:
            continue
        if physical[0] in b" \t" and lines:
            lines[-1][1].append(physical[1:])
        else:
            lines.append((number, [physical]))
    return [(number, b"".join(parts) if len(parts) > 1 else parts[0]) for number, parts in lines]


def physical_lines(data: bytes) -> list[bytes]:
    """The lines as they stand, without line breaks; CR LF, LF and CR each end one."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.split(b"\n")


def decode(line: bytes) -> str:
    """One logical line as text: UTF-8, else cp1252 with its five unassigned bytes read as Latin-1."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return "".join(_cp1252(byte) for byte in line)


def _cp1252(byte: int) -> str:
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def parse_line(text: str) -> ContentLine:
    """One logical line. Raises ValueError, without quoting the line, when it is not one (RFC 5545 section 3.1)."""
    head, colon, value = text.partition(":")
    if '"' in head and head.count('"') % 2:
        found = _QUOTE_AWARE_HEAD.match(text)
        head, colon, value = _split_at(text, found.end() if found else 0)
    if colon != ":":
        raise ValueError("a quote is never closed" if '"' in text else "a content line has no colon")
    parse = _parse_head if len(head) <= _MAX_CACHED_HEAD else _parse_head.__wrapped__
    name, params = parse(head)
    return ContentLine(name, params, value)


def _split_at(text: str, at: int) -> tuple[str, str, str]:
    return text[:at], text[at : at + 1], text[at + 1 :]


@lru_cache(maxsize=4096)
def _parse_head(head: str) -> tuple[str, Params]:
    """What stands before the colon. Cached: `DTSTART;TZID=Europe/Berlin` comes back with every event."""
    found = _NAME.match(head)
    if not found:
        raise ValueError("a content line does not begin with a property name")
    name = found.group().upper()
    at = found.end()
    params: list[tuple[str, tuple[str, ...]]] = []
    while at < len(head):
        param = _PARAM.match(head, at)
        if not param:
            raise ValueError(f"the parameters of {name[:40]} cannot be read")
        params.append((param[1].upper(), _parse_values(param[2])))
        at = param.end()
    return name, tuple(params)


def _parse_values(text: str) -> tuple[str, ...]:
    if '"' not in text:
        return tuple(text.split(","))
    values: list[str] = []
    at = 0
    while at <= len(text):
        found = _PARAM_VALUE.match(text, at)
        if not found:
            break
        values.append(found[2] if found[1] is None else found[1])
        at = found.end() + 1
    return tuple(values)


def fold(line: str) -> bytes:
    """One content line in UTF-8, CRLF-terminated, at most 75 octets per physical line, cut between characters."""
    data = line.encode()
    if len(data) <= MAX_OCTETS:
        return data + b"\r\n"
    parts: list[bytes] = []
    at, room = 0, MAX_OCTETS
    while len(data) - at > room:
        end = at + room
        while data[end] & 0xC0 == _UTF8_CONTINUATION:
            end -= 1
        parts.append(data[at:end])
        at, room = end, MAX_OCTETS - 1
    parts.append(data[at:])
    return b"\r\n ".join(parts) + b"\r\n"


def format_line(name: str, params: Iterable[tuple[str, tuple[str, ...]]], value: str) -> bytes:
    """One property, folded, CRLF-terminated; `value` is raw. A double quote in a parameter becomes `^'` (RFC 6868)."""
    head = [name]
    head.extend(f"{key}={','.join(map(_quote, values))}" for key, values in params)
    return fold(f"{';'.join(head)}:{value}")


def _quote(value: str) -> str:
    value = value.replace('"', "^'")
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value


def escape_text(text: str) -> str:
    r"""A TEXT value (RFC 5545 section 3.3.11); line breaks of any kind become `\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NEEDS_ESCAPE.sub(lambda m: "\\n" if m[0] == "\n" else "\\" + m[0], text)


def unescape_text(text: str) -> str:
    r"""What a raw TEXT value says; an unknown escape `\x` says `x`."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], text)


def split_text(value: str) -> list[str]:
    """The TEXT values of a raw list (CATEGORIES, RESOURCES), unescaped: only bare commas part them."""
    if "\\" not in value:
        return value.split(",")
    return [unescape_text(part) for part in re.findall(r"(?:^|,)((?:[^\\,]|\\.|\\$)*)", value, re.DOTALL)]


def decode_param(value: str) -> str:
    """A parameter value with its RFC 6868 carets read: `^n` is a line break, `^'` a double quote, `^^` a caret."""
    if "^" not in value:
        return value
    return _CARET.sub(lambda m: {"n": "\n", "'": '"', "^": "^"}[m[1]], value)
