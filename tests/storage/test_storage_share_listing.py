"""The list of shares as the database filters, sorts and cuts it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from feedserver.model.share import FeedLink, Share, ShareKind, ShareState, Standing, standing_of
from feedserver.model.share_listing import ShareQuery, ShareRow, ShareSort
from feedserver.model.usage import AppFamily, DayUsage, LastFetch
from feedserver.storage import accounts, collections, share_listing, shares, usage
from feedserver.storage.engine import Database, Tx
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_member, a_share_of

HOUR = timedelta(hours=1)


async def listed(tx: Tx, **query: object) -> list[str]:
    wanted = ShareQuery(**query)  # type: ignore[arg-type]
    rows, total = await share_listing.page(tx, wanted, NOON, offset=0)
    assert total == len(rows)
    return [row.share.name for row in rows]


async def test_a_row_tells_all_that_the_list_shows(db: Database) -> None:
    async with db.write() as tx:
        calendar, rooms = await a_calendar(tx), await a_calendar(tx, "Rooms")
        members = [await a_member(tx, f"m{number}") for number in range(7)]
        public = await a_share_of(tx, calendar, rooms, emails=["ann@example.org", "bob@example.org"])
        await shares.revoke_recipient(tx, public.id, public.recipients[0].id, NOON)
        ids = [member.id for member in members]
        secured = await a_share_of(tx, rooms, name="Board", kind=ShareKind.SECURED, account_ids=ids)
        await shares.withdraw(tx, secured.id, members[0].id, NOON)
        fetch = DayUsage(reader_id="", day=NOON.date(), family=AppFamily.APPLE, count=1, last_at=NOON)
        await usage.add(tx, [(public.id, fetch)])
        (board, team), _ = await share_listing.page(tx, ShareQuery(), NOON, offset=0)
        kept = await shares.by_id(tx, public.id)
    assert kept is not None
    assert team.share.entries == kept.entries
    assert (team.share.recipients, team.share.serial, team.share.filter) == ((), kept.serial, kept.filter)
    assert [one.name for one in team.calendars] == ["Work", "Rooms"]
    assert (team.member_count, team.recipient_count, team.members) == (0, 1, ())
    assert team.last_fetch == LastFetch(at=NOON, family=AppFamily.APPLE)
    assert (board.member_count, board.recipient_count, board.last_fetch) == (6, 0, None)
    assert [member.login for member in board.members] == ["m1", "m2", "m3", "m4", "m5"]


async def test_the_list_judges_a_share_as_its_feed_does(db: Database) -> None:
    """Every combination of state, bounds, owner and calendars, against `standing_of` through the general link."""
    bounds = (None, NOON - HOUR, NOON, NOON + HOUR)
    async with db.write() as tx:
        owner = await a_member(tx)
        common, owned, doomed = await a_calendar(tx), await a_calendar(tx, owner_id=owner.id), await a_calendar(tx)
        calendars = ((common,), (common, owned), (doomed,))
        for state, starts_at, expires_at, shown in itertools.product(ShareState, bounds, bounds, calendars):
            made = await a_share_of(tx, *shown, starts_at=starts_at, expires_at=expires_at)
            await shares.set_state(tx, made.id, state, NOON - HOUR)
        await collections.remove(tx, doomed.id, NOON - HOUR)
        for is_active in (True, False):
            await accounts.set_active(tx, owner.id, NOON, is_active=is_active)
            assert await differences(tx) == []


async def differences(tx: Tx) -> list[tuple[str, Standing]]:
    found: list[ShareRow] = []
    for standing in (None, Standing.REMOVED):
        rows, total = await share_listing.page(tx, ShareQuery(standing=standing, per_page=500), NOON, offset=0)
        assert total == len(rows) > 0
        found += rows
    return [(row.share.id, row.standing) for row in found if row.standing is not judged(row.share)]


def judged(share: Share) -> Standing:
    link = FeedLink(share_id=share.id, serial=share.serial)
    found = standing_of(share, link, NOON, retention=timedelta(days=90))
    assert found is not None
    return found.standing


async def test_each_standing_can_be_asked_for(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await a_share_of(tx, calendar, name="live")
        await a_share_of(tx, calendar, name="not yet", starts_at=NOON + HOUR)
        await a_share_of(tx, calendar, name="expired", expires_at=NOON)
        for state in (ShareState.INACTIVE, ShareState.REMOVED):
            made = await a_share_of(tx, calendar, name=state.value)
            await shares.set_state(tx, made.id, state, NOON)
        by_standing = {standing: await listed(tx, standing=standing) for standing in Standing if standing in ASKED}
        assert await listed(tx, sort=ShareSort.STATE) == ["live", "not yet", "inactive", "expired"]
    assert by_standing == {
        Standing.LIVE: ["live"],
        Standing.NOT_YET: ["not yet"],
        Standing.EXPIRED: ["expired"],
        Standing.PAUSED: ["inactive"],
        Standing.REMOVED: ["removed"],
    }


ASKED = (Standing.LIVE, Standing.NOT_YET, Standing.EXPIRED, Standing.PAUSED, Standing.REMOVED)


async def test_shares_are_found_by_kind_calendar_and_member(db: Database) -> None:
    async with db.write() as tx:
        work, rooms, ann = await a_calendar(tx), await a_calendar(tx, "Rooms"), await a_member(tx)
        await a_share_of(tx, work, name="public")
        both = await a_share_of(tx, work, rooms, name="secured", kind=ShareKind.SECURED, account_ids=[ann.id])
        assert await listed(tx, kind=ShareKind.PUBLIC) == ["public"]
        assert await listed(tx, calendar_id=rooms.id) == ["secured"]
        assert await listed(tx, calendar_id=work.id) == ["public", "secured"]
        assert await listed(tx, account_id=ann.id) == ["secured"]
        await shares.withdraw(tx, both.id, ann.id, NOON)
        assert await listed(tx, account_id=ann.id) == []
        assert await listed(tx, calendar_id="absent") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("übung", ["Übungen"]),
        ("ÜBUNG", ["Übungen"]),
        ("bungen", ["Übungen"]),
        ("board", ["Directors", "Übungen"]),
        ("rooms", ["Übungen"]),
        ("bob@", ["Übungen"]),
        ("anna", ["Directors"]),
        ("ANN@EXAMPLE", ["Directors"]),
        ("board directors", ["Directors"]),
        ("board absent", []),
        ("eve@", []),
        ("  ", ["Directors", "Übungen"]),
    ],
)
async def test_words_are_found_wherever_an_admin_knows_a_share_by_them(
    sqlite_db: Database, text: str, found: list[str]
) -> None:
    async with sqlite_db.write() as tx:
        await found_by_words(tx, text, found)


async def test_words_are_found_on_both_engines(db: Database) -> None:
    async with db.write() as tx:
        await found_by_words(tx, "übung ROOMS", ["Übungen"])


async def found_by_words(tx: Tx, text: str, found: list[str]) -> None:
    rooms, work = await a_calendar(tx, "Rooms"), await a_calendar(tx)
    ann = await a_member(tx, "anna")
    emails = ["bob@example.org", "eve@example.org"]
    public = await a_share_of(tx, rooms, name="Übungen", note="for the BOARD", emails=emails)
    eve = next(one for one in public.recipients if one.email.startswith("eve"))
    await shares.revoke_recipient(tx, public.id, eve.id, NOON)
    await a_share_of(tx, work, name="Directors", note="board", kind=ShareKind.SECURED, account_ids=[ann.id])
    assert await listed(tx, text=text) == found


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "10%", "a_b", "--", ";", "[a]", "*"])
async def test_i36_what_means_something_to_sql_is_found_as_it_stands(db: Database, text: str) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await a_share_of(tx, calendar, name="plain 100 axb")
        await a_share_of(tx, calendar, name=f"odd {text} one")
        assert await listed(tx, text=text) == [f"odd {text} one"]


async def test_the_list_is_sorted_as_asked(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        late = await a_share_of(tx, calendar, name="b", expires_at=NOON + 2 * HOUR, now=NOON - HOUR)
        soon = await a_share_of(tx, calendar, name="A", expires_at=NOON + HOUR, starts_at=NOON - HOUR)
        await a_share_of(tx, calendar, name="c", kind=ShareKind.SECURED, now=NOON + HOUR)
        for share, at in ((late, NOON), (soon, NOON - HOUR)):
            fetch = DayUsage(reader_id="", day=NOON.date(), family=AppFamily.APPLE, count=1, last_at=at)
            await usage.add(tx, [(share.id, fetch)])
        orders = {sort: await listed(tx, sort=sort) for sort in ShareSort}
        turned = {sort: await listed(tx, sort=sort, descending=True) for sort in ShareSort}
    assert orders == {
        ShareSort.NAME: ["A", "b", "c"],
        ShareSort.KIND: ["A", "b", "c"],
        ShareSort.STATE: ["A", "b", "c"],
        ShareSort.STARTS: ["b", "c", "A"],
        ShareSort.EXPIRES: ["A", "b", "c"],
        ShareSort.CREATED: ["b", "A", "c"],
        ShareSort.FETCHED: ["c", "A", "b"],
    }
    assert turned[ShareSort.NAME] == ["c", "b", "A"]
    assert turned[ShareSort.FETCHED] == ["b", "A", "c"]
    assert turned[ShareSort.KIND] == ["c", "A", "b"]


async def test_pages_hold_every_share_once(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        made = [(await a_share_of(tx, calendar, name="Twin")).id for _ in range(7)]
        pages = [await share_listing.page(tx, ShareQuery(per_page=3), NOON, offset=offset) for offset in (0, 3, 6, 9)]
    assert [(len(rows), total) for rows, total in pages] == [(3, 7), (3, 7), (1, 7), (0, 0)]
    assert sorted(row.share.id for rows, _ in pages for row in rows) == sorted(made)
