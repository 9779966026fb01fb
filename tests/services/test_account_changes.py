"""Accounts: editing, deactivating, removing, and what the history says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from feedserver.model.account import Account, Role
from feedserver.model.account_listing import AccountQuery, AccountStanding
from feedserver.model.actor import Actor
from feedserver.model.errors import Conflict, CredentialsRefused, InvalidInput, LoginTaken, NotFound
from feedserver.model.notice import Mailing
from feedserver.storage import tables
from feedserver.storage.engine import Database
from tests.premises import PASSWORD, Premises, open_premises

ROOT = Actor(account_id="0" * 32, name="Root", address="192.0.2.0")


async def history(premises: Premises) -> list[tuple[str, str, str]]:
    """Who did what to whom, oldest first."""
    entries = reversed(await premises.history.page())
    return [(entry.actor.name, entry.action, entry.subject_name) for entry in entries]


async def test_particulars_change_and_the_history_says_so(premises: Premises) -> None:
    await premises.account("ann")
    after = await premises.accounts.edit(
        "ann", login="anna", display_name="Anna", email="anna@example.org", role=Role.MEMBER, language="de", by=ROOT
    )
    assert (after.login, after.display_name, after.email) == ("anna", "Anna", "anna@example.org")
    assert (after.role, after.language) == (Role.MEMBER, "de")
    (newest, *_) = await premises.history.page()
    assert (newest.actor, newest.action, newest.subject_id) == (ROOT, "edited", after.id)
    assert newest.detail == {"login": "anna", "display_name": "Anna", "role": "member", "email": "", "language": ""}


async def test_edit_that_changes_nothing_writes_no_history(premises: Premises) -> None:
    ann = await premises.account("ann")
    assert await premises.accounts.edit("ann", display_name=ann.display_name, email=ann.email) == ann
    assert len(await premises.history.page()) == 1


async def test_b12_login_of_another_is_taken_whatever_its_capitals(premises: Premises) -> None:
    await premises.account("ann")
    await premises.account("bob")
    with pytest.raises(LoginTaken):
        await premises.accounts.edit("bob", login="ANN")
    assert (await premises.accounts.edit("bob", login="Bob")).login == "Bob"


async def test_b12_login_that_is_spelled_as_the_id_of_another_is_not_that_other(premises: Premises) -> None:
    ann = await premises.account("ann")
    await premises.account(ann.id)
    assert await premises.accounts.find(ann.id) == ann


@pytest.mark.parametrize("changes", [{"login": "a b"}, {"email": "x"}, {"display_name": "a\nb"}])
async def test_what_cannot_be_used_is_refused(premises: Premises, changes: dict[str, str]) -> None:
    ann = await premises.account("ann")
    with pytest.raises(InvalidInput):
        await premises.accounts.edit("ann", **changes)  # type: ignore[arg-type]
    assert await premises.accounts.find("ann") == ann


async def test_b05_changed_login_is_refused_under_its_old_name_at_once(premises: Premises) -> None:
    await premises.account("ann")
    await premises.accounts.edit("ann", login="anna")
    with pytest.raises(CredentialsRefused):
        await premises.accounts.authenticate("ann", [PASSWORD], address="::1")
    await premises.accounts.authenticate("anna", [PASSWORD], address="::1")


async def _demote(premises: Premises, login: str) -> object:
    return await premises.accounts.edit(login, role=Role.MEMBER)


async def _deactivate(premises: Premises, login: str) -> object:
    return await premises.accounts.deactivate(login)


async def _remove(premises: Premises, login: str) -> object:
    return await premises.accounts.remove(login)


@pytest.mark.parametrize("step", [_demote, _deactivate, _remove])
async def test_a23_last_active_admin_stays_one(premises: Premises, step: object) -> None:
    assert callable(step)
    await premises.account("root", role=Role.ADMIN)
    await premises.account("off", role=Role.ADMIN)
    await premises.accounts.deactivate("off")
    with pytest.raises(Conflict, match="last active administrator"):
        await step(premises, "root")
    root = await premises.accounts.find("root")
    assert (root.role, root.is_active) == (Role.ADMIN, True)
    await premises.accounts.activate("off")
    await step(premises, "root")


async def test_a23_admins_who_end_each_other_at_once_leave_one(db: Database, tmp_path: Path) -> None:
    async with open_premises(db, tmp_path) as here, open_premises(db, tmp_path) as there:
        for login in ("ann", "bob", "cid"):
            await here.account(login, role=Role.ADMIN)
        results = await asyncio.gather(
            _demote(here, "ann"), _deactivate(there, "bob"), _remove(here, "cid"), return_exceptions=True
        )
        assert sum(isinstance(result, Conflict) for result in results) == 1, results
        admins = [a for a in await here.accounts.list_all() if a.role is Role.ADMIN and a.is_active]
        assert len(admins) == 1


async def test_removed_account_is_gone_with_all_that_was_its_own(premises_on_both: Premises) -> None:
    premises = premises_on_both
    await premises.account("root", role=Role.ADMIN)
    ann = await premises.accounts.add(
        login="ann", email="ann@example.org", role=Role.MEMBER, password=PASSWORD, mailing=Mailing()
    )
    calendar = await premises.calendars.add(name="Ann's", owner="ann")
    await premises.put(calendar)
    share = await premises.secured_share(calendar, logins=("ann",), mailing=Mailing())
    await premises.sessions.begin(ann, agent="")
    premises.usage.count(share.id, ann.id, "curl")
    await premises.usage.flush()

    await premises.accounts.remove("ann", by=ROOT)

    with pytest.raises(NotFound):
        await premises.accounts.find("ann")
    assert [a.login for a in await premises.accounts.list_all()] == ["root"]
    async with premises.db.read() as tx:
        for name in ("sessions", "invitations", "grants", "notices"):
            table = tables.metadata.tables[name]
            left = select(func.count()).select_from(table).where(table.c.account_id == ann.id)
            assert await tx.scalar(left) == 0, name
        used = select(func.count()).select_from(tables.usage).where(tables.usage.c.reader_id == ann.id)
        assert await tx.scalar(used) == 0
    assert (await premises.calendars.find(calendar.id)).owner_id is None
    assert (await premises.sharing.find(share.id)).grants == ()


async def test_p04_history_names_who_was_removed_no_more(premises: Premises) -> None:
    await premises.account("root", role=Role.ADMIN)
    ann = await premises.accounts.add(
        login="ann", display_name="Ann Archer", email="ann@example.org", role=Role.ADMIN, password=PASSWORD
    )
    acting = Actor(account_id=ann.id, name="Ann Archer", address="192.0.2.77")
    await premises.accounts.edit("root", display_name="Root R.", by=acting)
    share = await premises.secured_share(logins=("ann",))
    await premises.sharing.edit(share.id, name="Team 2", by=acting)
    await premises.accounts.remove("ann", by=ROOT)
    told = repr(await premises.history.page())
    assert "Ann Archer" not in told
    assert "192.0.2.77" not in told
    assert "example.org" not in told
    assert ("Root", "removed", f"former account {ann.id[:4]}") in await history(premises)


async def test_b06_removed_account_opens_nothing_any_more(premises: Premises) -> None:
    await premises.account("ann")
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")
    await premises.accounts.remove("ann")
    with pytest.raises(CredentialsRefused):
        await premises.accounts.authenticate("ann", [PASSWORD], address="::1")
    again = await premises.account("ann", password="another password")
    with pytest.raises(CredentialsRefused):
        await premises.accounts.authenticate("ann", [PASSWORD], address="::1")
    assert again.version == 1


async def test_shares_that_a_deactivation_paused_come_back_when_the_account_is_removed(premises: Premises) -> None:
    await premises.account("bob", role=Role.MEMBER)
    calendar = await premises.calendars.add(name="Bob's", owner="bob")
    share = await premises.share(calendar)
    await premises.accounts.deactivate("bob")
    paused = await premises.sharing.find(share.id)
    await premises.accounts.remove("bob")
    back = await premises.sharing.find(share.id)
    assert (paused.is_owner_active, back.is_owner_active) == (False, True)
    assert back.revision > paused.revision
    assert back.stamp_at > paused.stamp_at


async def test_calendars_of_who_becomes_a_guest_are_the_organisations(premises: Premises) -> None:
    await premises.account("bob", role=Role.MEMBER)
    calendar = await premises.calendars.add(name="Bob's", owner="bob")
    await premises.accounts.edit("bob", role=Role.GUEST)
    assert (await premises.calendars.find(calendar.id)).owner_id is None


async def test_what_is_done_to_accounts_stands_in_the_history(premises: Premises) -> None:
    await premises.accounts.add(login="ann", email="a@example.org", role=Role.GUEST, by=ROOT)
    await premises.accounts.invite("ann", by=ROOT)
    await premises.accounts.set_password("ann", PASSWORD, by=ROOT)
    await premises.accounts.reset("ann", by=ROOT)
    for change in (premises.accounts.deactivate, premises.accounts.deactivate, premises.accounts.activate):
        await change("ann", by=ROOT)
    await premises.accounts.remove("ann", by=ROOT)
    actions = [action for _, action, _ in await history(premises)]
    assert actions == ["added", "invited", "password set", "reset sent", "deactivated", "activated", "removed"]


async def test_own_password_is_changed_with_the_current_one_and_ends_the_other_sessions(premises: Premises) -> None:
    ann = await premises.account("ann")
    _, mine = await premises.sessions.begin(ann, agent="")
    other, _ = await premises.sessions.begin(ann, agent="")
    change = {"keep": mine.session, "by": ROOT, "address": "::1"}
    with pytest.raises(CredentialsRefused):
        await premises.accounts.change_password(ann, current="wrong", new="a whole new password", **change)  # type: ignore[arg-type]
    await premises.accounts.change_password(ann, current=PASSWORD, new="a whole new password", **change)  # type: ignore[arg-type]
    await premises.accounts.authenticate("ann", ["a whole new password"], address="::1")
    assert [session.id for session in await premises.sessions.list_of(ann)] == [mine.session.id]
    assert await premises.sessions.find(other) is None


async def test_a08_password_that_was_just_replaced_changes_nothing_any_more(premises_on_both: Premises) -> None:
    """Two changes at once from the same password: the later one has proven what is no password any more."""
    accounts, ann = premises_on_both.accounts, await premises_on_both.account("ann")
    _, mine = await premises_on_both.sessions.begin(ann, agent="")
    changes = [
        accounts.change_password(ann, current=PASSWORD, new=new, keep=mine.session, by=ROOT, address="::1")
        for new in ("one whole new password", "another new password")
    ]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Account", "CredentialsRefused"]


@pytest.mark.parametrize("weak", ["", "1234567", "password", "PASSWORD1", "sunshine", "iloveyou"])
async def test_a27_weak_password_is_refused(premises: Premises, weak: str) -> None:
    ann = await premises.account("ann")
    _, mine = await premises.sessions.begin(ann, agent="")
    with pytest.raises(InvalidInput):
        await premises.accounts.change_password(
            ann, current=PASSWORD, new=weak, keep=mine.session, by=ROOT, address="::1"
        )


@pytest.mark.parametrize(
    "good", ["vier zwei drei", "\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801", " blanks: at both ends ", "x" * 1024]
)
async def test_a27_everything_else_is_taken_as_it_is(premises: Premises, good: str) -> None:
    ann = await premises.account("ann")
    _, mine = await premises.sessions.begin(ann, agent="")
    await premises.accounts.change_password(ann, current=PASSWORD, new=good, keep=mine.session, by=ROOT, address="::1")
    await premises.accounts.authenticate("ann", [good], address="::1")


@pytest.fixture
async def people(premises: Premises) -> list[Account]:
    """Six accounts of all kinds."""
    root = await premises.account("root", role=Role.ADMIN)
    guests = [await premises.account(f"guest{number}") for number in range(4)]
    waiting = await premises.accounts.add(
        login="wait", email="w@example.net", display_name="Änne 100%", role=Role.MEMBER, mailing=Mailing()
    )
    await premises.accounts.deactivate("guest3")
    return [root, *guests, waiting]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("query", "logins"),
    [
        (AccountQuery(), ["guest0", "guest1", "guest2", "guest3", "root", "wait"]),
        (AccountQuery(text="GUEST"), ["guest0", "guest1", "guest2", "guest3"]),
        (AccountQuery(text="änne"), ["wait"]),
        (AccountQuery(text="100%"), ["wait"]),
        (AccountQuery(text="%"), ["wait"]),
        (AccountQuery(text="_"), []),
        (AccountQuery(text="guest 1"), ["guest1"]),
        (AccountQuery(role=Role.ADMIN), ["root"]),
        (AccountQuery(standing=AccountStanding.WAITING), ["wait"]),
        (AccountQuery(standing=AccountStanding.INACTIVE), ["guest3"]),
        (AccountQuery(standing=AccountStanding.ACTIVE, role=Role.GUEST), ["guest0", "guest1", "guest2"]),
        (AccountQuery(page=2, per_page=4), ["root", "wait"]),
        (AccountQuery(page=99, per_page=4), ["root", "wait"]),
    ],
)
async def test_list_is_searched_and_filtered(premises: Premises, query: AccountQuery, logins: list[str]) -> None:
    page = await premises.accounts.page(query)
    assert [row.account.login for row in page.rows] == logins


async def test_list_tells_how_many_shares_each_may_open_and_who_was_invited(premises_on_both: Premises) -> None:
    await premises_on_both.account("ann")
    await premises_on_both.accounts.add(login="new", email="n@example.org", role=Role.GUEST, mailing=Mailing())
    calendar = await premises_on_both.calendar()
    await premises_on_both.secured_share(calendar)
    second = await premises_on_both.secured_share(calendar)
    gone = await premises_on_both.secured_share(calendar)
    await premises_on_both.sharing.edit(second.id, withdrawn=["ann"])
    await premises_on_both.sharing.remove(gone.id)
    rows = {row.account.login: row for row in (await premises_on_both.accounts.page(AccountQuery())).rows}
    assert (rows["ann"].share_count, rows["ann"].invited_until) == (1, None)
    assert rows["new"].invited_until is not None
