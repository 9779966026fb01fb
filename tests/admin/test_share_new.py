from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.account import Account, Role
from feedserver.model.collection import Collection
from feedserver.model.notice import NoticeKind
from feedserver.model.share import DetailLevel, Share, ShareFilter, ShareKind, ShareState
from feedserver.storage.engine import Database
from tests.admin.conftest import SiteServer, Visitor
from tests.premises import Premises, open_premises


@pytest.fixture
async def work(premises: Premises) -> Collection:
    return await premises.calendars.add(name="Work")


@pytest.fixture
async def mailless(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as made:
        yield made


async def the_share(premises: Premises) -> Share:
    """The only one there is."""
    (share,) = await premises.sharing.list_all(has_removed=True)
    return share


async def kinds_owed(premises: Premises) -> list[tuple[NoticeKind, str]]:
    page = await premises.notices.page()
    return sorted((row.notice.kind, row.address) for row in page.rows)


def value_of(page: str, name: str) -> str:
    """Of a field of one line."""
    found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page)
    assert found, f"there is no field {name}"
    return found[1]


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"[^>]* checked', page)


async def test_public_share_is_made_and_its_link_shown(
    premises: Premises, admin: Visitor, work: Collection, admin_account: Account
) -> None:
    answer = await admin.post(
        "/shares/new", {"do": "create", "kind": "public", "calendar": work.id, "has_details": "1"}
    )
    share = await the_share(premises)
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/shares/{share.id}/made")
    assert (share.kind, share.state, share.name) == (ShareKind.PUBLIC, ShareState.ACTIVE, "Work")
    assert [(entry.collection_id, entry.level) for entry in share.entries] == [(work.id, DetailLevel.DETAILS)]
    page = await (await admin.get(f"/shares/{share.id}/made")).text()
    link = premises.link(share)
    assert link.page_url in page
    assert link.feed_url in page
    assert f"/admin/shares/{share.id}/qr.svg" in page
    assert "calendar.google.com" in page
    assert 'name="emails"' in page
    (entry, *_) = await premises.history.of_share(share.id)
    assert entry.actor.account_id == admin_account.id


async def test_secured_share_is_made_and_mailed_to_the_ticked_users(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    ann = await premises.account("ann")
    new = await premises.accounts.add(login="new", email="new@example.org", role=Role.GUEST)
    await premises.account("unticked")
    answer = await admin.post(
        "/shares/new",
        {"kind": "secured", "calendar": work.id, "member": [ann.id, new.id], "is_mailed": "1", "message": "Hello"},
    )
    share = await the_share(premises)
    assert answer.status == 303
    assert {grant.account_id for grant in share.grants} == {ann.id, new.id}
    assert share.entries[0].level is DetailLevel.BUSY
    assert await kinds_owed(premises) == [
        (NoticeKind.CHOOSE_PASSWORD, "new@example.org"),
        (NoticeKind.SHARED_SECURED, "ann@example.org"),
    ]
    page = await (await admin.get(f"/shares/{share.id}/made")).text()
    assert "Mails go to 2 people." in page
    assert premises.link(share).page_url in page
    assert "calendar.google.com" not in page
    assert "cannot log in" in page


async def test_secured_share_is_mailed_to_nobody_without_the_tick(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    ann = await premises.account("ann")
    await admin.post("/shares/new", {"kind": "secured", "calendar": work.id, "member": ann.id})
    assert (await the_share(premises)).grants
    assert await kinds_owed(premises) == []


async def test_more_options_are_taken(premises: Premises, admin: Visitor, work: Collection) -> None:
    fields = {
        "kind": "public",
        "calendar": work.id,
        "has_details": "1",
        "level": "titles",
        "name": "Press",
        "note": "for Kim",
        "begin_day": "2026-05-01",
        "begin_time": "08:00",
        "end_day": "2026-05-31",
        "categories_in": "Public, Press",
        "categories_out": "Internal",
        "words": "open house",
        "days_back": "7",
        "days_ahead": "90",
    }
    assert (await admin.post("/shares/new", fields)).status == 303
    share = await the_share(premises)
    assert (share.name, share.note) == ("Press", "for Kim")
    assert share.starts_at == datetime(2026, 5, 1, 6, tzinfo=UTC)
    assert share.expires_at == datetime(2026, 5, 31, 22, tzinfo=UTC)
    assert share.filter == ShareFilter(
        categories_in=("Press", "Public"),
        categories_out=("Internal",),
        words=("open house",),
        days_back=7,
        days_ahead=90,
    )


async def test_each_calendar_may_have_its_own_level_and_the_name_is_made_of_them(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    home = await premises.calendars.add(name="Home")
    fields = {"kind": "public", "calendar": [work.id, home.id], f"level-{home.id}": "full"}
    await admin.post("/shares/new", fields)
    share = await the_share(premises)
    assert {entry.collection_id: entry.level for entry in share.entries} == {
        work.id: DetailLevel.BUSY,
        home.id: DetailLevel.FULL,
    }
    assert share.name == "Home and Work"


async def test_name_of_many_calendars_is_cut_short(premises: Premises, admin: Visitor) -> None:
    made = [await premises.calendars.add(name=name) for name in ("A", "B", "C", "D", "E")]
    await admin.post("/shares/new", {"kind": "public", "calendar": [one.id for one in made]})
    assert (await the_share(premises)).name == "A, B, and 3 more"


async def test_faults_are_beside_their_fields_and_everything_typed_is_kept(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    ann = await premises.account("ann")
    fields = {
        "kind": "secured",
        "calendar": work.id,
        "has_details": "1",
        "level": "full",
        f"level-{work.id}": "titles",
        "name": "<b>Team</b>",
        "note": "a note",
        "begin_day": "soon",
        "end_day": "2026-05-31",
        "end_time": "18:00",
        "categories_out": "Internal",
        "days_back": "many",
        "member": ann.id,
        "message": "Dear Ann",
        "user_name": "Bob",
        "user_email": "not an address",
        "form_key": "k1",
    }
    answer = await admin.post("/shares/new", fields)
    page = await answer.text()
    assert answer.status == 422
    assert await premises.sharing.list_all() == []
    for fault in ("f-begin_day", "f-days_back", "f-user_email"):
        assert f'<a href="#{fault}">' in page
        assert f'id="{fault.replace("f-", "e-")}"' in page
    assert "&lt;b&gt;Team&lt;/b&gt;" in page
    assert "<b>Team" not in page
    assert value_of(page, "form_key") == "k1"
    kept = ("begin_day", "end_day", "end_time", "categories_out", "days_back", "user_name", "user_email")
    assert {name: value_of(page, name) for name in kept} == {name: fields[name] for name in kept}
    assert (ticked(page, "kind"), ticked(page, "calendar"), ticked(page, "member")) == (
        ["secured"],
        [work.id],
        [ann.id],
    )
    assert (ticked(page, "level"), ticked(page, "has_details")) == (["full"], ["1"])
    assert '<option value="titles" selected>' in page
    assert ">a note</textarea>" in page
    assert ticked(page, "is_mailed") == []


async def test_without_a_calendar_nothing_is_made(premises: Premises, admin: Visitor, work: Collection) -> None:
    answer = await admin.post("/shares/new", {"kind": "public"})
    assert answer.status == 422
    assert "Tick at least one calendar." in await answer.text()
    assert value_of(await answer.text(), "name") == ""
    assert await premises.sharing.list_all() == []


async def test_end_before_the_begin_is_said_beside_the_end(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    fields = {"kind": "public", "calendar": work.id, "begin_day": "2026-05-02", "end_day": "2026-05-01"}
    answer = await admin.post("/shares/new", fields)
    assert answer.status == 422
    assert 'id="e-end_day"' in await answer.text()


async def test_secured_share_for_nobody_is_asked_about(premises: Premises, admin: Visitor, work: Collection) -> None:
    answer = await admin.post("/shares/new", {"kind": "secured", "calendar": work.id})
    assert answer.status == 422
    assert "Tick at least one user" in await answer.text()


async def test_ticked_users_with_a_public_link_are_asked_about(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    ann = await premises.account("ann")
    answer = await admin.post("/shares/new", {"kind": "public", "calendar": work.id, "member": ann.id})
    assert answer.status == 422
    assert "everybody can open a public link" in await answer.text()
    assert await premises.sharing.list_all() == []


@pytest.mark.parametrize("kind", ["", "secret"])
async def test_kind_that_is_none_makes_nothing(premises: Premises, admin: Visitor, work: Collection, kind: str) -> None:
    assert (await admin.post("/shares/new", {"kind": kind, "calendar": work.id})).status == 422
    assert await premises.sharing.list_all() == []


async def test_user_is_added_from_within_the_form_and_nothing_typed_is_lost(
    premises: Premises, admin: Visitor, work: Collection, admin_account: Account
) -> None:
    ann = await premises.account("ann")
    fields = {
        "do": "add-user",
        "kind": "secured",
        "calendar": work.id,
        "name": "Board",
        "note": "a note",
        "member": ann.id,
        "user_name": "Bob Burns",
        "user_email": "bob@example.org",
        "form_key": "k1",
    }
    answer = await admin.post("/shares/new", fields)
    page = await answer.text()
    assert answer.status == 200
    bob = await premises.accounts.find("bob.burns")
    assert (bob.role, bob.display_name, bob.password_hash) == (Role.GUEST, "Bob Burns", None)
    assert sorted(ticked(page, "member")) == sorted([ann.id, bob.id])
    assert "Bob Burns is a user and ticked below." in page
    assert (value_of(page, "name"), value_of(page, "form_key")) == ("Board", "k1")
    assert ticked(page, "calendar") == [work.id]
    assert ">a note</textarea>" in page
    assert [value_of(page, name) for name in ("user_name", "user_email", "user_login")] == ["", "", ""]
    assert await premises.sharing.list_all() == []
    assert await kinds_owed(premises) == []
    (entry,) = await premises.history.page(limit=1)
    assert (entry.subject_name, entry.actor.account_id) == ("Bob Burns", admin_account.id)


async def test_user_may_have_a_login_of_their_choice(premises: Premises, admin: Visitor, work: Collection) -> None:
    typed = {"do": "add-user", "kind": "secured", "user_name": "Bob", "user_email": "b@example.org", "user_login": "bb"}
    await admin.post("/shares/new", typed)
    assert (await premises.accounts.find("bb")).display_name == "Bob"


async def test_taken_login_is_said_beside_its_field(premises: Premises, admin: Visitor, work: Collection) -> None:
    await premises.account("ann")
    typed = {"do": "add-user", "kind": "secured", "user_name": "An", "user_email": "b@example.org", "user_login": "ANN"}
    answer = await admin.post("/shares/new", typed)
    assert answer.status == 422
    assert 'id="e-user_login"' in await answer.text()


async def test_a24_user_added_twice_is_one_user_who_is_ticked(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    typed = {"do": "add-user", "kind": "secured", "user_name": "Bob", "user_email": "bob@example.org"}
    await admin.post("/shares/new", typed)
    again = await admin.post("/shares/new", {**typed, "user_email": "BOB@example.org"})
    bob = await premises.accounts.find("bob")
    assert ticked(await again.text(), "member") == [bob.id]
    assert [account.login for account in await premises.accounts.list_all()] == ["bob", "root"]


async def test_user_typed_but_not_added_is_added_with_the_share(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    fields = {"kind": "secured", "calendar": work.id, "user_name": "Bob", "user_email": "bob@example.org"}
    assert (await admin.post("/shares/new", fields)).status == 303
    bob = await premises.accounts.find("bob")
    assert [grant.account_id for grant in (await the_share(premises)).grants] == [bob.id]


async def test_user_is_not_made_while_the_share_has_faults(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    answer = await admin.post("/shares/new", {"kind": "secured", "user_name": "Bob", "user_email": "bob@example.org"})
    assert answer.status == 422
    assert [account.login for account in await premises.accounts.list_all()] == ["root"]
    assert value_of(await answer.text(), "user_name") == "Bob"


async def test_a24_form_sent_twice_makes_one_share_and_one_mail(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    ann = await premises.account("ann")
    form = await (await admin.get("/shares/new")).text()
    fields = {
        "kind": "secured",
        "calendar": work.id,
        "member": ann.id,
        "is_mailed": "1",
        "form_key": value_of(form, "form_key"),
        "form_token": value_of(form, "form_token"),
    }
    first = await admin.post("/shares/new", fields)
    second = await admin.post("/shares/new", fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(await premises.sharing.list_all()) == 1
    assert await kinds_owed(premises) == [(NoticeKind.SHARED_SECURED, "ann@example.org")]
    page = await (await admin.get(second.headers["Location"].removeprefix("/admin"))).text()
    assert page.count("A mail goes to 1 person.") == 1


async def test_a24_form_changed_after_going_back_says_that_its_share_was_made(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    fields = {"kind": "public", "calendar": work.id, "name": "One", "form_key": "k1"}
    await admin.post("/shares/new", fields)
    again = await admin.post("/shares/new", {**fields, "name": "Two"})
    assert [share.name for share in await premises.sharing.list_all()] == ["One"]
    page = await (await admin.get(again.headers["Location"].removeprefix("/admin"))).text()
    assert "This form had made a share already." in page


async def test_each_form_has_a_key_of_its_own(admin: Visitor, work: Collection) -> None:
    pages = [await (await admin.get("/shares/new")).text() for _ in range(2)]
    assert value_of(pages[0], "form_key") != value_of(pages[1], "form_key")


async def test_a14_extra_fields_change_nothing(premises: Premises, admin: Visitor, work: Collection) -> None:
    extra = {"id": "1", "state": "removed", "active": "", "serial": "7", "token": "x", "owner": "x", "uid_salt": "x"}
    new = {"user_role": "admin", "role": "admin", "password": "secret", "password_hash": "x", "is_admin": "1"}
    fields = {"kind": "secured", "calendar": work.id, "user_name": "Bob", "user_email": "bob@example.org"}
    await admin.post("/shares/new", {**fields, **extra, **new})
    share, bob = await the_share(premises), await premises.accounts.find("bob")
    assert (share.state, share.serial, len(share.id)) == (ShareState.ACTIVE, 1, 32)
    assert (bob.role, bob.password_hash) == (Role.GUEST, None)


async def test_calendar_that_was_removed_meanwhile_is_said(
    premises: Premises, admin: Visitor, work: Collection
) -> None:
    gone = await premises.calendars.add(name="Gone")
    await premises.calendars.remove(gone.id)
    answer = await admin.post("/shares/new", {"kind": "public", "calendar": [work.id, gone.id]})
    page = await answer.text()
    assert answer.status == 422
    assert "was removed meanwhile" in page
    assert ticked(page, "calendar") == [work.id]


async def test_a11_names_are_shown_as_text(premises: Premises, admin: Visitor) -> None:
    nasty = '"><script>alert(1)</script>'
    await premises.calendars.add(name=nasty)
    await premises.accounts.add(login="x", email="x@example.org", role=Role.GUEST, display_name=nasty)
    page = await (await admin.get("/shares/new")).text()
    assert "<script>alert" not in page


async def test_form_says_when_there_is_nothing_to_share(admin: Visitor) -> None:
    page = await (await admin.get("/shares/new")).text()
    assert "There is no calendar yet" in page
    assert 'href="/admin/calendars/new"' in page


async def test_address_may_choose_kind_and_calendars(admin: Visitor, work: Collection) -> None:
    page = await (await admin.get(f"/shares/new?kind=secured&calendar={work.id}")).text()
    assert (ticked(page, "kind"), ticked(page, "calendar")) == (["secured"], [work.id])


async def test_a09_form_is_for_admins_alone(premises: Premises, visitor: Visitor, work: Collection) -> None:
    assert (await visitor.get("/shares/new")).status == 303
    guest = await premises.account("guest")
    secret, _ = await premises.sessions.begin(guest, agent="test")
    member = Visitor(visitor.client, secret)
    assert (await member.get("/shares/new")).status == 403
    assert (await member.post("/shares/new", {"kind": "public", "calendar": work.id})).status == 403
    assert await premises.sharing.list_all() == []


async def test_without_a_mail_server_the_texts_for_the_users_are_shown(
    mailless: Premises, aiohttp_client: AiohttpClient
) -> None:
    root, ann = await mailless.account("root", role=Role.ADMIN), await mailless.account("ann")
    work = await mailless.calendars.add(name="Work")
    client = await aiohttp_client(SiteServer(mailless.app), headers={"Accept-Language": "en"})
    secret, _ = await mailless.sessions.begin(root, agent="test")
    admin = Visitor(client, secret)
    assert "This server sends no mail" in await (await admin.get("/shares/new")).text()
    answer = await admin.post(
        "/shares/new", {"kind": "secured", "calendar": work.id, "member": ann.id, "is_mailed": "1"}
    )
    page = await (await admin.get(answer.headers["Location"].removeprefix("/admin"))).text()
    assert "nothing has been sent" in page
    assert "Mails go" not in page
    assert "A mail goes" not in page
    assert 'href="mailto:ann@example.org?subject=' in page
    assert await kinds_owed(mailless) == []
