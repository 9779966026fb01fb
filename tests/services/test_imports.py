"""Imports: what is kept, what is refused, and that doing it again changes nothing."""

from __future__ import annotations

import asyncio

import pytest

from feedserver.ics.syntax.limits import Limits
from feedserver.model.collection import Collection
from feedserver.model.errors import NotACalendar, NotFound, TooLarge
from feedserver.model.report import ImportReport
from feedserver.services import imports
from feedserver.services.calendars import CalendarService
from feedserver.services.objects import draft_of
from feedserver.services.renewal import Renewal
from feedserver.services.sources import Source
from feedserver.storage import collections, objects
from feedserver.storage.engine import Database
from feedserver.storage.upkeep import count_objects
from tests.builders import StoppedClock, an_event, an_ics
from tests.premises import Premises


@pytest.fixture
async def work(premises: Premises) -> Collection:
    return await premises.calendars.add(name="Work")


def _source(*events: str, name: str = "") -> Source:
    data = an_ics(*events).encode()
    return Source(name=name, read=lambda: data)


def _raw(data: bytes, name: str = "") -> Source:
    return Source(name=name, read=lambda: data)


def _counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.imported, report.updated, report.unchanged, report.refused


async def _etags(premises: Premises, calendar: Collection) -> dict[str, tuple[str, int]]:
    async with premises.db.read() as tx:
        return {o.uid: (o.etag, o.seq) async for batch in objects.read_all(tx, calendar.id) for o in batch}


async def test_new_objects_are_imported(premises: Premises, work: Collection) -> None:
    report = await premises.calendars.import_(work.id, [_source(an_event("a"), an_event("b"))])
    assert _counts(report) == (2, 0, 0, 0)


async def test_importing_the_same_file_again_changes_not_a_single_etag(premises: Premises, work: Collection) -> None:
    await premises.calendars.import_(work.id, [_source(an_event("a"), an_event("b"))])
    before = await _etags(premises, work)
    report = await premises.calendars.import_(work.id, [_source(an_event("a"), an_event("b"))])
    assert _counts(report) == (0, 0, 2, 0)
    assert await _etags(premises, work) == before


async def test_importing_a_file_that_needs_repairs_again_changes_nothing_either(
    premises: Premises, work: Collection
) -> None:
    file = _raw(an_ics(an_event("a")).replace("\r\n", "\n").encode())
    first = await premises.calendars.import_(work.id, [file])
    before = await _etags(premises, work)
    again = await premises.calendars.import_(work.id, [file])
    assert (first.repaired, again.repaired) == (1, 1)
    assert again.repairs == first.repairs
    assert await _etags(premises, work) == before


async def test_an_object_that_changed_is_updated_and_the_others_are_left_alone(
    premises: Premises, work: Collection
) -> None:
    await premises.calendars.import_(work.id, [_source(an_event("a"), an_event("b"))])
    before = await _etags(premises, work)
    report = await premises.calendars.import_(work.id, [_source(an_event("a", "New"), an_event("b"))])
    after = await _etags(premises, work)
    assert _counts(report) == (0, 1, 1, 0)
    assert after["b"] == before["b"]
    assert after["a"] != before["a"]


async def test_what_cannot_be_kept_is_refused_with_line_uid_and_reason_and_the_rest_is_kept(
    premises: Premises, work: Collection
) -> None:
    broken = "BEGIN:VEVENT\r\nUID:broken\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:no start\r\nEND:VEVENT\r\n"
    report = await premises.calendars.import_(work.id, [_source(an_event("a"), broken, an_event("b"))])
    assert _counts(report) == (2, 0, 0, 1)
    (refusal,) = report.refusals
    lines = an_ics(an_event("a"), broken, an_event("b")).split("\r\n")
    assert lines[refusal.line - 1] == "BEGIN:VEVENT"
    assert lines[refusal.line] == "UID:broken"
    assert refusal.uid == "broken"
    assert refusal.reason


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY;INTERVAL=1;COUNT=1000000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=0"],
)
async def test_i07_a_rule_that_cannot_be_used_is_refused_at_once(
    rule: str, premises: Premises, work: Collection
) -> None:
    async with asyncio.timeout(5):
        report = await premises.calendars.import_(
            work.id, [_source(an_event("bomb", "Bomb", f"RRULE:{rule}"), an_event("a"))]
        )
    assert report.kept + report.refused == 2
    assert "a" in await _etags(premises, work)


async def test_tasks_and_journals_are_kept_though_feeds_show_events_only(premises: Premises, work: Collection) -> None:
    todo = "BEGIN:VTODO\r\nUID:task\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Buy milk\r\nEND:VTODO\r\n"
    assert _counts(await premises.calendars.import_(work.id, [_source(todo)])) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"just some text", "VCALENDAR"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "vCard"),
    ],
)
async def test_a_single_file_that_is_no_calendar_says_what_it_is_instead(
    data: bytes, words: str, premises: Premises, work: Collection
) -> None:
    with pytest.raises(NotACalendar, match=words):
        await premises.calendars.import_(work.id, [_raw(data)])


async def test_a_file_in_utf_16_is_repaired(premises: Premises, work: Collection) -> None:
    report = await premises.calendars.import_(work.id, [_raw(an_ics(an_event("a")).encode("utf-16"))])
    assert (report.imported, report.repairs["utf-16"]) == (1, 1)


async def test_among_several_files_one_that_is_no_calendar_is_a_refusal_with_its_name(
    premises: Premises, work: Collection
) -> None:
    def unreadable() -> bytes:
        raise PermissionError(13, "Permission denied")

    sources = [
        _source(an_event("a"), name="a.ics"),
        _raw(b"<html>", name="b.ics"),
        Source(name="c.ics", read=unreadable),
        _source(an_event("d"), name="sub/d.ics"),
    ]
    report = await premises.calendars.import_(work.id, sources)
    assert _counts(report) == (2, 0, 0, 2)
    assert [(r.file, r.line) for r in report.refusals] == [("b.ics", 1), ("c.ics", 1)]


async def test_of_two_files_with_one_uid_the_first_is_kept_so_that_importing_both_again_changes_nothing(
    premises: Premises, work: Collection
) -> None:
    sources = [_source(an_event("a", "One"), name="1.ics"), _source(an_event("a", "Two"), name="2.ics")]
    first = await premises.calendars.import_(work.id, sources)
    before = await _etags(premises, work)
    again = await premises.calendars.import_(work.id, sources)
    assert (_counts(first), _counts(again)) == ((1, 0, 0, 1), (0, 0, 1, 1))
    assert await _etags(premises, work) == before


async def test_the_same_object_in_two_files_is_no_fault(premises: Premises, work: Collection) -> None:
    report = await premises.calendars.import_(
        work.id, [_source(an_event("a"), name="1.ics"), _source(an_event("a"), name="2.ics")]
    )
    assert _counts(report) == (1, 0, 1, 0)


async def test_i03_a_full_calendar_takes_nothing_new_but_still_takes_changes(
    sqlite_db: Database, premises: Premises, work: Collection
) -> None:
    small = _service(sqlite_db, premises, max_objects=1)
    assert _counts(await small.import_(work.id, [_source(an_event("a"), an_event("b"))])) == (1, 0, 0, 1)
    assert _counts(await small.import_(work.id, [_source(an_event("a", "New"))])) == (0, 1, 0, 0)


async def test_i01_a_file_beyond_the_limit_is_refused_as_a_whole(
    sqlite_db: Database, premises: Premises, work: Collection
) -> None:
    small = _service(sqlite_db, premises, limits=Limits(max_import_bytes=100))
    with pytest.raises(TooLarge):
        await small.import_(work.id, [_source(an_event("a"))])


def _service(
    db: Database, premises: Premises, *, max_objects: int = 10, limits: Limits | None = None
) -> CalendarService:
    renewal = Renewal(db, clock=premises.clock, language="en")
    return CalendarService(
        db, renewal=renewal, clock=premises.clock, limits=limits or Limits(), timezone="UTC", max_objects=max_objects
    )


async def test_progress_ends_at_what_there_was(premises: Premises, work: Collection) -> None:
    seen: list[tuple[int, int]] = []
    many = [an_event(f"e{n}") for n in range(imports.BATCH_OBJECTS + 1)]
    await premises.calendars.import_(work.id, [_source(*many)], progress=lambda done, known: seen.append((done, known)))
    assert seen == [(imports.BATCH_OBJECTS, len(many)), (len(many), len(many))]


async def test_an_object_whose_name_another_uid_has_gets_another_name(premises: Premises, work: Collection) -> None:
    await premises.calendars.import_(work.id, [_source(an_event("first"))])
    async with premises.db.write() as tx:
        (kept,) = [o async for batch in objects.read_all(tx, work.id) for o in batch]
        stamp = await collections.raise_sequence(tx, work.id, premises.clock.now())
        await objects.remove(tx, work.id, stamp, [kept.name])
        parsed = imports.read_file(kept.data).objects("UTC")
        draft = draft_of(
            next(p for p in parsed if not isinstance(p, imports.Refusal)), name="second.ics", now=stamp.now
        )
        await objects.store(tx, work.id, stamp, [draft])
    report = await premises.calendars.import_(work.id, [_source(an_event("second"))])
    assert _counts(report) == (1, 0, 0, 0)
    assert set(await _etags(premises, work)) == {"first", "second"}


async def test_two_imports_into_one_calendar_at_once_lose_nothing(premises: Premises, work: Collection) -> None:
    async def one(prefix: str) -> None:
        await premises.calendars.import_(work.id, [_source(*(an_event(f"{prefix}{n}") for n in range(40)))])

    await asyncio.gather(*(one(prefix) for prefix in "abcde"))
    async with premises.db.read() as tx:
        assert await count_objects(tx, work.id) == 200


async def test_objects_of_many_makers_come_back_unchanged_from_an_export(premises: Premises, work: Collection) -> None:
    """One VCALENDAR of an export names one maker; who wrote a file does not change what is in it."""
    for uid in ("a", "b"):
        data = an_ics(an_event(uid)).replace("-//test//test//EN", f"-//maker of {uid}//EN").encode()
        await premises.calendars.import_(work.id, [_raw(data)])
    before = await _etags(premises, work)
    exported = b"".join([chunk async for chunk in premises.calendars.export(work.id)])
    assert exported.count(b"BEGIN:VCALENDAR") == 1
    assert _counts(await premises.calendars.import_(work.id, [_raw(exported)])) == (0, 0, 2, 0)
    assert await _etags(premises, work) == before


async def test_a_new_calendar_takes_name_zone_and_colour_from_the_file(premises: Premises) -> None:
    head = "X-WR-CALNAME:Team\r\nX-WR-TIMEZONE:Asia/Tokyo\r\nX-APPLE-CALENDAR-COLOR:#3366ccff\r\nBEGIN:VEVENT"
    data = an_ics(an_event("a")).replace("BEGIN:VEVENT", head, 1).encode()
    made, report = await premises.calendars.import_new(_raw(data), fallback_name="file")
    assert made is not None
    assert (made.name, made.timezone, made.color, report.imported) == ("Team", "Asia/Tokyo", "#3366CC", 1)


async def test_a_new_calendar_is_in_the_zone_most_of_its_events_use(premises: Premises) -> None:
    """The setting's zone would show its floating and all-day events beside the others, and begin its days elsewhere."""
    tokyo = an_event("a").replace("DTSTART:20261124T100000Z", "DTSTART;TZID=Asia/Tokyo:20261124T100000")
    made, _ = await premises.calendars.import_new(_source(tokyo, an_event("b")), fallback_name="file")
    assert made is not None
    assert made.timezone == "Asia/Tokyo"
    known = await premises.calendars.add(name="Known")
    await premises.calendars.import_(known.id, [_source(tokyo)])
    assert (await premises.calendars.find(known.id)).timezone == "Europe/Berlin"


async def test_a_new_calendar_is_not_left_behind_when_nothing_can_be_kept(premises: Premises) -> None:
    broken = "BEGIN:VEVENT\r\nUID:broken\r\nEND:VEVENT\r\n"
    made, report = await premises.calendars.import_new(_source(broken), fallback_name="file")
    assert (made, report.refused) == (None, 1)
    with pytest.raises(NotACalendar):
        await premises.calendars.import_new(_raw(b"text"), fallback_name="file")
    assert await premises.calendars.list_all() == []


async def test_a_calendar_removed_while_it_is_imported_into_is_told(premises: Premises, work: Collection) -> None:
    run = premises.calendars._import_into(work, imports.no_progress)
    await premises.calendars.remove(work.id)
    with pytest.raises(NotFound):
        await run.run([_source(an_event("a"))])


async def test_a_stopped_clock_does_not_stop_an_import(premises: Premises, work: Collection) -> None:
    assert isinstance(premises.clock, StoppedClock)
    await premises.calendars.import_(work.id, [_source(an_event("a"))])
    await premises.calendars.import_(work.id, [_source(an_event("a", "New"))])
    assert (await premises.calendars.find(work.id)).seq == 2
