"""What shows of a component at which level: allow-lists, the CLASS ceiling, and nothing that leads astray."""

from __future__ import annotations

import pytest

from feedserver.ics.showing.redact import BUSY_SLOT, NO_TITLE_SLOT, redact, redact_all
from feedserver.ics.syntax.components import Component, parse_components
from feedserver.model.share import DetailLevel
from tests.builders import an_event, an_ics

BUSY, TITLES, DETAILS, FULL = DetailLevel


def component(*lines: str, summary: str = "Board meeting") -> Component:
    return parse_components(an_ics(an_event("one", summary, *lines)).encode())[0].children[0]


def shown(level: DetailLevel, *lines: str, summary: str = "Board meeting") -> dict[str, str]:
    found = redact(component(*lines, summary=summary), level)
    assert found is not None
    return {line.name: line.value for line in found}


EVERYTHING = (
    "LOCATION:Room 1",
    "GEO:48.1;11.5",
    "STATUS:TENTATIVE",
    "DESCRIPTION:Agenda",
    "URL:https://example.com/a",
    "CATEGORIES:Work",
    "CATEGORIES:Team\\, inner",
    "COLOR:turquoise",
    "PRIORITY:3",
    "CREATED:20260101T000000Z",
    "ORGANIZER;CN=Ann:mailto:ann@example.com",
    "ATTENDEE:mailto:bob@example.com",
    "ATTACH:https://example.com/a.pdf",
    "CONTACT:Carl",
    "X-COST-CENTRE:4711",
    "RELATED-TO:other-uid",
    "REQUEST-STATUS:2.0;Success",
    "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM",
)


def test_busy_shows_times_only() -> None:
    """F72, Z16."""
    assert shown(BUSY, *EVERYTHING) == {
        "SUMMARY": BUSY_SLOT, "TRANSP": "OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS": "BUSY",
    }  # fmt: skip


def test_each_level_adds_what_it_names() -> None:
    titles, details, full = (set(shown(level, *EVERYTHING)) for level in (TITLES, DETAILS, FULL))
    assert titles == {"SUMMARY", "LOCATION", "GEO", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"}
    assert details - titles == {"DESCRIPTION", "URL", "CATEGORIES", "COLOR", "PRIORITY", "CREATED"}
    assert full - details == {"ORGANIZER", "ATTENDEE", "ATTACH", "CONTACT", "X-COST-CENTRE"}


def test_f74_f75_f76_people_attachments_and_alarms_are_absent_below_full() -> None:
    """F74, F75, F76; alarms are absent at full, too."""
    for level in DetailLevel:
        text = "\n".join(f"{line.name}:{line.value}" for line in redact(component(*EVERYTHING), level) or [])
        assert "VALARM" not in text
        assert ("ORGANIZER" in text) is ("ATTACH" in text) is (level is FULL)


@pytest.mark.parametrize("private", ["CLASS:PRIVATE", "CLASS:CONFIDENTIAL", "CLASS:X-MINE", "CLASS;X=1:private"])
@pytest.mark.parametrize("level", DetailLevel)
def test_f71_a_private_event_is_a_busy_block_at_every_level(private: str, level: DetailLevel) -> None:
    """F71, Z15."""
    assert redact(component(*EVERYTHING, private), level) == redact(component(), BUSY)


@pytest.mark.parametrize(("own", "masters"), [("PUBLIC", "PRIVATE"), ("PRIVATE", "PUBLIC")])
def test_f71_of_an_override_and_its_master_the_stricter_class_wins(own: str, masters: str) -> None:
    """F71, Z15."""
    found = redact(component(f"CLASS:{own}"), FULL, master=component(f"CLASS:{masters}"))
    assert found == redact(component(), BUSY)


def test_f71_class_is_never_emitted() -> None:
    """F71."""
    assert "CLASS" not in shown(FULL, "CLASS:PUBLIC")


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_what_takes_no_time_shows_no_busy_block(line: str) -> None:
    assert redact(component(line), BUSY) is None
    assert redact(component(line, "CLASS:PRIVATE"), FULL) is None
    assert redact(component(line), TITLES) is not None


@pytest.mark.parametrize(
    ("lines", "transp", "status"),
    [
        ((), "OPAQUE", "BUSY"),
        (("TRANSP:TRANSPARENT",), "TRANSPARENT", "FREE"),
        (("STATUS:TENTATIVE",), "OPAQUE", "TENTATIVE"),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), "OPAQUE", "OOF"),
        (("TRANSP:maybe", "X-MICROSOFT-CDO-BUSYSTATUS:odd", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"), "OPAQUE", "BUSY"),
    ],
)
def test_f69_transp_is_always_there_and_outlooks_status_matches(
    lines: tuple[str, ...], transp: str, status: str
) -> None:
    """F69; and no X-MICROSOFT-CDO-ALLDAYEVENT."""
    found = shown(FULL, *lines)
    assert (found["TRANSP"], found["X-MICROSOFT-CDO-BUSYSTATUS"]) == (transp, status)
    assert "X-MICROSOFT-CDO-ALLDAYEVENT" not in found


@pytest.mark.parametrize(("value", "expected"), [("confirmed", "CONFIRMED"), ("NEEDS-ACTION", None), ("", None)])
def test_f70_status_is_one_of_three_or_absent(value: str, expected: str | None) -> None:
    """F70."""
    assert shown(FULL, f"STATUS:{value}").get("STATUS") == expected


@pytest.mark.parametrize("summary", ["", "  ", "\\n"])
def test_f81_an_untitled_event_gets_the_localised_title(summary: str) -> None:
    """F81."""
    assert shown(TITLES, summary=summary)["SUMMARY"] == NO_TITLE_SLOT


def test_f77_text_is_escaped_whatever_the_source_did() -> None:
    """F77."""
    found = shown(DETAILS, "DESCRIPTION:one; two, three\\Nfour \\x", "CATEGORIES:a,b\\,c;d", summary="R;D\\, team")
    assert found["SUMMARY"] == "R\\;D\\, team"
    assert found["DESCRIPTION"] == "one\\; two\\, three\\nfour x"
    assert found["CATEGORIES"] == "a,b\\,c\\;d"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "smb://host/x", "data:text/html,x", "https://", "http://a b"]
)
def test_f77_url_is_a_web_address_or_absent(url: str) -> None:
    """F77, Z16."""
    assert "URL" not in shown(FULL, f"URL:{url}")


@pytest.mark.parametrize(
    "line",
    [
        "ATTACH:file:///etc/passwd",
        "ATTACH;ENCODING=BASE64;VALUE=BINARY:SGVsbG8=",
        "IMAGE;VALUE=URI:data:image/png\\,x",
        "IMAGE;VALUE=BINARY;ENCODING=BASE64:SGVsbG8=",
        "CONFERENCE;VALUE=URI:javascript:alert(1)",
        "X-THING: JavaScript:alert(1)",
        "X-PICTURE;ENCODING=BASE64:SGVsbG8=",
        "X-WHEN;TZID=Custom:20260101T000000",
        "LINK;VALUE=URI:https://example.com",
        "UNHEARD-OF:x",
    ],
)
def test_f76_f78_full_passes_nothing_inline_unknown_or_astray(line: str) -> None:
    """F76, F78, F79, Z16."""
    assert shown(FULL, line) == shown(FULL)


def test_f78_conference_and_image_say_their_type_and_the_link_is_the_url() -> None:
    """F78."""
    lines = (
        "CONFERENCE;FEATURE=VIDEO:https://meet.example.com/1",
        "IMAGE;VALUE=URI;DISPLAY=BADGE:https://a.example/b.png",
    )
    found = {line.name: line for line in redact(component(*lines), FULL) or []}
    assert found["CONFERENCE"].param("VALUE") == found["IMAGE"].param("VALUE") == "URI"
    assert found["URL"].value == "https://meet.example.com/1"
    assert "CONFERENCE" not in shown(DETAILS, *lines)
    assert shown(FULL, *lines, "URL:https://own.example")["URL"] == "https://own.example"


def test_f79_nested_components_show_at_full_alone_and_without_their_uid() -> None:
    """F79."""
    nested = (
        "BEGIN:PARTICIPANT\r\nUID:secret-uid\r\nDESCRIPTION:Speaker\r\nBEGIN:VALARM\r\nEND:VALARM\r\nEND:PARTICIPANT"
    )
    values = [line.value for line in redact(component(nested), FULL) or []]
    assert ("PARTICIPANT" in values, "Speaker" in values, "VALARM" in values) == (True, True, False)
    assert not any("secret-uid" in value for value in values)
    assert not any("Speaker" in line.value for line in redact(component(nested), DETAILS) or [])


def test_parameters_below_full_are_the_language_alone() -> None:
    line = 'LOCATION;LANGUAGE=de;ALTREP="http://x.example/a";X-UID=4711:Saal'
    [location] = [found for found in redact(component(line), TITLES) or [] if found.name == "LOCATION"]
    assert location.params == (("LANGUAGE", ("de",)),)


def test_f37_no_control_character_survives_so_that_no_value_can_hold_a_slot() -> None:
    """F37."""
    part = component("X-A;P=q:z", "LOCATION:x")
    part.lines = [
        line._replace(value=f"{line.value}\x00\x01\x02\x03\x7f\x85\u2028!", params=(("P", ("\x00q",)),))
        if line.name in {"X-A", "LOCATION", "SUMMARY"} else line
        for line in part.lines
    ]  # fmt: skip
    found = {line.name: line for line in redact(part, FULL) or []}
    assert found["SUMMARY"].value == "Board meeting !"
    assert found["X-A"] == ("X-A", (("P", ("q",)),), "z !")


def test_all_levels_at_once_are_the_same_as_one_by_one() -> None:
    part = component(*EVERYTHING)
    assert redact_all(part) == {level: redact(part, level) for level in DetailLevel}
