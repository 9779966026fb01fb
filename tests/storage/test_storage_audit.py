"""The history of changes as rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.model.actor import CONSOLE, Actor
from feedserver.model.audit import AuditEntry, Subject
from feedserver.model.errors import Conflict
from feedserver.storage import audit
from feedserver.storage.engine import Database, Tx
from tests.builders import NOON

ANN = Actor(account_id="a" * 32, name="Ann", address="203.0.113.0")


async def note(tx: Tx, action: str = "edited", **changes: object) -> None:
    values = {"now": NOON, "by": ANN, "subject": Subject.SHARE, "subject_id": "s", "subject_name": "Team"}
    await audit.add(tx, action=action, **{**values, **changes})


async def test_an_entry_comes_back_as_it_was_written(db: Database) -> None:
    async with db.write() as tx:
        await note(tx, share_id="s", detail={"name": "Tëam", "calendars": 'a "b"'})
        (entry,) = await audit.of_share(tx, "s")
    assert entry == AuditEntry(
        seq=entry.seq,
        at=NOON,
        actor=ANN,
        action="edited",
        subject=Subject.SHARE,
        subject_id="s",
        subject_name="Team",
        share_id="s",
        detail={"name": "Tëam", "calendars": 'a "b"'},
    )


async def test_the_history_is_read_newest_first_and_page_by_page(db: Database) -> None:
    async with db.write() as tx:
        for number in range(5):
            await note(tx, f"deed {number}", share_id="s" if number % 2 else None)
        first = await audit.newest(tx, limit=2)
        second = await audit.newest(tx, before_seq=first[-1].seq, limit=10)
        of_share = await audit.of_share(tx, "s")
    assert [entry.action for entry in first] == ["deed 4", "deed 3"]
    assert [entry.action for entry in second] == ["deed 2", "deed 1", "deed 0"]
    assert [entry.action for entry in of_share] == ["deed 3", "deed 1"]


async def test_long_texts_are_cut(db: Database) -> None:
    async with db.write() as tx:
        await note(tx, subject_name="x" * 10_000, detail={"name": "y" * 10_000})
        (entry,) = await audit.newest(tx)
    assert len(entry.subject_name) == len(entry.detail["name"]) == audit.MAX_TEXT_CHARS


async def test_an_entry_goes_with_the_write_unit_that_failed(db: Database) -> None:
    with pytest.raises(Conflict):
        await note_and_fail(db)
    async with db.read() as tx:
        assert await audit.newest(tx) == []


async def note_and_fail(db: Database) -> None:
    async with db.write() as tx:
        await note(tx)
        raise Conflict("no")


async def test_p04_a_removed_account_is_named_nowhere(db: Database) -> None:
    async with db.write() as tx:
        await note(tx)
        await note(
            tx, "member added", by=CONSOLE, subject=Subject.ACCOUNT, subject_id=ANN.account_id, subject_name="Ann"
        )
        await note(tx, by=CONSOLE)
        await audit.pseudonymise(tx, ANN.account_id or "", "former user")
        console, about, by = await audit.newest(tx)
    assert (by.actor.name, by.actor.address, by.subject_name) == ("former user", "", "Team")
    assert about.subject_name == "former user"
    assert (console.actor, console.subject_name) == (CONSOLE, "Team")


async def test_p03_what_is_old_is_forgotten(db: Database) -> None:
    async with db.write() as tx:
        await note(tx, "old", now=NOON - timedelta(days=1))
        await note(tx, "new")
        assert not await audit.has_older(tx, NOON - timedelta(days=1))
        assert await audit.has_older(tx, NOON)
        await audit.remove_older(tx, NOON)
        assert [entry.action for entry in await audit.newest(tx)] == ["new"]
