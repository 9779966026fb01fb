"""Calendars: naming, changing, removing, and what comes out of them as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedserver.model.account import Role
from feedserver.model.collection import Collection
from feedserver.model.errors import AmbiguousName, InvalidInput, NotACalendar, NotFound, TooLarge
from feedserver.model.share import ShareState
from feedserver.services.sources import Source
from feedserver.storage import objects
from tests.builders import an_event, an_ics
from tests.premises import Premises

_OFFICE = (
    "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{0}\r\n"
    "TZOFFSETTO:{0}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def _raw(data: bytes) -> Source:
    return Source(name="", read=lambda: data)


async def _export(premises: Premises, calendar: Collection) -> bytes:
    return b"".join([chunk async for chunk in premises.calendars.export(calendar.id)])


async def _stored(premises: Premises, calendar: Collection) -> dict[str, bytes]:
    async with premises.db.read() as tx:
        return {o.uid: o.data async for batch in objects.read_all(tx, calendar.id) for o in batch}


async def test_a_calendar_is_found_by_id_and_by_name(premises: Premises) -> None:
    made = await premises.calendars.add(name="  Work ")
    assert made.name == "Work"
    assert await premises.calendars.find(made.id) == await premises.calendars.find("Work")


async def test_an_unknown_calendar_is_not_found(premises: Premises) -> None:
    with pytest.raises(NotFound):
        await premises.calendars.find("Work")


async def test_a_name_that_fits_several_lists_them(premises: Premises) -> None:
    made = {(await premises.calendars.add(name="Work")).id for _ in range(2)}
    with pytest.raises(AmbiguousName) as ambiguous:
        await premises.calendars.find("Work")
    assert {id_ for id_, _name in ambiguous.value.candidates} == made


async def test_a_calendar_belongs_to_the_organisation_or_a_member(premises: Premises) -> None:
    bob = await premises.account("bob", role=Role.MEMBER)
    assert (await premises.calendars.add(name="Ours")).owner_id is None
    assert (await premises.calendars.add(name="Bob's", owner="bob")).owner_id == bob.id


async def test_a_guest_owns_no_calendar(premises: Premises) -> None:
    await premises.account("gus", role=Role.GUEST)
    with pytest.raises(InvalidInput):
        await premises.calendars.add(name="Gus", owner="gus")


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "a\nb"}, {"name": "x" * 201}, {"timezone": "Mars/Phobos"}, {"timezone": "../../etc/passwd"},
     {"timezone": ""}, {"color": "red"}, {"color": "#12345"}, {"description": "\x00"}],
)  # fmt: skip
async def test_what_cannot_be_a_setting_is_refused(wrong: dict[str, str], premises: Premises) -> None:
    with pytest.raises(InvalidInput) as refused:
        await premises.calendars.add(**{"name": "Work", **wrong})
    assert refused.value.field in wrong
    made = await premises.calendars.add(name="Work")
    with pytest.raises(InvalidInput):
        await premises.calendars.update(made.id, **wrong)  # type: ignore[arg-type]


async def test_removing_a_calendar_removes_a_share_of_nothing_else(premises: Premises) -> None:
    share = await premises.share(await premises.calendar(name="Work"))
    await premises.calendars.remove("Work")
    assert (await premises.sharing.find(share.id)).state is ShareState.REMOVED


async def test_an_export_is_one_calendar_with_each_zone_once(premises: Premises) -> None:
    zoned = [
        an_event(uid).replace("DTSTART:", "DTSTART;TZID=Europe/Berlin:").replace("00Z\r\nDUR", "00\r\nDUR")
        for uid in "ab"
    ]
    work = await premises.calendar(*zoned, an_event("c"))
    text = (await _export(premises, work)).decode()
    assert text.count("BEGIN:VCALENDAR") == text.count("END:VCALENDAR\r\n") == 1
    assert text.count("TZID:Europe/Berlin") == 1
    assert text.count("BEGIN:VEVENT") == 3
    assert text.index("END:VTIMEZONE") < text.index("BEGIN:VEVENT")


async def test_importing_an_export_into_its_own_calendar_changes_nothing(premises_on_both: Premises) -> None:
    premises = premises_on_both
    todo = "BEGIN:VTODO\r\nUID:task\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Milk\r\nEND:VTODO\r\n"
    work = await premises.calendar(an_event("a"), todo, an_event("ü 😀 \\, ,x"))
    report = await premises.calendars.import_(work.id, [_raw(await _export(premises, work))])
    assert (report.unchanged, report.kept, report.refused, report.repaired) == (3, 3, 0, 0)


async def test_importing_an_export_gives_an_equal_calendar(premises: Premises) -> None:
    floating = an_event("floating", start="20261124T100000")
    work = await premises.calendar(floating, an_event("alarm", "x", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M",
        "DESCRIPTION:x", "END:VALARM"), name="Work", description="Two\nlines", color="#3366CC",
        timezone="America/New_York")  # fmt: skip
    made, report = await premises.calendars.import_new(_raw(await _export(premises, work)), fallback_name="x")
    assert made is not None
    assert (report.imported, report.repaired) == (2, 0)
    assert await _stored(premises, made) == await _stored(premises, work)
    assert (made.name, made.description, made.color) == (work.name, work.description, work.color)
    assert made.timezone == "America/New_York"  # floating times are shown in it


async def test_trap_2_two_zones_of_one_name_stay_apart_in_an_export(premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    for uid, offset in (("early", "+0200"), ("late", "-0500"), ("early2", "+0200")):
        event = an_event(uid).replace("DTSTART:20261124T100000Z", "DTSTART;TZID=Office:20261124T100000")
        await premises.calendars.import_(work.id, [_raw(an_ics(_OFFICE.format(offset), event).encode())])
    before = await _stored(premises, work)
    text = await _export(premises, work)
    assert text.count(b"BEGIN:VCALENDAR") == 2
    report = await premises.calendars.import_(work.id, [_raw(text)])
    assert (report.unchanged, report.refused) == (3, 0)
    again = await premises.calendars.add(name="Again")
    await premises.calendars.import_(again.id, [_raw(text)])
    assert await _stored(premises, again) == before


async def test_an_empty_calendar_exports_as_an_empty_calendar(premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    text = await _export(premises, work)
    assert text.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    made, report = await premises.calendars.import_new(_raw(text), fallback_name="x")
    assert made is not None
    assert (made.name, report.kept, report.refused) == ("Work", 0, 0)


async def test_files_of_the_corpus_come_back_equal_from_an_export(premises: Premises, corpus_dir: Path) -> None:
    """Every third, one calendar per file; a second import of the file itself changes nothing either."""
    files = sorted((corpus_dir / "files").rglob("*.ics"))[::3]
    assert files
    for file in files:
        data = file.read_bytes()
        calendar = await premises.calendars.add(name=file.stem[:50] or "x")
        try:
            first = await premises.calendars.import_(calendar.id, [_raw(data)])
        except (NotACalendar, TooLarge):
            continue
        before = await _stored(premises, calendar)
        assert first.kept == len(before), file
        again = await premises.calendars.import_(calendar.id, [_raw(data)])
        assert (again.imported, again.updated) == (0, 0), file
        other = await premises.calendars.add(name="other")
        back = await premises.calendars.import_(other.id, [_raw(await _export(premises, calendar))])
        after = await _stored(premises, other)
        assert set(after) == set(before), file
        assert (back.refused, back.repaired) == (0, 0), file
