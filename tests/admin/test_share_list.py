"""The list of all shares: what a row says, search, filters, order, pages, and the way in for who has none yet."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from feedserver.model.share import DetailLevel, ShareEntry
from feedserver.model.usage import AppFamily
from tests.admin.conftest import Visitor
from tests.builders import NOON
from tests.premises import Premises

GOOGLE = "Mozilla/5.0 (compatible; Google-Calendar-Importer)"


async def page(admin: Visitor, query: str = "") -> str:
    answer = await admin.get(f"/shares/{query}")
    assert answer.status == 200
    return await answer.text()


def names(text: str) -> list[str]:
    return re.findall(r'<td class="name"><a href="[^"]*">([^<]*)</a>', text)


def row(text: str, name: str) -> str:
    """The words of one row."""
    (found,) = [each for each in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if f">{name}</a>" in each]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found))


async def test_admin_page_opens_with_the_shares(admin: Visitor) -> None:
    answer = await admin.get("/")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/shares/")


async def test_who_has_no_calendar_is_led_to_one(admin: Visitor) -> None:
    text = await page(admin)
    assert 'href="/admin/calendars/new"' in text
    assert 'href="/admin/shares/new"' not in text


async def test_who_has_a_calendar_and_no_share_is_led_to_a_new_share(admin: Visitor, premises: Premises) -> None:
    await premises.calendar()
    text = await page(admin)
    assert 'href="/admin/shares/new"' in text
    assert "<table" not in text


async def test_row_of_a_public_share_says_all_there_is_to_know(admin: Visitor, premises: Premises) -> None:
    work, home = await premises.calendar(name="Work", color="#AA0000"), await premises.calendar(name="Home")
    entries = [
        ShareEntry(collection_id=work.id, level=DetailLevel.DETAILS),
        ShareEntry(collection_id=home.id, level=DetailLevel.BUSY),
    ]
    share = await premises.share(
        name="Team", entries=entries, emails=["eve@example.org", "max@example.org"], expires_at=NOON + timedelta(days=9)
    )
    premises.usage.count(share.id, "", GOOGLE)
    premises.clock.advance(timedelta(minutes=20))
    text = await page(admin)
    words = row(text, "Team")
    for said in (
        "Public",
        "Work",
        "Home",
        "Anyone with the link",
        "2 people have their own links",
        "Only busy times, Details",
        "Active",
        "until Dec 2, 2026",
        "20 minutes ago",
        AppFamily.GOOGLE,
    ):
        assert said in words, said
    assert f'data-copy-text="{premises.link(share).page_url}"' in text
    assert f'href="/admin/shares/{share.id}/edit"' in text
    assert f'href="/admin/shares/{share.id}/"' in text
    assert '<rect width="14" height="14" fill="#AA0000"/>' in text


async def test_row_of_a_secured_share_names_its_first_members_and_counts_the_others(
    admin: Visitor, premises: Premises
) -> None:
    logins = tuple(f"user{number}" for number in range(7))
    for login in logins:
        await premises.account(login)
    await premises.secured_share(name="Board", logins=logins)
    words = row(await page(admin), "Board")
    assert "Secured" in words
    assert "user0, user1, user2, user3, user4, and 2 more people" in words
    assert "Never" in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Board", "Later", "Off", "Over", "Team"]),
        ("?state=live", ["Board", "Team"]),
        ("?state=paused", ["Off"]),
        ("?state=expired", ["Over"]),
        ("?state=not+yet", ["Later"]),
        ("?state=removed", ["Gone"]),
        ("?state=replaced", ["Board", "Later", "Off", "Over", "Team"]),
        ("?kind=secured", ["Board"]),
        ("?kind=public&state=live", ["Team"]),
        ("?q=team", ["Team"]),
        ("?q=ANN", ["Board"]),
        ("?q=eve%40example", ["Team"]),
        ("?q=team+board", []),
        ("?sort=-name", ["Team", "Over", "Off", "Later", "Board"]),
        ("?sort=nonsense&page=-3&kind=odd", ["Board", "Later", "Off", "Over", "Team"]),
    ],
)
async def test_search_filters_and_order(admin: Visitor, premises: Premises, query: str, found: list[str]) -> None:
    calendar = await premises.calendar()
    await premises.account("ann")
    await premises.share(calendar, name="Team", emails=["eve@example.org"])
    await premises.share(calendar, name="Later", starts_at=NOON + timedelta(days=1))
    await premises.share(calendar, name="Over", expires_at=NOON - timedelta(days=1))
    await premises.secured_share(calendar, name="Board")
    await premises.sharing.deactivate((await premises.share(calendar, name="Off")).id)
    await premises.sharing.remove((await premises.share(calendar, name="Gone")).id)
    assert names(await page(admin, query)) == found


async def test_filter_by_calendar_and_by_member(admin: Visitor, premises: Premises) -> None:
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    ann = await premises.account("ann")
    await premises.share(work, name="Team")
    await premises.secured_share(home, name="Board")
    assert names(await page(admin, f"?calendar={home.id}")) == ["Board"]
    text = await page(admin, f"?member={ann.id}")
    assert names(text) == ["Board"]
    assert "Only shares that ann may open." in text


async def test_heads_of_columns_turn_the_order_and_keep_the_filters(admin: Visitor, premises: Premises) -> None:
    await premises.share()
    text = await page(admin, "?q=team&sort=state")
    assert 'aria-sort="ascending"><a href="?q=team&amp;sort=-state"' in text
    assert '<a href="?q=team&amp;sort=expires">Valid' in text
    assert '<a href="?q=team">Name' in text


async def test_long_lists_come_in_pages_that_keep_the_search(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar()
    for number in range(51):
        await premises.share(calendar, name=f"Share {number:02}")
    first = await page(admin, "?q=share")
    assert len(names(first)) == 50
    assert 'rel="next" href="?q=share&amp;page=2"' in first
    assert names(await page(admin, "?q=share&page=2")) == ["Share 50"]
    assert names(await page(admin, "?page=99")) == ["Share 50"]


async def test_search_without_a_hit_offers_all_again(admin: Visitor, premises: Premises) -> None:
    await premises.share()
    text = await page(admin, "?q=nothing-like-it")
    assert "No share fits this search." in text
    assert 'href="/admin/shares/"' in text


async def test_when_all_are_removed_the_way_to_them_is_shown(admin: Visitor, premises: Premises) -> None:
    await premises.sharing.remove((await premises.share()).id)
    assert '<a href="?state=removed">1 removed share</a>' in await page(admin)


async def test_all_rows_can_be_ticked_without_javascript(admin: Visitor, premises: Premises) -> None:
    await premises.share()
    assert " data-one>" in await page(admin)
    assert " data-one checked>" in await page(admin, "?&ticked=all")


async def test_share_whose_calendar_owner_is_deactivated_says_why_it_is_off(admin: Visitor, premises: Premises) -> None:
    await premises.accounts.add(login="mia", email="mia@example.org", role="member")  # type: ignore[arg-type]
    await premises.share(await premises.calendar(owner="mia"))
    await premises.accounts.deactivate("mia")
    assert "owner is deactivated" in row(await page(admin), "Team")


async def test_words_of_the_list_are_german_for_who_reads_german(admin: Visitor, premises: Premises) -> None:
    await premises.share(expires_at=NOON + timedelta(days=9))
    answer = await admin.get("/shares/", Accept_Language="de")
    assert "02.12.2026" in await answer.text()
