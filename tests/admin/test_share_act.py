"""Activate, deactivate and remove, for one share or many, and what each answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.account import Role
from feedserver.model.notice import NoticeKind
from feedserver.model.share import Share, ShareState
from feedserver.storage.engine import Database
from tests.admin.conftest import Fields, SiteServer, Visitor
from tests.premises import Premises, open_premises


async def state_of(premises: Premises, share: Share) -> ShareState:
    return (await premises.sharing.find(share.id)).state


async def told(admin: Visitor, path: str = "/shares/") -> str:
    """What the next page says, in one line."""
    text = await (await admin.get(path)).text()
    found = re.findall(r'<div class="message (\w+)" role[^>]*>(.*?)</div>', text, re.DOTALL)
    return " | ".join(f"{kind}: {_plain(words)}" for kind, words in found)


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


async def act(admin: Visitor, action: str, *shares: Share, **fields: str) -> str:
    """The address that the answer leads to."""
    sent: Fields = {"action": action, "share": [share.id for share in shares], **fields}
    answer = await admin.post("/shares/act", sent)
    assert answer.status == 303
    return answer.headers["Location"]


async def test_one_share_is_deactivated_and_activated(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    assert await act(admin, "deactivate", share) == "/admin/shares/"
    assert await state_of(premises, share) is ShareState.INACTIVE
    assert "done: “Team” is inactive" in await told(admin)
    assert await told(admin) == "", "a message is shown once"
    await act(admin, "activate", share)
    assert await state_of(premises, share) is ShareState.ACTIVE
    assert "done: “Team” is active" in await told(admin)


async def test_many_shares_are_changed_at_once(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar()
    chosen = [await premises.share(calendar, name=name) for name in ("One", "Two")]
    other = await premises.share(calendar, name="Other")
    await act(admin, "deactivate", *chosen)
    assert [await state_of(premises, share) for share in (*chosen, other)] == ["inactive", "inactive", "active"]
    assert "done: 2 shares are inactive." in await told(admin)


async def test_what_could_not_be_done_is_told_share_by_share(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar()
    fine, removed = await premises.share(calendar, name="Fine"), await premises.share(calendar, name="Gone")
    await premises.sharing.remove(removed.id)
    sent = {"action": "activate", "share": [fine.id, removed.id, "nothing"]}
    assert (await admin.post("/shares/act", sent)).status == 303
    words = await told(admin)
    assert "failed: 2 shares could not be activated: Gone: This share was removed." in words
    assert "There is no share named nothing." in words
    assert "done: “Fine” is active" in words


async def test_answer_leads_back_to_the_list_as_it_was(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    assert await act(admin, "deactivate", share, query="q=team&sort=-name&page=2") == (
        "/admin/shares/?q=team&sort=-name&page=2"
    )
    assert await act(admin, "activate", share, back="share") == f"/admin/shares/{share.id}/"


@pytest.mark.parametrize(
    "query", ["//evil.example/", "https://evil.example", "next=//evil.example", "q=a%0d%0aLocation:evil", "=&" * 50]
)
async def test_a13_way_back_never_leads_elsewhere(admin: Visitor, premises: Premises, query: str) -> None:
    location = await act(admin, "deactivate", await premises.share(), query=query, back="//evil.example")
    assert location.startswith("/admin/shares/")
    assert "evil.example" not in location.partition("?")[0]


async def test_nothing_ticked_changes_nothing_and_says_so(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    await act(admin, "remove")
    assert await state_of(premises, share) is ShareState.ACTIVE
    assert "first tick the shares" in await told(admin)


async def test_removal_is_asked_about_once_and_says_what_people_will_see(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(emails=["eve@example.org"])
    answer = await admin.post("/shares/act", {"action": "remove", "share": share.id, "query": "q=team"})
    assert answer.status == 200
    text = await answer.text()
    assert "Remove “Team”?" in text
    assert "What people will see" in text
    assert 'name="confirmed" value="1"' in text
    assert 'name="query" value="q=team"' in text
    assert 'href="/admin/shares/?q=team">Cancel' in text
    assert "Tell 1 person by mail that sharing has ended" in text
    assert await state_of(premises, share) is ShareState.ACTIVE


async def test_recipients_are_told_of_a_removal_by_mail_when_ticked(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar()
    told_, untold = [await premises.share(calendar, name=name, emails=["eve@example.org"]) for name in ("One", "Two")]
    await act(admin, "remove", told_, confirmed="1", mail="1", note="See you next year.")
    await act(admin, "remove", untold, confirmed="1")
    await act(admin, "deactivate", await premises.share(calendar, emails=["eve@example.org"]), mail="1")
    (row,) = (await premises.notices.page()).rows
    assert (row.notice.kind, row.notice.share_id) == (NoticeKind.SHARING_ENDED, told_.id)
    assert (row.notice.note, row.notice.sender_name) == ("See you next year.", "root")


async def test_without_a_mail_server_nobody_is_offered_a_mail(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as premises:
        secret, _ = await premises.sessions.begin(await premises.account("root", role=Role.ADMIN), agent="test")
        admin = Visitor(await aiohttp_client(SiteServer(premises.app)), secret)
        share = await premises.share(emails=["eve@example.org"])
        text = await (await admin.post("/shares/act", {"action": "remove", "share": share.id})).text()
        assert "Remove “Team”?" in text
        assert 'name="mail"' not in text


async def test_removal_of_many_names_each(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar()
    chosen = [(await premises.share(calendar, name=name)).id for name in ("One", "Two")]
    text = await (await admin.post("/shares/act", {"action": "remove", "share": chosen})).text()
    assert "Remove 2 shares?" in text
    assert all(f'value="{share_id}"' in text for share_id in chosen)


async def test_removal_of_shares_that_are_gone_is_no_page(admin: Visitor) -> None:
    assert (await admin.post("/shares/act", {"action": "remove", "share": "nothing"})).status == 404


async def test_removed_share_comes_back_by_undo_with_the_same_links(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(emails=["eve@example.org"])
    links = premises.sharing.links(share)
    await act(admin, "remove", share, confirmed="1", query="q=team")
    assert await state_of(premises, share) is ShareState.REMOVED
    page = await (await admin.get("/shares/?q=team")).text()
    assert "“Team” is removed. You can take this back for 7 days." in page
    assert '<form method="post" action="/admin/shares/restore">' in page
    fields = dict(re.findall(r'<input type="hidden" name="(share|query)" value="([^"]*)">', page))
    answer = await admin.post("/shares/restore", fields)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/shares/?q=team")
    assert "“Team” is back as it was before" in await told(admin)
    assert premises.sharing.links(await premises.sharing.find(share.id)) == links


async def test_removal_of_a_paused_share_is_taken_back_to_paused(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    await act(admin, "deactivate", share)
    await act(admin, "remove", share, confirmed="1")
    await admin.post("/shares/restore", {"share": share.id})
    assert await state_of(premises, share) is ShareState.INACTIVE


@pytest.mark.parametrize("fields", [{}, {"action": "activate"}, {"action": "drop", "share": "x"}, {"action": ""}])
async def test_action_that_no_button_has_is_refused(admin: Visitor, premises: Premises, fields: Fields) -> None:
    share = await premises.share()
    answer = await admin.post("/shares/act", {"share": share.id, **fields} if fields else {"share": share.id})
    assert answer.status in (303, 400)
    assert await state_of(premises, share) is ShareState.ACTIVE


async def test_a14_fields_that_no_form_has_change_nothing(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    await act(admin, "deactivate", share, id="x", state="removed", name="Mine", serial="9", kind="secured", token="t")
    kept = await premises.sharing.find(share.id)
    assert (kept.name, kept.kind, kept.serial, kept.state) == ("Team", share.kind, 1, ShareState.INACTIVE)


async def test_a25_history_says_who_did_it(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    await act(admin, "deactivate", share)
    page = await (await admin.get(f"/shares/{share.id}/")).text()
    assert "root deactivated it." in page
    assert "The command line made this share." in page


async def test_feed_follows_at_once(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    path = premises.feed_path(share)
    assert b"Meeting" in await (await admin.client.get(path)).read()
    await act(admin, "deactivate", share)
    assert b"Meeting" not in await (await admin.client.get(path)).read()
    await act(admin, "activate", share)
    assert b"Meeting" in await (await admin.client.get(path)).read()
