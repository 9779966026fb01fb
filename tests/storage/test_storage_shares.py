from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from feedserver.model.collection import Collection
from feedserver.model.errors import AmbiguousName, Conflict, NotFound
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareFilter, ShareKind, ShareState
from feedserver.storage import accounts, collections, objects, shares
from feedserver.storage.engine import Database, Tx
from feedserver.storage.tables import share_entries
from feedserver.storage.tables import shares as share_table
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_draft, a_member, a_share_of, put

LATER = NOON + timedelta(hours=1)


async def test_share_comes_back_as_it_was_made(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        other = await a_calendar(tx, "Private")
        made = await shares.add(
            tx,
            kind=ShareKind.PUBLIC,
            name="Team",
            note="for the board",
            entries=(
                ShareEntry(collection_id=other.id, level=DetailLevel.BUSY),
                ShareEntry(collection_id=calendar.id, level=DetailLevel.DETAILS),
            ),
            share_filter=ShareFilter(categories_in=("work",), words=("café", 'a "quoted" one'), days_back=7),
            starts_at=NOON,
            expires_at=LATER,
            emails=("ann@example.com", "bob@example.com"),
            now=NOON,
        )
    async with db.read() as tx:
        assert await shares.by_id(tx, made.id) == made
        state = await shares.feed_state(tx, made.id)
    assert made.filter.words == ("café", 'a "quoted" one')
    assert [entry.level for entry in made.entries] == [DetailLevel.BUSY, DetailLevel.DETAILS]
    assert {recipient.email for recipient in made.recipients} == {"ann@example.com", "bob@example.com"}
    assert (made.state, made.serial, made.revision, len(made.uid_salt)) == (ShareState.ACTIVE, 1, 1, 32)
    assert state == (made, (other, calendar))


async def two_shares(tx: Tx) -> tuple[Collection, Collection, Share, Share]:
    """Two calendars; a share of both, and one of the second alone."""
    first, second = await a_calendar(tx, "First"), await a_calendar(tx, "Second")
    return first, second, await a_share_of(tx, first, second, name="Both"), await a_share_of(tx, second, name="One")


async def test_removed_calendar_takes_its_events_and_the_shares_that_showed_nothing_else(db: Database) -> None:
    """Z19, feed-contract section 4.3."""
    async with db.write() as tx:
        first, second, both, one = await two_shares(tx)
        await put(tx, second, a_draft())
        await collections.remove(tx, second.id, LATER)
    async with db.read() as tx:
        kept, gone = await shares.by_id(tx, both.id), await shares.by_id(tx, one.id)
        assert await objects.read_data(tx, second.id, ["one.ics"]) == []
        assert await collections.by_id(tx, second.id) is None
    assert kept
    assert gone
    assert [entry.collection_id for entry in kept.entries] == [first.id]
    assert (kept.state, kept.revision) == (ShareState.ACTIVE, both.revision + 1)
    assert kept.stamp_at > both.stamp_at
    assert (gone.state, gone.entries, gone.state_at >= LATER) == (ShareState.REMOVED, (), True)


async def test_owner_who_is_deactivated_pauses_the_shares_of_their_calendars(db: Database) -> None:
    async with db.write() as tx:
        owner = await a_member(tx)
        calendar = await a_calendar(tx, owner_id=owner.id)
        share = await a_share_of(tx, calendar)
        other = await a_share_of(tx, await a_calendar(tx, "Other"), name="Other")
        await accounts.set_active(tx, owner.id, LATER, is_active=False)
        paused = await shares.by_id(tx, share.id)
        await accounts.set_active(tx, owner.id, LATER, is_active=True)
        back = await shares.by_id(tx, share.id)
        assert await shares.by_id(tx, other.id) == other
    assert paused
    assert back
    assert (paused.is_owner_active, back.is_owner_active) == (False, True)
    assert share.stamp_at < paused.state_at < back.stamp_at
    assert back.revision == share.revision + 2


async def test_what_is_so_already_changes_nothing(db: Database) -> None:
    async with db.write() as tx:
        member, calendar = await a_member(tx), await a_calendar(tx)
        share = await a_share_of(tx, calendar, account_ids=[member.id], emails=["bob@example.com"])
        assert await shares.set_state(tx, share.id, ShareState.ACTIVE, LATER) == share
        assert await shares.edit(tx, share, LATER) == share
        assert await shares.grant(tx, share.id, member.id, LATER) == share
        assert await collections.edit(tx, calendar, LATER) == calendar
        assert await accounts.set_active(tx, member.id, LATER, is_active=True) == member
        withdrawn = await shares.withdraw(tx, share.id, member.id, LATER)
        assert await shares.withdraw(tx, share.id, member.id, LATER + timedelta(days=1)) == withdrawn
        revoked = await shares.revoke_recipient(tx, share.id, share.recipients[0].id, LATER)
        assert await shares.revoke_recipient(tx, share.id, share.recipients[0].id, LATER + timedelta(days=1)) == revoked


async def test_removed_is_for_good(db: Database) -> None:
    async with db.write() as tx:
        share = await a_share_of(tx, await a_calendar(tx))
        removed = await shares.set_state(tx, share.id, ShareState.REMOVED, LATER)
    for change in (
        lambda tx: shares.set_state(tx, share.id, ShareState.ACTIVE, LATER),
        lambda tx: shares.edit(tx, replace(removed, name="x"), LATER),
        lambda tx: shares.rotate(tx, share.id, LATER),
        lambda tx: shares.add_recipients(tx, share.id, ["a@example.com"], LATER),
        lambda tx: shares.grant(tx, share.id, "whoever", LATER),
    ):
        with pytest.raises(Conflict):
            await in_unit(db, change)
    async with db.read() as tx:
        assert await shares.list_all(tx) == []
        assert await shares.list_all(tx, has_removed=True) == [removed]


async def in_unit(db: Database, change: Callable[[Tx], Awaitable[object]]) -> object:
    async with db.write() as tx:
        return await change(tx)


async def test_name_finds_one_share_or_tells_which_there_are(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        twins = sorted([(await a_share_of(tx, calendar)).id, (await a_share_of(tx, calendar)).id])
        with pytest.raises(AmbiguousName) as raised:
            await shares.find(tx, "Team")
        assert raised.value.candidates == tuple((share_id, "Team") for share_id in twins)
        await shares.set_state(tx, twins[0], ShareState.REMOVED, LATER)
        assert (await shares.find(tx, "Team")).id == twins[1]
        assert (await shares.find(tx, twins[0])).id == twins[0]
        with pytest.raises(NotFound):
            await shares.find(tx, "team")


async def test_what_is_absent_is_not_found(db: Database) -> None:
    for change in (
        lambda tx: shares.set_state(tx, "absent", ShareState.INACTIVE, NOON),
        lambda tx: shares.rotate(tx, "absent", NOON),
        lambda tx: shares.withdraw(tx, "absent", "absent", NOON),
        lambda tx: shares.revoke_recipient(tx, "absent", "absent", NOON),
        lambda tx: collections.raise_sequence(tx, "absent", NOON),
        lambda tx: collections.remove(tx, "absent", NOON),
        lambda tx: collections.find(tx, "absent"),
        lambda tx: accounts.find(tx, "absent"),
        lambda tx: accounts.set_password(tx, "absent", None),
        lambda tx: accounts.set_active(tx, "absent", NOON, is_active=False),
    ):
        with pytest.raises(NotFound):
            await in_unit(db, change)


async def test_share_of_what_is_gone_is_a_conflict(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
    ghost = replace(calendar, id="ghost")
    for change in (
        lambda tx: a_share_of(tx, ghost),
        lambda tx: a_share_of(tx, calendar, calendar),
        lambda tx: a_share_of(tx, calendar, account_ids=["ghost"]),
        lambda tx: a_calendar(tx, owner_id="ghost"),
    ):
        with pytest.raises(Conflict):
            await in_unit(db, change)
    async with db.read() as tx:
        assert await shares.list_all(tx) == []


async def test_ten_thousand_shares_are_listed_in_few_statements(db: Database) -> None:
    async with db.write() as tx:
        pattern = await a_share_of(tx, await a_calendar(tx))
        row = dict((await tx.execute(select(share_table))).mappings().one())
        ids = [f"{number:032}" for number in range(9_999)]
        await tx.execute(insert(share_table), [row | {"id": share_id} for share_id in ids])
        await tx.execute(
            insert(share_entries),
            [{**asdict(pattern.entries[0]), "share_id": share_id, "position": 0} for share_id in ids],
        )
    statements: list[str] = []
    event.listen(db.reader.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    async with db.read() as tx:
        found = await shares.list_all(tx)
    assert len(found) == 10_000
    assert all(len(share.entries) == 1 for share in found)
    assert len(statements) < 100
    statements.clear()
    async with db.read() as tx:
        assert await shares.feed_state(tx, pattern.id)
    assert len([sql for sql in statements if sql.startswith("SELECT")]) == 4


async def test_logins_are_one_however_they_are_capitalised(db: Database) -> None:
    async with db.write() as tx:
        ann = await a_member(tx, "Ann-Stra\u00dfe")
        assert await accounts.by_login(tx, "ANN-STRASSE") == ann
        assert await accounts.by_id(tx, ann.id) == ann
        assert await accounts.by_login(tx, "bob") is None
        with pytest.raises(Conflict):
            await a_member(tx, "ann-strasse")
        assert await accounts.list_all(tx) == [ann]


async def test_every_change_of_an_account_raises_its_version(db: Database) -> None:
    async with db.write() as tx:
        ann = await a_member(tx)
        versions = [
            ann.version,
            (await accounts.set_password(tx, ann.id, "$argon2id$")).version,
            (await accounts.edit(tx, replace(ann, display_name="A", timezone="Asia/Tokyo"))).version,
            (await accounts.set_active(tx, ann.id, NOON, is_active=False)).version,
        ]
    assert versions == [1, 2, 3, 4]


async def test_calendars_are_listed_with_how_much_they_hold(db: Database) -> None:
    async with db.write() as tx:
        owner = await a_member(tx)
        mine, ours = await a_calendar(tx, "B", owner_id=owner.id), await a_calendar(tx, "A")
        await put(tx, mine, a_draft("one"), a_draft("two"))
        listed = await collections.list_all(tx)
        assert [(calendar.id, calendar.object_count) for calendar in listed] == [(ours.id, 0), (mine.id, 2)]
        assert [calendar.id for calendar in await collections.list_all(tx, owner_id=owner.id)] == [mine.id]
