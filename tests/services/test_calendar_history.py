"""What the history says of calendars (A25), and in which shares they are."""

from __future__ import annotations

import pytest

from feedserver.model.actor import Actor
from feedserver.model.audit import AuditEntry
from feedserver.model.errors import NotACalendar
from feedserver.services.sources import Source
from feedserver.storage import audit
from tests.builders import an_event, an_ics
from tests.premises import Premises

ANN = Actor(account_id=None, name="Ann", address="192.0.2.0")


def _source(*events: str) -> Source:
    data = an_ics(*events).encode()
    return Source(name="", read=lambda: data)


async def _history(premises: Premises) -> list[AuditEntry]:
    """What Ann did, oldest first."""
    async with premises.db.read() as tx:
        return [entry for entry in reversed(await audit.newest(tx)) if entry.actor.name == "Ann"]


async def _told(premises: Premises) -> list[tuple[str, dict[str, str]]]:
    return [(entry.action, dict(entry.detail)) for entry in await _history(premises)]


async def test_a25_each_change_of_a_calendar_is_noted_with_who_and_from_where(premises: Premises) -> None:
    made = await premises.calendars.add(name="Work", by=ANN)
    await premises.calendars.update(made.id, name="Work 2", color="#3366cc", description="secret plans", by=ANN)
    await premises.calendars.import_(made.id, [_source(an_event("a"), an_event("b"))], by=ANN)
    await premises.calendars.remove(made.id, by=ANN)
    assert await _told(premises) == [
        ("created", {}),
        ("edited", {"name": "Work 2", "color": "#3366CC", "description": ""}),
        ("imported", {"imported": "2", "updated": "0"}),
        ("removed", {}),
    ]
    newest = (await _history(premises))[-1]
    assert (newest.subject, newest.subject_id, newest.subject_name) == ("calendar", made.id, "Work 2")
    assert newest.actor == ANN


async def test_what_changes_nothing_is_not_noted(premises: Premises) -> None:
    made = await premises.calendars.add(name="Work")
    await premises.calendars.import_(made.id, [_source(an_event("a"))])
    await premises.calendars.update(made.id, name="Work", by=ANN)
    await premises.calendars.import_(made.id, [_source(an_event("a"))], by=ANN)
    assert await _history(premises) == []


async def test_a_calendar_from_a_file_is_noted_as_made_and_filled(premises: Premises) -> None:
    await premises.calendars.import_new(_source(an_event("a")), fallback_name="File", by=ANN)
    assert await _told(premises) == [("created", {}), ("imported", {"imported": "1", "updated": "0"})]


async def test_what_an_import_kept_before_it_broke_off_is_noted(premises: Premises) -> None:
    made = await premises.calendars.add(name="Work")

    def fail(_done: int, _known: int) -> None:
        raise NotACalendar("broken off")

    with pytest.raises(NotACalendar):
        await premises.calendars.import_(made.id, [_source(an_event("a"))], progress=fail, by=ANN)
    assert (await premises.calendars.find(made.id)).object_count == 1
    assert [action for action, _ in await _told(premises)] == ["imported"]


async def test_removed_calendar_stands_in_the_history_of_its_shares(premises_on_both: Premises) -> None:
    premises = premises_on_both
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    only = await premises.share(work, name="Only")
    both = await premises.share(work, home, name="Both")
    await premises.calendars.remove(work.id, by=ANN)
    told = {entry.share_id: (entry.action, entry.detail["calendar"]) for entry in (await _history(premises))[1:]}
    assert told == {only.id: ("removed", "Work"), both.id: ("calendar removed", "Work")}


async def test_shares_of_a_calendar_are_listed_without_removed_ones(premises_on_both: Premises) -> None:
    premises = premises_on_both
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    for name, calendars in (("b", [work]), ("A", [work, home]), ("c", [work]), ("home", [home])):
        await premises.share(*calendars, name=name)
    await premises.sharing.remove("c")
    assert [(share.name, share.is_only) for share in await premises.calendars.shares_of(work.id)] == [
        ("A", False),
        ("b", True),
    ]
    assert await premises.calendars.share_counts() == {work.id: 2, home.id: 2}
