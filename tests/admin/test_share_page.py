"""One share's page: links, audience, use, history; its QR code; and the end of one person's link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from feedserver.model.account import Role
from feedserver.model.actor import Actor
from feedserver.model.share import DetailLevel, ShareEntry, ShareFilter, ShareState
from tests.admin.conftest import Visitor
from tests.builders import NOON
from tests.premises import Premises

GOOGLE, APPLE, SLACK = "Google-Calendar-Importer", "iOS/17.0 (21A329) dataaccessd/1.0", "Slackbot-LinkExpanding 1.0"


async def page(admin: Visitor, path: str) -> str:
    answer = await admin.get(path)
    assert answer.status == 200
    return await answer.text()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def section(text: str, name: str) -> str:
    (found,) = re.findall(rf'<section class="card" aria-labelledby="{name}">(.*?)</section>', text, re.DOTALL)
    return plain(found)


async def test_links_are_there_to_copy(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    text = await page(admin, f"/shares/{share.id}/")
    link = premises.link(share)
    for url in (link.page_url, link.feed_url, link.webcal_url):
        assert f'readonly value="{url}"' in text
    assert f'src="/admin/shares/{share.id}/qr.svg"' in text


async def test_qr_code_is_a_picture_of_the_link_to_the_page(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    answer = await admin.get(f"/shares/{share.id}/qr.svg")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "private, no-store"
    body = await answer.text()
    assert body.startswith("<svg ")
    assert "script" not in body
    await premises.sharing.rotate(share.id)
    assert await (await admin.get(f"/shares/{share.id}/qr.svg")).text() != body


async def test_what_it_shows_is_said_in_words(admin: Visitor, premises: Premises) -> None:
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    entries = [
        ShareEntry(collection_id=work.id, level=DetailLevel.DETAILS),
        ShareEntry(collection_id=home.id, level=DetailLevel.BUSY),
    ]
    share = await premises.share(
        entries=entries,
        note="For the press",
        filter=ShareFilter(categories_out=("Private",), words=("concert",), days_back=7, days_ahead=1),
        starts_at=NOON - timedelta(hours=13),
        expires_at=NOON + timedelta(days=2),
    )
    words = section(await page(admin, f"/shares/{share.id}/"), "shown")
    for said in ("Work : Details", "Home : Only busy times", "Private", "concert", "7 days back", "1 day ahead"):
        assert said in words, said
    assert "For the press" in words
    assert re.search(r"Nov 23, 2026 to Nov 25, 2026, 1:00.PM", words)


async def test_recipients_have_their_links_and_what_became_of_each(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(emails=["eve@example.org", "max@example.org"])
    eve = next(one for one in share.recipients if one.email == "eve@example.org")
    for agent in (APPLE, APPLE, SLACK):
        premises.usage.count(share.id, eve.id, agent)
    text = await page(admin, f"/shares/{share.id}/")
    (row,) = [each for each in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if "eve@example.org" in each]
    own = next(link for link in premises.sharing.links(share) if link.recipient == eve)
    assert f'data-copy-text="{own.page_url}"' in row
    assert f'action="/admin/shares/{share.id}/recipients/{eve.id}/revoke"' in row
    assert f"preview?as={eve.id}" in row
    assert "Apple Calendar" in plain(row)
    assert re.search(r">2</td>", row), "a link preview is no visit (U27)"


async def test_members_are_named_with_what_keeps_them_out(admin: Visitor, premises: Premises) -> None:
    await premises.account("ann")
    await premises.accounts.add(login="new", email="new@example.org", role=Role.GUEST)
    await premises.account("off")
    share = await premises.secured_share(logins=("ann", "new", "off"))
    await premises.accounts.deactivate("off")
    words = section(await page(admin, f"/shares/{share.id}/"), "audience")
    assert "new, has not chosen a password yet" in words
    assert "off, deactivated" in words
    await premises.sharing.edit(share.id, withdrawn=["off"])
    words = section(await page(admin, f"/shares/{share.id}/"), "audience")
    assert "off," not in words
    assert "1 person could open it earlier" in words


async def test_many_people_come_in_pages(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(emails=[f"p{number}@example.org" for number in range(51)])
    first, second = [await page(admin, f"/shares/{share.id}/?people={number}") for number in ("1", "2")]
    assert first.count("@example.org</") + second.count("@example.org</") >= 51
    assert 'rel="next" href="?people=2#audience"' in first
    assert "51 people have links of their own" in plain(second)
    assert await page(admin, f"/shares/{share.id}/?people=nonsense") == first


async def test_use_is_told_by_day_and_app(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    for agent in (GOOGLE, GOOGLE, APPLE, SLACK):
        premises.usage.count(share.id, "", agent)
    await premises.usage.flush()
    premises.clock.advance(timedelta(minutes=10))
    premises.usage.count(share.id, "", GOOGLE)
    text = await page(admin, f"/shares/{share.id}/")
    words = section(text, "usage")
    assert "4 fetches in the last 30 days" in words
    assert "Google Calendar 3" in words
    assert "Apple Calendar 1" in words
    assert "Link preview" in words
    assert "Nov 23, 2026 3 1 1" in words
    assert len(re.findall(r"<rect x=", text)) == 30
    assert "style=" not in text


async def test_share_that_nobody_fetched_says_so(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    assert "Nobody has fetched it yet." in section(await page(admin, f"/shares/{share.id}/"), "usage")


async def test_history_tells_who_changed_what_and_when(admin: Visitor, premises: Premises) -> None:
    by = Actor(account_id="x", name="Mia", address="")
    share = await premises.share(by=by, emails=["eve@example.org"])
    premises.clock.advance(timedelta(minutes=1))
    await premises.sharing.edit(share.id, name="Club", expires_at=NOON + timedelta(hours=11), by=by)
    await premises.sharing.edit(share.id, revoked=["eve@example.org"], expires_at=None, by=by)
    await premises.sharing.rotate(share.id, by=by)
    words = section(await page(admin, f"/shares/{share.id}/"), "history")
    for said in (
        "Mia made this share. Kind: Public · Calendars: Work (Details)",
        "Mia made a link for eve@example.org.",
        "Mia changed this share. Name: Club · Until: Nov 23, 2026",
        "Mia changed this share. Until: no limit",
        "Mia ended the link of eve@example.org.",
        "Mia gave it a new link; all earlier links ended.",
    ):
        assert said in words, said
    assert words.index("Mia gave it") < words.index("Mia made this share")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts_at": NOON + timedelta(days=1)}, "Nobody sees anything yet: it opens on Nov 24, 2026"),
        ({"expires_at": NOON - timedelta(days=1)}, "it ended on Nov 22, 2026"),
    ],
)
async def test_share_that_is_off_says_why(admin: Visitor, premises: Premises, changes: dict, said: str) -> None:  # type: ignore[type-arg]
    share = await premises.share(**changes)
    assert said in plain(await page(admin, f"/shares/{share.id}/"))


async def test_removed_share_can_be_brought_back_on_its_page_for_a_week(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    await premises.sharing.remove(share.id)
    text = await page(admin, f"/shares/{share.id}/")
    assert "Bring it back" in text
    assert premises.link(share).page_url not in text
    answer = await admin.post("/shares/restore", {"share": share.id, "back": "share"})
    assert answer.headers["Location"] == f"/admin/shares/{share.id}/"
    assert (await premises.sharing.find(share.id)).state is ShareState.ACTIVE


async def test_after_a_week_a_removal_stands(admin: Visitor, premises: Premises) -> None:
    share = await premises.share()
    await premises.sharing.remove(share.id)
    premises.clock.set(NOON + timedelta(days=8))
    secret, _ = await premises.sessions.begin(await premises.accounts.find("root"), agent="later")
    later = Visitor(admin.client, secret)
    assert "Bring it back" not in await page(later, f"/shares/{share.id}/")
    await later.post("/shares/restore", {"share": share.id})
    assert "could not be brought back" in plain(await page(later, "/shares/"))
    assert (await premises.sharing.find(share.id)).state is ShareState.REMOVED


@pytest.mark.parametrize("path", ["", "preview", "appointments", "qr.svg"])
async def test_share_that_is_not_there_is_no_page(admin: Visitor, path: str) -> None:
    assert (await admin.get(f"/shares/0123456789abcdef0123456789abcdef/{path}")).status == 404


async def test_one_persons_link_is_ended_after_one_question(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(emails=["eve@example.org", "max@example.org"])
    eve = next(one for one in share.recipients if one.email == "eve@example.org")
    path = f"/shares/{share.id}/recipients/{eve.id}/revoke"
    asked = await admin.post(path)
    assert asked.status == 200
    assert "End the link of eve@example.org?" in await asked.text()
    assert len(premises.sharing.links(await premises.sharing.find(share.id))) == 3
    done = await admin.post(path, {"confirmed": "1"})
    assert (done.status, done.headers["Location"]) == (303, f"/admin/shares/{share.id}/")
    left = [link.recipient.email for link in premises.sharing.links(await premises.sharing.find(share.id))[1:]]  # type: ignore[union-attr]
    assert left == ["max@example.org"]
    assert "The link of eve@example.org has ended." in plain(await page(admin, f"/shares/{share.id}/"))


async def test_link_of_who_is_no_recipient_cannot_be_ended(admin: Visitor, premises: Premises) -> None:
    share, other = await premises.share(), await premises.share(emails=["eve@example.org"], name="Other")
    for recipient_id in ("nobody", other.recipients[0].id):
        path = f"/shares/{share.id}/recipients/{recipient_id}/revoke"
        assert (await admin.post(path, {"confirmed": "1"})).status == 404
    assert len(premises.sharing.links(await premises.sharing.find(other.id))) == 2
