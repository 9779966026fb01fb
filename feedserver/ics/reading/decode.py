"""What was received to canonical bytes: UTF-8 without BOM and NUL, every line ended by CR LF."""

from __future__ import annotations

import re

from feedserver.ics.syntax.limits import MIB, Limits
from feedserver.languages.message import message
from feedserver.model.errors import NotACalendar, TooLarge

_BOM = b"\xef\xbb\xbf"
_BOM_AT_LINE_START = re.compile(rb"(\A|[\r\n])(?:\xef\xbb\xbf)+")
_BEGIN = re.compile(rb"(?:\A|[\r\n])BEGIN[ \t]*:", re.IGNORECASE)
_BEGIN_VCARD = re.compile(rb"\s*BEGIN[ \t]*:[ \t]*VCARD", re.IGNORECASE)
_LINE_BREAKS = re.compile(rb"\r?\r\n|\r|\n")
_NOT_A_CALENDAR = (
    (b"\x1f\x8b", message("the file holds no calendar: it is compressed with gzip; unpack it first")),
    (b"PK\x03\x04", message("the file holds no calendar: it is a zip archive; unpack it first")),
    (b"\x28\xb5\x2f\xfd", message("the file holds no calendar: it is compressed with zstd; unpack it first")),
    (b"BZh", message("the file holds no calendar: it is compressed with bzip2; unpack it first")),
    (b"\xfd7zXZ", message("the file holds no calendar: it is compressed with xz; unpack it first")),
    (b"%PDF", message("the file holds no calendar: it is a PDF document")),
    (b"\xff\xfe\x00\x00", message("the file holds no calendar: it is UTF-32 text; save it as UTF-8")),
    (b"\x00\x00\xfe\xff", message("the file holds no calendar: it is UTF-32 text; save it as UTF-8")),
)
_UTF16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"B\0E\0", "utf-16-le"), (b"\0B\0E", "utf-16-be"))


def canonical_bytes(data: bytes, limits: Limits) -> tuple[bytes, frozenset[str]]:
    """The file as UTF-8 bytes whose only line break is CR LF, also after the last line, and the repairs that took.

    Bytes that are not UTF-8 are left as they are: each component decides for itself. Raises TooLarge, and NotACalendar
    with what the bytes look like instead.
    """
    if len(data) > limits.max_import_bytes:
        raise TooLarge("the file is larger than {max} MiB (max_import_bytes)", max=limits.max_import_bytes // MIB)
    repairs: set[str] = set()
    data = _as_utf8(data, repairs)
    if b"\0" in data:
        data = data.replace(b"\0", b"")
        repairs.add("nul-dropped")
    if _BOM in data:
        data = _without_bom(data, repairs)
    _check_is_calendar(data)
    data = _with_crlf(data, repairs)
    return data, frozenset(repairs)


def _as_utf8(data: bytes, repairs: set[str]) -> bytes:
    for magic, reason in _NOT_A_CALENDAR:
        if data.startswith(magic):
            raise NotACalendar(reason)
    for magic, encoding in _UTF16:
        if data.startswith(magic):
            repairs.add("utf-16")
            return _decode_utf16(data, encoding)
    return data


def _decode_utf16(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        raise NotACalendar("the file begins like UTF-16 text and cannot be read as such") from error


def _without_bom(data: bytes, repairs: set[str]) -> bytes:
    """Without the marks at line starts, where concatenated files leave them; elsewhere U+FEFF is text."""
    stripped = _BOM_AT_LINE_START.sub(rb"\1", data)
    if len(stripped) != len(data):
        repairs.add("bom")
    return stripped


def _check_is_calendar(data: bytes) -> None:
    if _BEGIN.search(data) and not _BEGIN_VCARD.match(data):
        return
    reason = _looks_like(data[:512].strip().lower())
    raise NotACalendar(reason)


def _looks_like(head: bytes) -> str:
    if not head:
        return message("the file holds no calendar: it is empty")
    if head.startswith(b"begin:vcard"):
        return message("the file holds no calendar: it is an address card (vCard)")
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head:
        return message("the file holds no calendar: it is a web page (HTML)")
    if head.startswith(b"<"):
        return message("the file holds no calendar: it is XML or HTML")
    if head.startswith((b"{", b"[")):
        return message("the file holds no calendar: it is JSON")
    return message("the file holds no calendar: no line reads BEGIN:VCALENDAR")


def _with_crlf(data: bytes, repairs: set[str]) -> bytes:
    pairs = data.count(b"\r\n")
    if data.count(b"\n") != pairs or data.count(b"\r") != pairs:
        data = _LINE_BREAKS.sub(b"\r\n", data)
        repairs.add("line-ends")
    return data if data.endswith(b"\r\n") else data + b"\r\n"
