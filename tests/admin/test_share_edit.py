from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from feedserver.model.account import Role
from feedserver.model.errors import Conflict
from feedserver.model.notice import NoticeKind
from feedserver.model.share import DetailLevel, Share, ShareFilter, ShareKind
from tests.admin.conftest import Visitor
from tests.premises import Premises

NOON = datetime(2030, 5, 1, 10, 0, 30, tzinfo=UTC)


@pytest.fixture
async def share(premises: Premises) -> Share:
    """A public one with something in every field, and two recipients."""
    work, home = await premises.calendars.add(name="Work"), await premises.calendars.add(name="Home")
    made = await premises.share(
        work,
        home,
        level=DetailLevel.TITLES,
        note="for Kim",
        filter=ShareFilter(categories_out=("Internal",), days_back=7),
        expires_at=NOON,
        emails=["bob@example.org", "cy@example.org"],
    )
    first, second = made.entries
    return await premises.sharing.edit(made.id, entries=[first, type(second)(collection_id=home.id, level="full")])


async def the_form(admin: Visitor, share: Share) -> dict[str, Any]:
    """What a browser would send if nothing were changed."""
    page = await (await admin.get(f"/shares/{share.id}/edit")).text()
    return fields_of(page)


def fields_of(page: str) -> dict[str, Any]:
    """The fields of the share's form as they stand."""
    form = page[page.index('class="card form"') :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        is_tick = 'type="checkbox"' in tag or 'type="radio"' in tag
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and (not is_tick or " checked" in tag):
            fields.setdefault(name[1], []).append(value[1])
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        fields[name] = [text]
    for name, body in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        fields[name] = [chosen[1] if chosen else ""]
    return fields


async def save(admin: Visitor, share: Share, **changes: Any) -> Any:
    return await admin.post(f"/shares/{share.id}/edit", {**await the_form(admin, share), **changes})


async def kinds_owed(premises: Premises) -> list[tuple[NoticeKind, str]]:
    page = await premises.notices.page()
    return sorted((row.notice.kind, row.address) for row in page.rows)


async def test_saving_what_stands_in_the_form_changes_nothing(premises: Premises, admin: Visitor, share: Share) -> None:
    answer = await save(admin, share)
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/shares/{share.id}/")
    assert await premises.sharing.find(share.id) == share


async def test_edit_changes_the_share_and_not_its_link(premises: Premises, admin: Visitor, share: Share) -> None:
    before = premises.sharing.links(share)
    page = premises.feed_path(share)
    answer = await save(admin, share, words="open house", end_day="2031-01-01", end_time="", note="", has_details=[])
    after = await premises.sharing.find(share.id)
    assert answer.status == 303
    assert after.filter == ShareFilter(categories_out=("Internal",), days_back=7, words=("open house",))
    assert (after.expires_at, after.note) == (datetime(2031, 1, 1, 23, tzinfo=UTC), "")
    assert [entry.level for entry in after.entries] == [DetailLevel.BUSY, DetailLevel.FULL]
    assert premises.sharing.links(after) == before
    assert premises.feed_path(after) == page


async def test_new_name_keeps_the_link_working(premises: Premises, admin: Visitor, share: Share) -> None:
    old = premises.feed_path(share)
    await save(admin, share, name="Press")
    assert (await premises.sharing.find(share.id)).name == "Press"
    assert (await admin.client.get(old)).status == 200


async def test_kind_is_for_good(premises: Premises, admin: Visitor, share: Share) -> None:
    page = await (await admin.get(f"/shares/{share.id}/edit")).text()
    assert 'name="kind"' not in page
    await save(admin, share, kind="secured", name="Same")
    assert (await premises.sharing.find(share.id)).kind is ShareKind.PUBLIC


async def test_recipient_without_a_tick_loses_their_link_and_new_ones_get_theirs(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    cy = next(one for one in share.recipients if one.email == "cy@example.org")
    await save(admin, share, recipient=cy.id, emails="di@example.org", is_mailed="1", tells_end="1")
    after = await premises.sharing.find(share.id)
    assert {one.email: one.revoked_at is None for one in after.recipients} == {
        "bob@example.org": False,
        "cy@example.org": True,
        "di@example.org": True,
    }
    assert await kinds_owed(premises) == [
        (NoticeKind.SHARED_LINK, "di@example.org"),
        (NoticeKind.SHARING_ENDED, "bob@example.org"),
    ]


async def test_members_are_let_in_and_out(premises: Premises, admin: Visitor) -> None:
    ann, bob = await premises.account("ann"), await premises.account("bob")
    share = await premises.secured_share()
    await save(admin, share, member=bob.id, is_mailed="1")
    after = await premises.sharing.find(share.id)
    assert {grant.account_id: grant.withdrawn_at is None for grant in after.grants} == {ann.id: False, bob.id: True}
    assert await kinds_owed(premises) == [(NoticeKind.SHARED_SECURED, "bob@example.org")]


async def test_user_is_added_from_within_the_form(premises: Premises, admin: Visitor) -> None:
    ann = await premises.account("ann")
    share = await premises.secured_share()
    answer = await save(admin, share, do="add-user", name="Typed", user_name="Bob Burns", user_email="bob@example.org")
    bob = await premises.accounts.find("bob.burns")
    fields = fields_of(await answer.text())
    assert answer.status == 200
    assert (sorted(fields["member"]), fields["name"]) == (sorted([ann.id, bob.id]), ["Typed"])
    assert (await premises.sharing.find(share.id)) == share
    assert (await admin.post(f"/shares/{share.id}/edit", {**fields, "do": "save"})).status == 303
    assert len((await premises.sharing.find(share.id)).grants) == 2


async def test_deactivated_member_is_shown_and_stays(premises: Premises, admin: Visitor) -> None:
    await premises.account("ann")
    share = await premises.secured_share()
    await premises.accounts.deactivate("ann")
    assert "deactivated" in await (await admin.get(f"/shares/{share.id}/edit")).text()
    await save(admin, share, name="Other")
    (grant,) = (await premises.sharing.find(share.id)).grants
    assert grant.withdrawn_at is None


async def test_bad_address_is_named_and_everything_typed_is_kept(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    answer = await save(admin, share, name="Typed", emails="good@example.org\nbad@@example.org")
    page = await answer.text()
    assert answer.status == 422
    assert "“bad@@example.org” is no mail address" in page
    fields = fields_of(page)
    assert (fields["name"], fields["emails"]) == (["Typed"], ["good@example.org\nbad@@example.org"])
    assert await premises.sharing.find(share.id) == share


async def test_second_of_two_admins_is_told_and_nothing_of_either_is_lost(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    opened = await the_form(admin, share)
    await save(admin, share, name="First", note="first")
    answer = await admin.post(f"/shares/{share.id}/edit", {**opened, "name": "Second", "words": "second"})
    page = await answer.text()
    assert answer.status == 409
    assert "Somebody else saved this share while you had it open." in page
    assert "root changed this share." in page
    assert "Name: First" in page
    assert "Note: first" in page
    assert (await premises.sharing.find(share.id)).name == "First"
    again = fields_of(page)
    assert (again["name"], again["words"]) == (["Second"], ["second"])
    assert (await admin.post(f"/shares/{share.id}/edit", again)).status == 303
    after = await premises.sharing.find(share.id)
    assert (after.name, after.filter.words, after.note) == ("Second", ("second",), "for Kim")


async def test_second_admin_is_told_of_a_changed_audience_too(premises: Premises, admin: Visitor, share: Share) -> None:
    opened = await the_form(admin, share)
    await premises.sharing.edit(share.id, emails=["new@example.org"])
    answer = await admin.post(f"/shares/{share.id}/edit", opened)
    assert answer.status == 409
    assert "Who may open it: bob@example.org, cy@example.org, new@example.org" in await answer.text()


async def test_edit_thought_of_for_an_older_share_is_refused_by_the_service(premises: Premises, share: Share) -> None:
    await premises.sharing.edit(share.id, note="first")
    with pytest.raises(Conflict):
        await premises.sharing.edit(share.id, note="second", seen=share)
    assert (await premises.sharing.find(share.id)).note == "first"


async def test_nobody_whom_the_form_could_not_show_loses_their_link(premises: Premises, admin: Visitor) -> None:
    share = await premises.share(emails=[f"a{number}@example.org" for number in range(501)])
    await save(admin, share, name="Other")
    after = await premises.sharing.find(share.id)
    assert after.name == "Other"
    assert after.recipients == share.recipients


async def test_a14_extra_fields_change_nothing(premises: Premises, admin: Visitor, share: Share) -> None:
    extra = {"state": "removed", "serial": "9", "revision": "99", "id": "x", "owner_id": "x", "token": "x"}
    await save(admin, share, **extra)
    assert await premises.sharing.find(share.id) == share


async def test_removed_share_cannot_be_edited(premises: Premises, admin: Visitor, share: Share) -> None:
    opened = await the_form(admin, share)
    await premises.sharing.remove(share.id)
    assert (await admin.get(f"/shares/{share.id}/edit")).status == 409
    assert (await admin.post(f"/shares/{share.id}/edit", opened)).status == 409


@pytest.mark.parametrize("share_id", ["0" * 32, "Team"])
async def test_share_that_is_not_there_is_not_found(admin: Visitor, share: Share, share_id: str) -> None:
    assert (await admin.get(f"/shares/{share_id}/edit")).status == 404
    assert (await admin.post(f"/shares/{share_id}/edit", {})).status == 404


async def test_a09_edit_is_for_admins_alone(premises: Premises, visitor: Visitor, share: Share) -> None:
    assert (await visitor.get(f"/shares/{share.id}/edit")).status == 303
    member = await premises.account("cleo", role=Role.MEMBER)
    secret, _ = await premises.sessions.begin(member, agent="test")
    asked = Visitor(visitor.client, secret)
    assert (await asked.get(f"/shares/{share.id}/edit")).status == 403
    assert (await asked.post(f"/shares/{share.id}/edit", {"name": "x"})).status == 403
