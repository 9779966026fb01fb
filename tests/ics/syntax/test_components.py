"""Components: nesting is strict, and a broken file never reads as an empty one."""

from __future__ import annotations

import pytest

from feedserver.ics.syntax.components import parse_components, parse_tree
from feedserver.ics.syntax.limits import Limits
from feedserver.model.errors import NotACalendar, ObjectRefused

EVENT = b"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:a\\, b\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\n"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + EVENT + b"END:VCALENDAR\r\n"


def test_tree_keeps_order_names_and_line_numbers() -> None:
    (calendar,) = parse_components(CALENDAR)
    (event,) = calendar.children
    assert (calendar.name, event.name, event.line_no) == ("VCALENDAR", "VEVENT", 3)
    assert [line.name for line in event.lines] == ["UID", "SUMMARY"]
    assert event.text("SUMMARY") == "a, b"
    assert event.text("LOCATION") is None
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT", "VALARM"]


def test_component_writes_itself_as_it_was_read() -> None:
    assert parse_components(CALENDAR)[0].to_bytes() == CALENDAR


def test_names_of_components_and_properties_are_read_in_any_case() -> None:
    (event,) = parse_tree(b"begin:vevent\nuid:1\nEnd:VEvent\n")
    assert event.name == "VEVENT"
    assert event.text("UID") == "1"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (CALENDAR.replace(b"END:VCALENDAR\r\n", b""), "line 1"),
        (CALENDAR.replace(b"END:VEVENT", b"END:VTODO"), "line 9"),
        (CALENDAR.replace(b"END:VALARM\r\n", b""), "line 8"),
        (CALENDAR + b"END:VEVENT\r\n", "line 11"),
        (b"VERSION:2.0\r\n" + CALENDAR, "line 1"),
        (CALENDAR.replace(b"UID:1", b"UID"), "line 4"),
    ],
)
def test_broken_structure_is_refused_with_its_line_trap_3_and_4(data: bytes, line: str) -> None:
    with pytest.raises(ObjectRefused, match=line):
        parse_components(data)


def test_cr_only_data_is_read_trap_3() -> None:
    assert parse_components(CALENDAR.replace(b"\r\n", b"\r")) == parse_components(CALENDAR)


@pytest.mark.parametrize("data", [b"", b"\r\n", EVENT])
def test_data_without_a_calendar_is_not_an_empty_list(data: bytes) -> None:
    with pytest.raises(NotACalendar):
        parse_components(data)


def test_one_line_is_never_opened_as_a_file_trap_1() -> None:
    with pytest.raises(ObjectRefused, match="colon"):
        parse_components(b"/etc/passwd")


def test_deep_nesting_is_refused_i08() -> None:
    deep = b"".join(b"BEGIN:X%d\r\n" % depth for depth in range(20_000))
    with pytest.raises(ObjectRefused, match="deeper"):
        parse_components(deep)


def test_limits_of_lines_and_properties_hold_i08() -> None:
    with pytest.raises(ObjectRefused, match="longer"):
        parse_components(CALENDAR.replace(b"UID:1", b"UID:" + b"1" * 100), Limits(max_line_bytes=50))
    with pytest.raises(ObjectRefused, match="properties"):
        parse_components(CALENDAR, Limits(max_properties=4))
    with pytest.raises(ObjectRefused, match="components"):
        parse_components(CALENDAR, Limits(max_components=2))


def test_repr_tells_nothing_of_the_content() -> None:
    assert repr(parse_tree(EVENT)[0]) == "Component('VEVENT', 2 lines, 1 children)"
