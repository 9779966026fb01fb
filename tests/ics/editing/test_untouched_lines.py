"""Whatever a form does not know, and whatever it knows and nobody changed, keeps its bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedserver.ics.editing import edits
from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.describing import fields_of
from feedserver.ics.editing.object_text import ObjectText
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.syntax.lines import unfold
from feedserver.model.appointment import Scope
from feedserver.model.errors import ObjectRefused
from tests.builders import NOON
from tests.corpus_feeds import corpus_files, objects_of
from tests.ics.editing.opened import changed, lines, opened, vevent

STAMPS = (b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE")
TITLES = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n,;\\"^✨'), min_size=1, max_size=90
)


@pytest.fixture(scope="session")
def corpus(corpus_dir: Path) -> list[StoredEvent]:
    """Every event of the corpus as it is stored."""
    found = [one for file in corpus_files(corpus_dir) for one in objects_of(file.path, "Europe/Berlin")]
    return [StoredEvent(one.data, timezone="Europe/Berlin") for one in found if len(one.data) < 200_000]


def logical(data: bytes) -> list[bytes]:
    return [line for _, line in unfold(data) if not line.startswith(STAMPS)]


def test_every_event_of_the_corpus_is_cut_into_its_lines_and_back(corpus: list[StoredEvent]) -> None:
    assert len(corpus) > 500
    for event in corpus:
        assert ObjectText(event.data).to_bytes() == event.data


def test_fields_as_they_are_shown_change_nothing(corpus: list[StoredEvent]) -> None:
    for event in corpus:
        assert edits.change(event, None, Scope.ALL, fields_of(event, None), uid="x", now=NOON) is None
        instance = event.first_instance
        if instance is not None:
            shown = fields_of(event, event.key_of(instance))
            assert edits.change(event, instance, Scope.THIS, shown, uid="x", now=NOON) is None


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_changed_title_touches_no_other_line(corpus: list[StoredEvent], data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(corpus))
    title = data.draw(TITLES.filter(lambda text: text.strip()))
    shown = fields_of(event, None)
    edited = edits.change(event, None, Scope.ALL, replace(shown, title=title), uid="x", now=NOON)
    if edited is None:
        assert shown.title.strip() == title.strip()
        return
    again = event.reopened(edited.data)
    assert not again.parsed.repairs
    assert fields_of(again, None) == replace(shown, title=title.strip())
    before, after = logical(event.data), logical(edited.data)
    touched = [line for line in after if line not in before]
    assert all(line.upper().startswith(b"SUMMARY") for line in touched)
    assert [line for line in before if not line.upper().startswith(b"SUMMARY")] == [
        line for line in after if not line.upper().startswith(b"SUMMARY")
    ]


def test_changed_title_keeps_physical_lines_however_they_are_folded() -> None:
    strange = (
        "DTSTART;TZID=Europe/Berlin:20261124T100000",
        "DURATION:PT1H",
        'ATTENDEE;CN="Müller, \r\n Anna";X-A="a;b:c";ROLE=REQ-PARTI\r\n CIPANT:mailto:anna@example.org',
        'X-FOREIGN;X-P=1,"2,3":a\\,b\\;c',
        "x-lower:stays lower",
        "SUMMARY;LANGUAGE=de:Bespre\r\n chung",
        "ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA\r\n\tBBBB",
        "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:DISPLAY\r\nDESCRIPTION:Now\r\nX-SUMMARY:a\r\n b\r\nEND:VALARM",
    )
    event = opened(vevent(*strange))
    after, _ = changed(event, title="Other")
    assert "SUMMARY;LANGUAGE=de:Other" in lines(after)
    assert [line for line in lines(after) if line != "SUMMARY;LANGUAGE=de:Other"] == [
        line for line in lines(event) if line not in ("SUMMARY;LANGUAGE=de:Bespre", " chung")
    ]


def test_repairs_of_reading_are_no_change() -> None:
    event = opened(vevent("DTSTART:20261124T100000Z", "SUMMARY:A"))
    raw = event.data.replace(b"PRODID:-//test//test//EN\r\n", b"")
    mended = StoredEvent(raw, timezone="Europe/Berlin")
    assert edits.change(mended, None, Scope.ALL, fields_of(mended, None), uid="x", now=NOON) is None


def test_component_is_put_together_again_whatever_stands_in_it() -> None:
    raw = b"BEGIN:VEVENT\r\nUID:1\r\nBEGIN:VALARM\r\nUID:2\r\nEND:VALARM\r\nX-LATE:1\r\nEND:VEVENT\r\n"
    text = ComponentText(raw)
    assert text.to_bytes() == raw
    assert [line.name for line in text.lines] == ["UID", "X-LATE"]
    text.remove("UID")
    assert text.to_bytes() == raw.replace(b"UID:1\r\n", b"")


def test_refused_data_is_no_event() -> None:
    with pytest.raises(ObjectRefused):
        StoredEvent(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", timezone="UTC")
