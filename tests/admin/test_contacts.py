"""The people who were given personal links."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import DummyCookieJar
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.account import Role
from feedserver.model.share import Recipient, Share
from feedserver.storage.engine import Database
from tests.admin.conftest import SiteServer, Visitor
from tests.premises import Premises, open_premises

BEA = "/contacts/bea@example.org/"


@pytest.fixture
async def share(premises: Premises) -> Share:
    """A public share of which Bea and Cid have links."""
    return await premises.share(name="Choir", emails=("bea@example.org", "cid@example.net"))


def held_by(share: Share, name: str) -> Recipient:
    """The link of the one whose address begins so."""
    return next(one for one in share.recipients if one.email.startswith(name))


async def contacts_on(admin: Visitor, query: str = "") -> list[str]:
    """Who is on the page."""
    page = await (await admin.get(f"/contacts/{query}")).text()
    return sorted(re.findall(r'<td><a href="/admin/contacts/[^"]*">([^<]*)</a>', page))


@pytest.mark.usefixtures("share")
async def test_everybody_who_was_given_a_link_is_listed_once(premises: Premises, admin: Visitor) -> None:
    await premises.share(name="Board", emails=("BEA@example.org",))
    assert [email.lower() for email in await contacts_on(admin)] == ["bea@example.org", "cid@example.net"]


@pytest.mark.usefixtures("share")
@pytest.mark.parametrize(("query", "found"), [("?q=BEA", 1), ("?q=example", 2), ("?q=nobody", 0), ("?q=%25", 0)])
async def test_contacts_are_searched(admin: Visitor, query: str, found: int) -> None:
    assert len(await contacts_on(admin, query)) == found


@pytest.mark.parametrize("local", ["a/b", "{a}", "a%2fb", "a?b", "a#b", "a'b", "a&b=c", "\u00fc"])
async def test_whatever_an_address_is_made_of_its_page_is_found(premises: Premises, admin: Visitor, local: str) -> None:
    await premises.share(emails=(f"{local}@example.org",))
    page = await (await admin.get("/contacts/")).text()
    path = re.search(r'<td><a href="/admin([^"]*)">', page)
    assert path
    answer = await admin.get(path[1])
    assert answer.status == 200
    sent = re.search(r'action="/admin([^"]*/resend)"', await answer.text())
    assert sent
    assert (await admin.post(sent[1])).headers["Location"] == f"/admin{path[1]}"


async def test_page_without_contacts_says_how_one_gets_some(admin: Visitor) -> None:
    assert "Nobody was given a link of their own yet." in await (await admin.get("/contacts/")).text()


async def test_one_contacts_links_are_shown_with_their_share_and_last_use(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    bea = held_by(share, "bea")
    premises.usage.count(share.id, bea.id, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    page = await (await admin.get(BEA)).text()
    assert "Choir" in page
    links = {link.recipient.id: link.page_url for link in premises.sharing.links(share) if link.recipient}
    assert links.pop(bea.id) in page
    assert all(url not in page for url in links.values())
    assert "Browser" in page


async def test_links_that_ended_are_shown_without_an_address(premises: Premises, admin: Visitor, share: Share) -> None:
    await premises.sharing.edit(share.id, revoked=["bea@example.org"])
    page = await (await admin.get(BEA)).text()
    assert "Choir" in page
    assert "No link any more" in page
    assert "/s/" not in page


async def test_link_of_a_removed_share_is_not_offered(premises: Premises, admin: Visitor, share: Share) -> None:
    await premises.sharing.remove(share.id)
    page = await (await admin.get(BEA)).text()
    assert "No link any more" in page
    assert "/resend" not in page


async def test_link_is_ended_after_one_question(premises: Premises, admin: Visitor, share: Share) -> None:
    bea, cid = held_by(share, "bea"), held_by(share, "cid")
    path = f"{BEA}{bea.id}/revoke"
    asked = await admin.post(path)
    assert asked.status == 200
    assert "End the link of bea@example.org?" in await asked.text()
    assert f'href="/admin{BEA}"' in await asked.text()
    answer = await admin.post(path, {"confirmed": "1"})
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin{BEA}")
    after = await premises.sharing.find(share.id)
    assert [recipient.id for recipient in after.recipients if recipient.revoked_at is None] == [cid.id]
    assert (await admin.post(path, {"confirmed": "1"})).status == 404


async def test_link_is_sent_again(premises: Premises, admin: Visitor, share: Share) -> None:
    answer = await admin.post(f"{BEA}{held_by(share, 'bea').id}/resend")
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin{BEA}")
    (row,) = (await premises.notices.page()).rows
    assert row.address == "bea@example.org"


async def test_m02_link_of_another_contact_is_not_sent_from_here(
    premises: Premises, admin: Visitor, share: Share
) -> None:
    assert (await admin.post(f"{BEA}{held_by(share, 'cid').id}/resend")).status == 404
    assert (await premises.notices.page()).rows == ()


@pytest.mark.parametrize("email", ["nobody@example.org", "nothing", "%00", "a%2fb@example.org"])
async def test_unknown_contact_is_404(admin: Visitor, email: str) -> None:
    assert (await admin.get(f"/contacts/{email}/")).status == 404
    assert (await admin.post(f"/contacts/{email}/{'0' * 32}/revoke", {"confirmed": "1"})).status == 404


@pytest.mark.parametrize(
    "email", ["o'neil+cal@example.org", "a/b@example.org", "50%25@example.org", "bülent@example.org"]
)
async def test_odd_addresses_have_a_page(premises: Premises, admin: Visitor, email: str) -> None:
    await premises.share(emails=(email,))
    found = re.search(r'<td><a href="/admin(/contacts/[^"]+)">', await (await admin.get("/contacts/")).text())
    assert found
    assert found[1] == f"/contacts/{quote(email, safe='@')}/"
    assert (await admin.get(found[1])).status == 200


@pytest.fixture
async def without_mail(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    """A node that has no mail server."""
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as made:
        yield made


async def test_without_a_mail_server_there_is_the_text_to_send(
    without_mail: Premises, aiohttp_client: AiohttpClient
) -> None:
    root = await without_mail.account("root", role=Role.ADMIN)
    secret, _ = await without_mail.sessions.begin(root, agent="")
    admin = Visitor(await aiohttp_client(SiteServer(without_mail.app), cookie_jar=DummyCookieJar()), secret)
    share = await without_mail.share(emails=("bea@example.org",))
    bea = share.recipients[0]
    answer = await admin.post(f"{BEA}{bea.id}/resend")
    assert answer.headers["Location"] == f"/admin/shares/{share.id}/texts?to={bea.id}"
