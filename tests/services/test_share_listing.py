"""The list of shares, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from feedserver.model.errors import InvalidInput
from feedserver.model.share import Standing
from feedserver.model.share_listing import ShareQuery
from feedserver.model.usage import AppFamily, LastFetch
from tests.builders import NOON
from tests.premises import Premises


async def test_a_page_tells_where_it_stands(premises_on_both: Premises) -> None:
    premises = premises_on_both
    calendar = await premises.calendar()
    for name in ("a", "b", "c"):
        await premises.share(calendar, name=name)
    page = await premises.share_listing.page(ShareQuery(per_page=2))
    assert ([row.share.name for row in page.rows], page.total, page.page, page.pages) == (["a", "b"], 3, 1, 2)
    last = await premises.share_listing.page(ShareQuery(per_page=2, page=99))
    assert ([row.share.name for row in last.rows], last.page) == (["c"], 2)
    first = await premises.share_listing.page(ShareQuery(per_page=2, page=-1))
    assert (first.rows, first.page) == (page.rows, 1)


async def test_an_empty_list_has_one_page(premises: Premises) -> None:
    page = await premises.share_listing.page(ShareQuery(text="nothing"))
    assert (page.rows, page.total, page.page, page.pages) == ((), 0, 1, 1)


async def test_time_alone_changes_a_standing(premises: Premises) -> None:
    await premises.share(expires_at=NOON + timedelta(hours=1))
    query = ShareQuery(standing=Standing.EXPIRED)
    assert (await premises.share_listing.page(query)).total == 0
    premises.clock.advance(timedelta(hours=1))
    assert (await premises.share_listing.page(query)).total == 1


async def test_a_fetch_shows_before_it_is_written(premises: Premises) -> None:
    share = await premises.share()
    premises.usage.count(share.id, "", "Google-Calendar-Importer")
    (row,) = (await premises.share_listing.page(ShareQuery())).rows
    assert row.last_fetch == LastFetch(at=NOON, family=AppFamily.GOOGLE)


async def test_its_general_link_can_be_made_of_a_row(premises: Premises) -> None:
    share = await premises.share(emails=["ann@example.org"])
    (row,) = (await premises.share_listing.page(ShareQuery())).rows
    assert premises.sharing.links(row.share)[0] == premises.link(share)


@pytest.mark.parametrize(
    "query",
    [
        {"text": "x" * 201},
        {"text": "a\0b"},
        {"calendar_id": "\0"},
        {"account_id": "\0"},
        {"standing": Standing.REPLACED},
        {"per_page": 0},
        {"per_page": 501},
    ],
)
async def test_what_cannot_be_asked_is_refused(premises: Premises, query: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await premises.share_listing.page(ShareQuery(**query))


async def test_a_text_of_many_words_is_answered(premises: Premises) -> None:
    await premises.share(name="one two")
    assert (await premises.share_listing.page(ShareQuery(text="one " * 50))).total == 1
