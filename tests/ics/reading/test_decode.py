"""Bytes of a file: what is a calendar, what is not, and what its text is."""

from __future__ import annotations

import gzip
import time

import pytest

from feedserver.ics.reading.decode import canonical_bytes
from feedserver.ics.syntax.limits import Limits
from feedserver.model.errors import NotACalendar, TooLarge

LIMITS = Limits()
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


def test_good_bytes_stay_as_they_are() -> None:
    assert canonical_bytes(CALENDAR, LIMITS) == (CALENDAR, frozenset())


@pytest.mark.parametrize(
    ("data", "repair"),
    [
        (CALENDAR.replace(b"\r\n", b"\n"), "line-ends"),
        (CALENDAR.replace(b"\r\n", b"\r"), "line-ends"),
        (CALENDAR.replace(b"\r\n", b"\r\r\n"), "line-ends"),
        (CALENDAR.replace(b"\r\n", b"\n", 1), "line-ends"),
        (b"\xef\xbb\xbf" + CALENDAR, "bom"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + CALENDAR, "bom"),
        (CALENDAR.replace(b"2.0", b"2\0.0\0"), "nul-dropped"),
        (CALENDAR.decode().encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + CALENDAR.decode().encode("utf-16-be"), "utf-16"),
        (CALENDAR.decode().encode("utf-16-le"), "utf-16"),
        (CALENDAR.decode().encode("utf-16-be"), "utf-16"),
    ],
)
def test_encoding_and_line_ends_are_repaired_and_named_i09(data: bytes, repair: str) -> None:
    assert canonical_bytes(data, LIMITS) == (CALENDAR, {repair})


def test_missing_last_line_end_is_no_repair() -> None:
    assert canonical_bytes(CALENDAR[:-2], LIMITS) == (CALENDAR, frozenset())


def test_feff_inside_a_text_is_text() -> None:
    data = CALENDAR.replace(b"2.0", b"2.0\xef\xbb\xbf")
    assert canonical_bytes(data, LIMITS) == (data, frozenset())


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"", "empty"),
        (b" \r\n \n", "empty"),
        (gzip.compress(CALENDAR, mtime=0), "gzip"),
        (b"PK\x03\x04....", "zip"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "HTML"),
        (b"\n\n<html>BEGIN:VCALENDAR</html>", "HTML"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'{"error": "not found"}', "JSON"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "vCard"),
        (b"hello", "BEGIN:VCALENDAR"),
        (b"/etc/passwd", "BEGIN:VCALENDAR"),
        (b"\xff\xfe\x00\x00B\x00\x00\x00", "UTF-32"),
        (b"\xff\xfe\x00\xd8\x00", "UTF-16"),
    ],
)
def test_what_is_no_calendar_is_named_i15_trap_1(data: bytes, looks_like: str) -> None:
    with pytest.raises(NotACalendar, match=looks_like):
        canonical_bytes(data, LIMITS)


def test_file_over_the_limit_is_refused_i01() -> None:
    with pytest.raises(TooLarge, match="max_import_bytes"):
        canonical_bytes(CALENDAR, Limits(max_import_bytes=10))


def test_run_of_carriage_returns_costs_no_square_i08() -> None:
    before = time.process_time()
    canonical_bytes(CALENDAR + b"\r" * 3_000_000, LIMITS)
    assert time.process_time() - before < 5
