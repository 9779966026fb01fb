"""Whatever the corpus holds: renditions show the same time as their source, leak nothing, and load everywhere."""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream

from feedserver.ics.feeds.freebusy import BusyPeriod, busy_periods, merged
from feedserver.ics.feeds.head import TAIL, FeedHead, head
from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.recurring.occurrences import occurrences, series_of
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.showing.redact import redact_all
from feedserver.ics.showing.rendition import render
from feedserver.ics.showing.slots import SlotWords, fill
from feedserver.ics.showing.words import WORDS
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine, unfold
from feedserver.model.calendar_object import Rendition
from feedserver.model.share import DetailLevel
from tests.builders import NOON
from tests.corpus_feeds import STAMPS, corpus_files, feed_of, objects_of

HOME = "Europe/Berlin"
TOO_DENSE = {"ical.net/Minutely1.ics"}
"""Every minute for ever: no engine lists its windows."""
HEAD = FeedHead(calendar_id="c" * 32, name="Corpus", modified_at=NOON, refresh=timedelta(hours=1), has_method=False)

Range = tuple[datetime, datetime]


@dataclass(frozen=True)
class Rendered:
    file: str
    obj: ParsedObject
    renditions: dict[DetailLevel, Rendition]


@cache
def rendered(corpus_dir: Path) -> list[Rendered]:
    """Every event of the corpus that can be kept. All of them can be rendered."""
    return [
        Rendered(file.name, obj, render(obj, NOON).renditions)
        for file in corpus_files(corpus_dir)
        for obj in objects_of(file.path, HOME)
    ]


def filled(rendition: Rendition) -> bytes:
    body = fill(rendition.body, uid=b"u" * 32, stamps=STAMPS, words=SlotWords.of(WORDS["en"]))
    return head(HEAD, rendition.tzids) + body + TAIL


# --- the same time ---------------------------------------------------------------------------------------------


def test_what_is_emitted_happens_when_the_source_does(corpus_dir: Path) -> None:
    """icalendar and recurring-ical-events, which read nothing but the feed, find our occurrences at each level."""
    seen = 0
    for each in rendered(corpus_dir):
        if each.file in TOO_DENSE:
            continue
        for level in (DetailLevel.BUSY, DetailLevel.FULL):
            for window in windows(each.obj):
                assert emitted(each.renditions[level], window) == expected(each.obj, level, window), each.file
                seen += 1
    assert seen > 4_000


def test_f72_busy_time_is_exactly_that_of_the_source(corpus_dir: Path) -> None:
    """F72."""
    for each in rendered(corpus_dir):
        if each.file in TOO_DENSE:
            continue
        for start, end in windows(each.obj):
            source = merged(busy_periods(each.obj, start, end, budget=Budget()))
            shown = (_period(*span) for span in emitted(each.renditions[DetailLevel.BUSY], (start, end)))
            cut = [BusyPeriod(max(a, start), min(b, end)) for a, b in shown if a < b]
            assert merged(cut) == source, each.file


def windows(obj: ParsedObject) -> list[Range]:
    """Around its start, and around the present."""
    series = series_of(obj)
    first = series.master or next(iter(series.overrides.values()))
    start = first.timing.start.at
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return [(start - timedelta(days=30), start + timedelta(days=120)), (now, now + timedelta(days=60))]


def expected(obj: ParsedObject, level: DetailLevel, window: Range) -> list[tuple[date, date]]:
    series = series_of(obj)
    master = obj.components[0] if series.master else None
    shows = [redact_all(part, master=master)[level] is not None for part in obj.components]
    found = occurrences(obj, *window, budget=Budget())
    return sorted(((o.start, o.end) for o in found if shows[o.component_index]), key=str)


def emitted(rendition: Rendition, window: Range) -> list[tuple[date, date]]:
    if not rendition.body:
        return []
    margin = timedelta(days=2)
    calendar = icalendar.Calendar.from_ical(filled(rendition))
    events = recurring_ical_events.of(calendar).between(window[0] - margin, window[1] + margin)
    spans = [tuple(_in_utc(event[name].dt) for name in ("DTSTART", "DTEND")) for event in events]
    return sorted(((start, end) for start, end in spans if _overlaps(start, end, window)), key=str)


def _in_utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _period(start: date, end: date) -> tuple[datetime, datetime]:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return start, end
    first, last = (datetime.combine(day, time(), ZoneInfo(HOME)).astimezone(UTC) for day in (start, end))
    return first, last


def _overlaps(start: date, end: date, window: Range) -> bool:
    first, last = _period(start, end)
    return window[0] <= first < window[1] if first == last else first < window[1] and last > window[0]


# --- nothing hidden --------------------------------------------------------------------------------------------

TIMES = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"}
SHOWN = {
    DetailLevel.BUSY: set[str](),
    DetailLevel.TITLES: {"SUMMARY", "LOCATION", "GEO", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"},
}
SHOWN[DetailLevel.DETAILS] = SHOWN[DetailLevel.TITLES] | {
    "DESCRIPTION", "URL", "CATEGORIES", "COLOR", "PRIORITY", "CREATED",
}  # fmt: skip
HIDDEN_AT_FULL = {"UID", "RELATED-TO", "REQUEST-STATUS", "CLASS", "LAST-MODIFIED", "DTSTAMP", "SEQUENCE"}
"""`full` shows everything else but alarms."""
_WORD = re.compile(r"[^\W\d_][\w-]{3,}")
_HEX = re.compile(r"[0-9a-f-]{1,12}")


def test_f71_f72_no_hidden_word_occurs_in_a_rendition_raw_or_encoded(corpus_dir: Path) -> None:
    """F71, F72, Z15, Z16: private events at every level, hidden properties, parameters and alarms at each."""
    own = filled(Rendition(body=b"")).decode() + " ".join(OWN_WORDS)
    checked = 0
    for each in rendered(corpus_dir):
        for level, rendition in each.renditions.items():
            hidden, shown = divide(each.obj, level)
            public = " ".join([own, *shown, *rendition.tzids])
            secret = {word for word in hidden if word not in public}
            text = b"".join(line + b"\n" for _, line in unfold(rendition.body))
            present = {word for word in secret if any(form in text for form in encodings(word))}
            checked += len(secret)
            assert not present, (each.file, level, present)
    assert checked > 20_000


OWN_WORDS = (
    "BEGIN VEVENT UID DTSTART DTEND VALUE DATE TZID RRULE EXDATE RECURRENCE-ID DURATION SUMMARY TRANSP OPAQUE",
    "TRANSPARENT",
    "X-MICROSOFT-CDO-BUSYSTATUS BUSY FREE TENTATIVE FREQ COUNT UNTIL INTERVAL BYDAY BYMONTH BYMONTHDAY BYSETPOS WKST",
    "BYHOUR BYMINUTE BYSECOND BYWEEKNO BYYEARDAY YEARLY MONTHLY WEEKLY DAILY HOURLY MINUTELY LANGUAGE LOCATION STATUS",
    "DESCRIPTION CATEGORIES PRIORITY CREATED COLOR CONFIRMED CANCELLED ORGANIZER ATTENDEE ATTACH CONTACT COMMENT",
    "RESOURCES IMAGE CONFERENCE",
)  # fmt: skip
"""What the program itself writes."""


def divide(obj: ParsedObject, level: DetailLevel) -> tuple[set[str], set[str]]:
    """The words of what is hidden at a level, and of what may show."""
    hidden: set[str] = set()
    shown: set[str] = set()
    masters = [part for part in obj.components if part.first("RECURRENCE-ID") is None]
    for part in obj.components:
        is_private = any(line.value.upper() != "PUBLIC" for each in [part, *masters] for line in each.all("CLASS"))
        for line, is_own in lines_of(part):
            if line.name in TIMES and is_own:
                shown |= words(line.value)
                continue
            may_show = (
                not is_private
                and is_own
                and (line.name not in HIDDEN_AT_FULL if level is DetailLevel.FULL else line.name in SHOWN[level])
            )
            (shown if may_show else hidden).update(words(line.value))
            params = words(" ".join(value for _, values in line.params for value in values))
            (shown if may_show and level is DetailLevel.FULL else hidden).update(params)
            if may_show:
                shown |= words(line.param("LANGUAGE") or "")
    return hidden, shown


def lines_of(part: Component) -> Iterator[tuple[ContentLine, bool]]:
    """Each line, and whether `full` may show it: not in alarms."""
    for line in part.lines:
        yield line, True
    for child in part.children:
        for below in child.walk():
            for line in below.lines:
                yield line, child.name != "VALARM"


def words(text: str) -> set[str]:
    """Words that say something: four letters at least, and not to be taken for digits of an identifier."""
    found = {match.strip("-") for match in _WORD.findall(text.replace("\\n", " ").replace("\\N", " "))}
    return {word for word in found if not _HEX.fullmatch(word.lower())}


def encodings(word: str) -> set[bytes]:
    raw = word.encode()
    aligned = {base64.b64encode(b" " * pad + raw)[-(-8 * pad // 6) : (8 * (pad + len(raw))) // 6] for pad in range(3)}
    others = {raw.hex().encode(), raw.hex().upper().encode(), quopri.encodestring(raw, quotetabs=True)}
    return {raw, quote(word).encode(), *others, *(form for form in aligned if len(form) > 4)}


# --- loads everywhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", DetailLevel)
def test_every_corpus_feed_loads_strictly_in_icalendar_and_allenporters_ical(
    corpus_dir: Path, level: DetailLevel
) -> None:
    """F37, F39, F61, F62, F82: what Home Assistant's parser refuses, it refuses as a whole feed."""
    for file in corpus_files(corpus_dir):
        feed = feed_of(objects_of(file.path, HOME), level)
        assert not icalendar.Calendar.from_ical(feed).errors
        IcsCalendarStream.calendar_from_ics(feed.decode())


@pytest.mark.parametrize("level", DetailLevel)
def test_f40_libical_finds_no_fault_but_that_people_are_published(corpus_dir: Path, level: DetailLevel) -> None:
    """F40: with METHOD:PUBLISH RFC 5546 wants an ORGANIZER, which a feed does not tell, and at full no ATTENDEE."""
    libical = load_libical()
    for file in corpus_files(corpus_dir):
        faults = libical_faults(libical, feed_of(objects_of(file.path, HOME), level))
        known = "(?:ORGANIZER|ATTENDEE)" if level is DetailLevel.FULL else "ORGANIZER"
        assert [fault for fault in faults if not re.search(f"INVALID-ITIP.*{known} property", fault)] == [], file.name


def load_libical() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(ctypes.util.find_library("ical") or "libical.so.3")
    except OSError:
        pytest.fail("libical is absent: `make test` installs it (Debian: libical3)")
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalrestriction_check.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.restype = ctypes.c_char_p
    library.icalcomponent_free.argtypes = [ctypes.c_void_p]
    library.icalcomponent_free.restype = None
    return library


def libical_faults(library: ctypes.CDLL, feed: bytes) -> set[str]:
    """The X-LIC-ERRORs of parsing and of the restriction check."""
    component = library.icalparser_parse_string(feed)
    library.icalrestriction_check(component)
    text = library.icalcomponent_as_ical_string(component)
    library.icalcomponent_free(component)
    return {line.decode() for _, line in unfold(text) if line.startswith(b"X-LIC-ERROR")}


# --- the form --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", DetailLevel)
def test_the_form_of_every_corpus_rendition_is_the_contracts(corpus_dir: Path, level: DetailLevel) -> None:
    """F37, F38, F47, F49, F56, F57, F58, F61, F62, F65, F66, F69, F70, F81, F82."""
    for each in rendered(corpus_dir):
        rendition = each.renditions[level]
        assert all(len(line) <= 75 for line in rendition.body.split(b"\r\n"))
        assert not re.search(rb"[\x04-\x08\x0b\x0c\x0e-\x1f\x7f]|[^\r]\n|\r[^\n]", rendition.body)
        text = rendition.body.decode().replace("\r\n ", "").replace("\x01", "\x01\r\n")
        events = text.split("BEGIN:VEVENT\r\n")[1:]
        assert used_tzids(events) == set(rendition.tzids)
        seen: set[str] = set()
        for event in events:
            check_event(event, seen)


def used_tzids(events: list[str]) -> set[str]:
    return {name for event in events for name in re.findall(r"(?m)^(?:DT|EX|REC)[A-Z-]+;TZID=([^:]+):", event)}


def check_event(event: str, seen: set[str]) -> None:
    uid, stamps, *own = event.split("\r\n")
    assert re.fullmatch("UID:\x00(?:-[0-9a-f]{12})?", uid)
    assert stamps == "\x01"
    names = [re.match(r"[A-Z0-9-]*", line)[0] for line in own]  # type: ignore[index]
    values = dict(zip(names, own, strict=True))
    assert (names.count("DTSTART"), names.count("DTEND") + names.count("DURATION")) == (1, 1)
    assert {"SUMMARY", "X-MICROSOFT-CDO-BUSYSTATUS"} <= set(names)
    assert values["TRANSP"] in {"TRANSP:OPAQUE", "TRANSP:TRANSPARENT"}
    assert names.count("RRULE") <= 1
    assert not {"CLASS", "RDATE", "EXRULE", "VALARM"} & set(names)
    for line in own:
        if re.match("DTSTART|DTEND|EXDATE|RECURRENCE-ID", line):
            assert re.fullmatch(r"[A-Z-]+(;VALUE=DATE:\d{8}|:\d{8}T\d{6}Z|;TZID=[^:;]+:\d{8}T\d{6})", line)
    is_override = "RECURRENCE-ID" in names
    assert is_override is (uid in seen), "the master first, its overrides behind it"
    seen.add(uid)
