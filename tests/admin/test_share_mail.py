from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.account import Role
from feedserver.model.notice import NoticeKind
from feedserver.model.share import Share
from feedserver.storage.engine import Database
from tests.admin.conftest import SiteServer, Visitor
from tests.premises import PASSWORD, Premises, open_premises


@pytest.fixture
async def share(premises: Premises) -> Share:
    return await premises.share()


@pytest.fixture
async def mailless(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as made:
        yield made


@pytest.fixture
async def mailless_admin(mailless: Premises, aiohttp_client: AiohttpClient) -> Visitor:
    root = await mailless.account("root", role=Role.ADMIN)
    secret, _ = await mailless.sessions.begin(root, agent="test")
    return Visitor(await aiohttp_client(SiteServer(mailless.app), headers={"Accept-Language": "en"}), secret)


async def owed(premises: Premises) -> list[tuple[NoticeKind, str, str]]:
    page = await premises.notices.page()
    return sorted((row.notice.kind, row.address, row.notice.note) for row in page.rows)


async def emails_of(premises: Premises, share: Share) -> list[str]:
    return sorted(one.email for one in (await premises.sharing.find(share.id)).recipients)


async def page_of(premises: Premises, share: Share, email: str) -> str:
    """The address of the page that one person was given."""
    links = premises.sharing.links(await premises.sharing.find(share.id))
    return next(link.page_url for link in links if link.recipient and link.recipient.email == email)


async def test_each_person_is_mailed_a_link_of_their_own(premises: Premises, admin: Visitor, share: Share) -> None:
    fields = {"emails": "ann@example.org, Bob B <bob@example.org>", "message": "As promised"}
    answer = await admin.post(f"/shares/{share.id}/mail", fields)
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/shares/{share.id}/")
    assert await emails_of(premises, share) == ["ann@example.org", "bob@example.org"]
    assert await owed(premises) == [
        (NoticeKind.SHARED_LINK, "ann@example.org", "As promised"),
        (NoticeKind.SHARED_LINK, "bob@example.org", "As promised"),
    ]
    assert "Mails go to 2 people." in await (await admin.get(f"/shares/{share.id}/")).text()


async def test_known_contacts_are_offered_and_can_be_ticked(premises: Premises, admin: Visitor, share: Share) -> None:
    await premises.share(name="Other", emails=["known@example.org"])
    for path in ("mail", "made"):
        page = await (await admin.get(f"/shares/{share.id}/{path}")).text()
        assert 'name="picked" type="checkbox" value="known@example.org"' in page
    await admin.post(f"/shares/{share.id}/mail", {"picked": "known@example.org", "emails": "KNOWN@example.org"})
    assert await emails_of(premises, share) == ["known@example.org"]


async def test_m01_bad_address_is_named_beside_the_field_and_everything_is_kept(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    await premises.share(name="Other", emails=["known@example.org"])
    typed = "ann@example.org\nbob@example\x01.org\r\nRCPT TO:<eve@example.org>"
    fields = {"emails": typed, "picked": "known@example.org", "message": "As <promised>"}
    answer = await admin.post(f"/shares/{share.id}/mail", fields)
    page = await answer.text()
    assert answer.status == 422
    assert "is no mail address that can be written to" in page
    assert '<a href="#f-emails">' in page
    assert "ann@example.org\nbob@example" in page
    assert "As &lt;promised&gt;</textarea>" in page
    assert 'value="known@example.org" data-said="known@example.org" checked' in page
    assert await emails_of(premises, share) == []
    assert await owed(premises) == []


async def test_nobody_at_all_is_asked_about(admin: Visitor, share: Share) -> None:
    answer = await admin.post(f"/shares/{share.id}/mail", {"emails": " \n"})
    assert answer.status == 422
    assert "Write or tick at least one address." in await answer.text()


async def test_a24_done_pressed_twice_sends_one_mail(premises: Premises, admin: Visitor, share: Share) -> None:
    for _ in range(2):
        await admin.post(f"/shares/{share.id}/mail", {"emails": "ann@example.org"})
    assert await emails_of(premises, share) == ["ann@example.org"]
    assert len(await owed(premises)) == 1


async def test_international_domain_is_taken(premises: Premises, admin: Visitor, share: Share) -> None:
    assert (await admin.post(f"/shares/{share.id}/mail", {"emails": "eve@bücher.example"})).status == 303
    assert await emails_of(premises, share) == ["eve@bücher.example"]


async def test_members_of_a_secured_share_can_be_told_again(premises: Premises, admin: Visitor) -> None:
    ann = await premises.account("ann")
    share = await premises.secured_share()
    assert "Who is to be told again?" in await (await admin.get(f"/shares/{share.id}/mail")).text()
    assert (await admin.post(f"/shares/{share.id}/mail", {})).status == 422
    assert (await admin.post(f"/shares/{share.id}/mail", {"picked": ann.id})).status == 303
    assert await owed(premises) == [(NoticeKind.SHARED_SECURED, "ann@example.org", "")]


async def test_m02_who_is_no_member_cannot_be_mailed_a_secured_share(premises: Premises, admin: Visitor) -> None:
    await premises.account("ann")
    eve = await premises.account("eve")
    share = await premises.secured_share()
    assert (await admin.post(f"/shares/{share.id}/mail", {"picked": eve.id})).status == 422
    assert (await admin.post(f"/shares/{share.id}/mail", {"picked": ["x@example.org"]})).status == 404
    assert (await admin.post(f"/shares/{share.id}/mail", {"emails": "x@example.org"})).status == 422
    assert await owed(premises) == []


async def test_without_a_mail_server_each_person_has_a_text_and_a_mailto_link(
    mailless: Premises, mailless_admin: Visitor
) -> None:
    share = await mailless.share(emails=["earlier@example.org"])
    page = await (await mailless_admin.get(f"/shares/{share.id}/mail")).text()
    assert "This server sends no mail" in page
    assert 'name="message"' not in page
    answer = await mailless_admin.post(f"/shares/{share.id}/mail", {"emails": "ann@example.org"})
    texts = await (await mailless_admin.get(answer.headers["Location"].removeprefix("/admin"))).text()
    assert "nothing has been sent" in texts
    assert 'href="mailto:ann@example.org?subject=' in texts
    assert await page_of(mailless, share, "ann@example.org") in texts
    assert "earlier@example.org" not in texts
    assert await owed(mailless) == []
    everybody = await (await mailless_admin.get(f"/shares/{share.id}/texts")).text()
    assert "earlier@example.org" in everybody


async def test_without_a_mail_server_the_texts_of_members_are_all_there_is(
    mailless: Premises, mailless_admin: Visitor
) -> None:
    await mailless.account("ann")
    new = await mailless.accounts.add(login="new", email="new@example.org", role=Role.GUEST)
    share = await mailless.secured_share(logins=("ann", "new"))
    answer = await mailless_admin.get(f"/shares/{share.id}/mail")
    assert answer.headers["Location"] == f"/admin/shares/{share.id}/texts"
    page = await (await mailless_admin.get(f"/shares/{share.id}/texts")).text()
    assert "mailto:ann@example.org" in page
    assert f"mailto:{new.email}" in page
    assert "/account/password/" in page


@pytest.mark.parametrize("page", ["texts", "made"])
async def test_a29_texts_with_one_time_links_show_once_the_password_was_entered(
    mailless: Premises, mailless_admin: Visitor, page: str
) -> None:
    """Else a browser that was left alone makes whoever passes by an administrator for good."""
    await mailless.accounts.add(login="new", email="new@example.org", role=Role.ADMIN)
    share = await mailless.secured_share(logins=("new",))
    mailless.clock.advance(timedelta(minutes=20))
    locked = await (await mailless_admin.get(f"/shares/{share.id}/{page}")).text()
    assert "/account/password/" not in locked
    assert "Show the texts" in locked
    assert (await mailless_admin.post(f"/shares/{share.id}/texts")).status == 403
    answer = await mailless_admin.post(f"/shares/{share.id}/texts", {"confirm_password": PASSWORD})
    assert "/account/password/" in await answer.text()
    assert "/account/password/" in await (await mailless_admin.get(f"/shares/{share.id}/{page}")).text()


async def test_a29_texts_without_one_time_links_need_no_password(mailless: Premises, mailless_admin: Visitor) -> None:
    await mailless.account("ann")
    share = await mailless.secured_share(logins=("ann",))
    mailless.clock.advance(timedelta(minutes=20))
    assert "mailto:ann@example.org" in await (await mailless_admin.get(f"/shares/{share.id}/texts")).text()


async def test_without_a_mail_server_an_edit_leads_to_the_texts_of_who_is_new(
    mailless: Premises, mailless_admin: Visitor
) -> None:
    share = await mailless.share(emails=["earlier@example.org"])
    page = await (await mailless_admin.get(f"/shares/{share.id}/edit")).text()
    version = re.search(r'name="version" value="([^"]*)"', page)
    assert version
    fields = {
        "version": version[1],
        "calendar": share.entries[0].collection_id,
        "recipient": share.recipients[0].id,
        "emails": "new@example.org",
    }
    answer = await mailless_admin.post(f"/shares/{share.id}/edit", fields)
    texts = await (await mailless_admin.get(answer.headers["Location"].removeprefix("/admin"))).text()
    assert "mailto:new@example.org" in texts
    assert "earlier@example.org" not in texts


async def test_without_a_mail_server_a_rotation_leads_to_the_texts_of_the_new_link(
    mailless: Premises, mailless_admin: Visitor
) -> None:
    share = await mailless.share(emails=["ann@example.org"])
    answer = await mailless_admin.post(f"/shares/{share.id}/rotate", {"serial": "1"})
    assert answer.headers["Location"] == f"/admin/shares/{share.id}/texts?about=new-link"
    page = await (await mailless_admin.get(answer.headers["Location"].removeprefix("/admin"))).text()
    assert await page_of(mailless, share, "ann@example.org") in page


async def test_removed_share_cannot_be_sent(premises: Premises, admin: Visitor, share: Share) -> None:
    await premises.sharing.remove(share.id)
    assert (await admin.post(f"/shares/{share.id}/mail", {"emails": "ann@example.org"})).status == 409
    assert await owed(premises) == []


async def test_a09_sending_is_for_admins_alone(premises: Premises, visitor: Visitor, share: Share) -> None:
    for path in ("mail", "made", "texts"):
        assert (await visitor.get(f"/shares/{share.id}/{path}")).status == 303
    assert (await visitor.post(f"/shares/{share.id}/mail", {"emails": "ann@example.org"})).status == 303
    assert await emails_of(premises, share) == []
