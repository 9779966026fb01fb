from __future__ import annotations

import asyncio
import re

import pytest

from feedserver.model.notice import NoticeKind
from feedserver.model.share import Share
from tests.admin.conftest import Visitor
from tests.premises import Premises


@pytest.fixture
async def share(premises: Premises) -> Share:
    return await premises.share(emails=["ann@example.org", "bob@example.org"])


async def serial_in(admin: Visitor, share: Share) -> str:
    page = await (await admin.get(f"/shares/{share.id}/rotate")).text()
    found = re.search(r'name="serial" value="(\d+)"', page)
    assert found
    return found[1]


async def owed(premises: Premises) -> list[NoticeKind]:
    return [row.notice.kind for row in (await premises.notices.page()).rows]


async def test_page_says_in_words_what_follows_and_changes_nothing(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    answer = await admin.get(f"/shares/{share.id}/rotate")
    page = await answer.text()
    assert answer.status == 200
    assert "Every link given out so far ends at once" in page
    assert "has to subscribe again by the new link" in page
    assert "The own links of 2 people are replaced, too." in page
    assert await premises.sharing.find(share.id) == share


async def test_u19_new_link_works_and_the_old_one_has_ended(premises: Premises, admin: Visitor, share: Share) -> None:
    old = premises.page_path(share)
    answer = await admin.post(f"/shares/{share.id}/rotate", {"serial": await serial_in(admin, share)})
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/shares/{share.id}/")
    after = await premises.sharing.find(share.id)
    assert after.serial == share.serial + 1
    assert (await admin.client.get(premises.page_path(after))).status == 200
    answer = await admin.client.get(old, headers={"Accept": "text/html"})
    assert "no longer shared" in await answer.text()
    page = await (await admin.get(f"/shares/{share.id}/")).text()
    assert "has a new link. The earlier ones have ended." in page
    assert premises.link(after).page_url in page


async def test_recipients_are_mailed_their_new_link_when_ticked(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    await admin.post(f"/shares/{share.id}/rotate", {"serial": "1", "is_mailed": "1", "message": "Sorry"})
    assert await owed(premises) == [NoticeKind.LINK_REPLACED] * 2


async def test_nobody_is_mailed_without_the_tick(premises: Premises, admin: Visitor, share: Share) -> None:
    await admin.post(f"/shares/{share.id}/rotate", {"serial": "1"})
    assert (await premises.sharing.find(share.id)).serial == 2
    assert await owed(premises) == []


async def test_a24_form_sent_twice_replaces_the_link_once(premises: Premises, admin: Visitor, share: Share) -> None:
    fields = {"serial": await serial_in(admin, share), "is_mailed": "1"}
    await admin.post(f"/shares/{share.id}/rotate", fields)
    again = await admin.post(f"/shares/{share.id}/rotate", fields)
    assert again.status == 303
    assert (await premises.sharing.find(share.id)).serial == 2
    assert len(await owed(premises)) == 2
    page = await (await admin.get(f"/shares/{share.id}/")).text()
    assert "had been replaced already" in page


async def test_a24_forms_that_come_at_once_replace_the_link_once(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    fields = {"serial": "1", "form_token": await admin.form_token()}
    await asyncio.gather(*(admin.post(f"/shares/{share.id}/rotate", fields) for _ in range(5)))
    assert (await premises.sharing.find(share.id)).serial == 2


async def test_too_long_message_is_kept_and_nothing_is_replaced(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    fields = {"serial": "1", "is_mailed": "1", "message": "x" * 2001}
    answer = await admin.post(f"/shares/{share.id}/rotate", fields)
    assert answer.status == 422
    assert "x" * 2001 in await answer.text()
    assert await premises.sharing.find(share.id) == share


async def test_removed_share_has_no_link_to_replace(premises: Premises, admin: Visitor, share: Share) -> None:
    await premises.sharing.remove(share.id)
    assert (await admin.get(f"/shares/{share.id}/rotate")).status == 409
    assert (await admin.post(f"/shares/{share.id}/rotate", {"serial": "1"})).status == 409


async def test_a09_rotation_is_for_admins_alone(premises: Premises, visitor: Visitor, share: Share) -> None:
    assert (await visitor.post(f"/shares/{share.id}/rotate", {"serial": "1"})).status == 303
    assert (await visitor.get(f"/shares/{share.id}/rotate")).status == 303
    assert await premises.sharing.find(share.id) == share
