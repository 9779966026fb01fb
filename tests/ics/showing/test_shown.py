"""Occurrences for pages show what feeds show: the same redaction, the same instances."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from feedserver.ics.reading.ingest import ParsedObject, read_file
from feedserver.ics.recurring.occurrences import series_of
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.showing.rendition import render_window
from feedserver.ics.showing.shown import Shown, shown_between
from feedserver.ics.showing.slots import SlotWords, fill
from feedserver.ics.showing.words import WORDS
from feedserver.model.errors import ObjectRefused
from feedserver.model.share import DetailLevel
from tests.builders import an_event, an_ics
from tests.corpus_feeds import STAMPS, CorpusFile, corpus_files, objects_of

JULY, AUGUST = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)


def parsed(*lines: str, start: str = "20260710T100000Z") -> ParsedObject:
    (obj,) = read_file(an_ics(an_event("one", "Meeting", *lines, start=start)).encode()).objects("Europe/Berlin")
    assert isinstance(obj, ParsedObject)
    return obj


def shown(obj: ParsedObject, level: DetailLevel) -> list[Shown]:
    return shown_between(obj, level, JULY, AUGUST, words=WORDS["en"], budget=Budget())


def test_busy_shows_the_word_and_nothing_else() -> None:
    (one,) = shown(parsed("LOCATION:Room 1", "DESCRIPTION:Secret", "URL:https://example.org"), DetailLevel.BUSY)
    assert (one.text.title, one.text.place, one.text.description, one.text.link) == ("Busy", "", "", "")


def test_titles_shows_place_and_no_description() -> None:
    (one,) = shown(parsed("LOCATION:Room 1\\, left", "DESCRIPTION:Secret"), DetailLevel.TITLES)
    assert (one.text.title, one.text.place, one.text.description) == ("Meeting", "Room 1, left", "")


def test_details_shows_categories_and_link() -> None:
    (one,) = shown(parsed("CATEGORIES:a\\,b,c", "URL:https://example.org/x"), DetailLevel.DETAILS)
    assert one.text.categories == ("a,b", "c")
    assert one.text.link == "https://example.org/x"


@pytest.mark.parametrize("level", list(DetailLevel))
def test_z15_private_override_of_a_public_series_is_a_busy_block(level: DetailLevel) -> None:
    events = an_event("one", "Meeting", "RRULE:FREQ=DAILY;COUNT=2", start="20260710T100000Z") + an_event(
        "one", "Doctor", "RECURRENCE-ID:20260711T100000Z", "CLASS:PRIVATE", start="20260711T120000Z"
    )
    (obj,) = read_file(an_ics(events).encode()).objects("UTC")
    assert isinstance(obj, ParsedObject)
    first, second = shown(obj, level)
    assert second.text.title == "Busy"
    assert second.instance == "20260711T100000Z"
    assert first.text.title == ("Busy" if level is DetailLevel.BUSY else "Meeting")


def test_instance_is_spelled_in_the_zone_of_the_rule() -> None:
    event = an_event("one", "Meeting", "RRULE:FREQ=WEEKLY;COUNT=1").replace(
        "DTSTART:20261124T100000Z", "DTSTART;TZID=Europe/Berlin:20260710T100000"
    )
    (obj,) = read_file(an_ics(event).encode()).objects("UTC")
    assert isinstance(obj, ParsedObject)
    assert [one.instance for one in shown(obj, DetailLevel.FULL)] == ["20260710T100000"]


def test_corpus_shows_on_pages_what_windowed_feeds_show(corpus_dir: Path) -> None:
    compared = 0
    for file in corpus_files(corpus_dir):
        for obj in objects_of(file.path):
            for level in (DetailLevel.BUSY, DetailLevel.DETAILS):
                pair = _both(obj, level)
                if pair is None:
                    continue
                assert pair[0] == pair[1], (file.name, obj.uid, level)
                compared += bool(pair[0])
    assert compared > 500


DEVIATIONS = {
    "ruby-icalendar/recurrence.ics": "DTEND equals an all-day DTSTART: it lasts one day (F61), engines give it none",
}
"""Corpus file -> why a page shows something else than the engines agree on."""


def test_pages_show_the_occurrences_that_three_engines_agree_on(corpus_dir: Path) -> None:
    """recurring-ical-events and ical.js among them; floating times are read in UTC, as the expectations have them."""
    files = [file for file in corpus_files(corpus_dir) if file.expected is not None]
    wrong = {file.name for file in files if _on_page(file) != _agreed(file)}
    assert len(files) > 100
    assert wrong == DEVIATIONS.keys()


def _on_page(file: CorpusFile) -> list[tuple[str, str]]:
    assert file.expected is not None
    first, last = (datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) for day in file.expected["window"])
    data = re.sub(rb"(?im)^X-WR-TIMEZONE.*\r?\n", b"", file.path.read_bytes())
    events = [obj for obj in read_file(data).objects("UTC") if isinstance(obj, ParsedObject)]
    found = [
        one
        for obj in events
        for one in shown_between(obj, DetailLevel.FULL, first, last, words=WORDS["en"], budget=Budget())
    ]
    spans = sorted((_text(one.start), _text(one.end)) for one in found if _text(one.start)[:8] >= f"{first:%Y%m%d}")
    return spans[: len(file.expected["occurrences"])] if file.expected["truncated"] else spans


def _agreed(file: CorpusFile) -> list[tuple[str, str]]:
    assert file.expected is not None
    return sorted((_as_utc(one["start"]), _as_utc(one["end"])) for one in file.expected["occurrences"])


def _text(value: date) -> str:
    return f"{value:%Y%m%dT%H%M%SZ}" if isinstance(value, datetime) else f"{value:%Y%m%d}"


def _as_utc(text: str) -> str:
    return text if len(text) == len("YYYYMMDD") or text.endswith("Z") else text + "Z"


def _both(obj: ParsedObject, level: DetailLevel) -> tuple[Counter[object], Counter[object]] | None:
    """What both show in the 90 days around the start; None where both refuse, or there is more than a feed writes."""
    try:
        series = series_of(obj)
        first = series.master or next(iter(series.overrides.values()))
        bounds = (first.timing.start.at - timedelta(days=30), first.timing.start.at + timedelta(days=60))
        rendition = render_window(obj, level, *bounds)
        found = shown_between(obj, level, *bounds, words=WORDS["en"], budget=Budget())
    except (ObjectRefused, OverflowError):
        return None
    if len(found) > 100:
        return None
    body = fill(rendition.body, uid=b"u", stamps=STAMPS, words=SlotWords.of(WORDS["en"]))
    calendar = icalendar.Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + body + b"END:VCALENDAR\r\n")
    emitted = Counter(
        (_in_utc(event["DTSTART"].dt), str(event["SUMMARY"]), str(event.get("LOCATION", "")), str(event["UID"]))
        for event in calendar.walk("VEVENT")
    )
    on_pages = Counter((one.start, one.text.title, one.text.place, f"u{one.suffix}") for one in found)
    return Counter[object](on_pages), Counter[object](emitted)


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
