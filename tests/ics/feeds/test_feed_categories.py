"""The categories that a feed tells, read from its bytes."""

from __future__ import annotations

from feedserver.ics.feeds.categories import categories_of
from feedserver.ics.syntax.lines import format_line


def a_feed(*lines: bytes) -> bytes:
    return b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n" + b"".join(lines) + b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def test_each_once_however_capitalised_in_the_order_of_the_alphabet() -> None:
    feed = a_feed(b"CATEGORIES:work,Team\r\n", b'CATEGORIES;LANGUAGE=en;X-BY="a: b":Work, team ,,Ask\\, then tell\r\n')
    assert categories_of(feed) == ("Ask, then tell", "Team", "Work")


def test_a_folded_line_is_one_line_even_inside_a_character() -> None:
    names = [f"Übung {number:02} ü" for number in range(20)]
    line = format_line("CATEGORIES", (), ",".join(names))
    assert b"\r\n " in line
    assert categories_of(a_feed(line)) == tuple(sorted(names))


def test_what_only_looks_like_the_property_is_none() -> None:
    assert categories_of(a_feed(b"DESCRIPTION:see\\nCATEGORIES:no\r\n", b"X-CATEGORIES:no\r\n")) == ()
    assert categories_of(b"") == ()
