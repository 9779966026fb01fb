"""Shares as the command line and the admin page handle them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedserver.model.errors import AmbiguousName, Conflict, InvalidInput, NotFound
from feedserver.model.share import DetailLevel, ShareEntry, ShareFilter, ShareKind, ShareState
from feedserver.storage.engine import Database
from tests.builders import NOON
from tests.premises import Premises, open_premises

HOUR = timedelta(hours=1)


@pytest.fixture
async def premises(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    async with open_premises(sqlite_db, tmp_path) as made:
        yield made


async def test_a_share_is_made_active_with_a_link_for_everybody_and_each_recipient(premises: Premises) -> None:
    share = await premises.share(name="  Team ", emails=["ann@example.org", "bob@example.org", "ann@example.org"])
    assert (share.name, share.kind, share.state, share.serial) == ("Team", ShareKind.PUBLIC, ShareState.ACTIVE, 1)
    general, *personal = premises.sharing.links(share)
    assert general.recipient is None
    assert sorted(link.recipient.email for link in personal if link.recipient) == ["ann@example.org", "bob@example.org"]
    assert len({link.feed_url for link in (general, *personal)}) == 3


async def test_a_share_is_found_by_id_and_by_name(premises: Premises) -> None:
    share = await premises.share(name="Team")
    assert await premises.sharing.find("Team") == share
    assert await premises.sharing.find(share.id) == share
    with pytest.raises(NotFound):
        await premises.sharing.find("Nothing")


async def test_an_ambiguous_name_lists_the_candidates(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = {(await premises.share(calendar, name="Team")).id for _ in range(2)}
    with pytest.raises(AmbiguousName) as raised:
        await premises.sharing.deactivate("Team")
    assert {share_id for share_id, _ in raised.value.candidates} == made


async def test_an_edit_changes_what_is_given_and_keeps_the_links(premises: Premises) -> None:
    share = await premises.share(name="Team")
    other = await premises.calendar(name="Other")
    changed = await premises.sharing.edit(
        "Team",
        name="Crew",
        note="for the board",
        entries=[ShareEntry(collection_id=other.id, level=DetailLevel.BUSY)],
        filter=ShareFilter(categories_in=(" b ", "a", "a"), days_back=7),
        expires_at=NOON + HOUR,
    )
    assert (changed.name, changed.note, changed.expires_at) == ("Crew", "for the board", NOON + HOUR)
    assert changed.filter == ShareFilter(categories_in=("a", "b"), days_back=7)
    assert changed.entries == (ShareEntry(collection_id=other.id, level=DetailLevel.BUSY),)
    assert (changed.serial, changed.uid_salt, changed.starts_at) == (share.serial, share.uid_salt, None)
    assert changed.revision > share.revision
    assert changed.stamp_at > share.stamp_at
    assert (await premises.sharing.edit(share.id, expires_at=None)).expires_at is None


async def test_a_note_changes_nothing_that_subscribers_see(premises: Premises) -> None:
    share = await premises.share()
    noted = await premises.sharing.edit(share.id, note="new")
    assert (noted.revision, noted.stamp_at) == (share.revision, share.stamp_at)


async def test_states_go_back_and_forth_until_removal_which_is_for_good(premises: Premises) -> None:
    share = await premises.share(name="Team")
    assert (await premises.sharing.deactivate("Team")).state is ShareState.INACTIVE
    assert (await premises.sharing.activate("Team")).state is ShareState.ACTIVE
    assert (await premises.sharing.remove("Team")).state is ShareState.REMOVED
    assert (await premises.sharing.remove(share.id)).state is ShareState.REMOVED
    for change in (premises.sharing.activate, premises.sharing.deactivate, premises.sharing.rotate):
        with pytest.raises(Conflict):
            await change(share.id)
    with pytest.raises(NotFound):
        await premises.sharing.find("Team")
    assert await premises.sharing.list_all() == []
    assert [found.id for found in await premises.sharing.list_all(has_removed=True)] == [share.id]


async def test_rotation_changes_every_link_and_nothing_else(premises: Premises) -> None:
    share = await premises.share(emails=["ann@example.org"])
    rotated = await premises.sharing.rotate(share.id)
    before, after = premises.sharing.links(share), premises.sharing.links(rotated)
    assert not {link.feed_url for link in before} & {link.feed_url for link in after}
    assert (rotated.revision, rotated.entries, rotated.uid_salt) == (share.revision, share.entries, share.uid_salt)


async def test_a_recipient_is_revoked_by_id_or_address_and_may_get_a_new_link(premises: Premises) -> None:
    share = await premises.share(emails=["ann@example.org", "bob@example.org"])
    first = next(r for r in share.recipients if r.email == "ann@example.org")
    revoked = await premises.sharing.edit(share.id, revoked=["ann@example.org"])
    assert [link.recipient.email for link in premises.sharing.links(revoked)[1:] if link.recipient] == [
        "bob@example.org"
    ]
    again = await premises.sharing.edit(share.id, emails=["ann@example.org", "bob@example.org"])
    working = [r for r in again.recipients if r.revoked_at is None]
    assert sorted(r.email for r in working) == ["ann@example.org", "bob@example.org"]
    assert first.id not in {r.id for r in working}
    with pytest.raises(NotFound):
        await premises.sharing.edit(share.id, revoked=["nobody@example.org"])


async def test_members_are_added_withdrawn_and_added_again(premises: Premises) -> None:
    for login in ("ann", "bob"):
        await premises.account(login)
    share = await premises.secured_share(name="Board")
    await premises.sharing.edit("Board", logins=["bob", "ann"])
    withdrawn = await premises.sharing.edit("Board", withdrawn=["ann"])
    assert [grant.withdrawn_at is None for grant in withdrawn.grants].count(True) == 1
    back = await premises.sharing.edit("Board", logins=["ann"])
    assert all(grant.withdrawn_at is None for grant in back.grants)
    assert back.stamp_at > share.stamp_at
    with pytest.raises(NotFound):
        await premises.sharing.edit("Board", logins=["nobody"])


async def test_the_kinds_do_not_mix(premises: Premises) -> None:
    await premises.account()
    public, secured = await premises.share(name="Public"), await premises.secured_share(name="Secured")
    with pytest.raises(InvalidInput):
        await premises.sharing.edit(public.id, logins=["ann"])
    with pytest.raises(InvalidInput):
        await premises.sharing.edit(secured.id, emails=["ann@example.org"])
    with pytest.raises(InvalidInput):
        await premises.share(logins=["ann"])
    with pytest.raises(InvalidInput):
        await premises.secured_share(emails=["ann@example.org"])


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "two\nlines"}),
        ("name", {"name": "x" * 201}),
        ("note", {"note": "x" * 10_001}),
        ("entries", {"entries": []}),
        ("entries", {"entries": [ShareEntry(collection_id="a", level=DetailLevel.BUSY)] * 2}),
        ("filter", {"filter": ShareFilter(days_back=-1)}),
        ("filter", {"filter": ShareFilter(words=("",))}),
        ("expires_at", {"starts_at": NOON, "expires_at": NOON}),
        ("email", {"emails": ["no address"]}),
    ],
)
async def test_what_cannot_be_is_refused_with_the_name_of_its_field(
    premises: Premises, field: str, settings: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await premises.share(await premises.calendar(), **settings)
    assert raised.value.field == field
    assert await premises.sharing.list_all() == []


async def test_a_share_of_a_calendar_that_is_gone_is_refused(premises: Premises) -> None:
    entries = [ShareEntry(collection_id=secrets.token_hex(16), level=DetailLevel.BUSY)]
    with pytest.raises(Conflict):
        await premises.share(await premises.calendar(), entries=entries)


async def test_b02_no_link_embeds_a_password_or_a_name(premises: Premises) -> None:
    await premises.account()
    share = await premises.secured_share(name="Secretname")
    for link in premises.sharing.links(share):
        assert "ecretname" not in link.feed_url
        assert "@" not in link.feed_url


async def test_an_edit_that_fails_in_part_changes_nothing(premises: Premises) -> None:
    share = await premises.share(name="Team")
    with pytest.raises(NotFound):
        await premises.sharing.edit(share.id, name="Crew", emails=["ann@example.org"], revoked=["nobody@example.org"])
    assert await premises.sharing.find(share.id) == share
