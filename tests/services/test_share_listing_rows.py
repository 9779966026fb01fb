from __future__ import annotations

import pytest

from feedserver.model.errors import InvalidInput
from feedserver.model.share import Standing
from feedserver.services.share_listing import MAX_PER_PAGE, ShareListing
from tests.premises import Premises


@pytest.fixture
def listing(premises: Premises) -> ShareListing:
    return ShareListing(premises.db, clock=premises.clock, usage=premises.usage)


async def test_rows_are_the_shares_named_sorted_by_name_and_removed_ones_too(
    premises: Premises, listing: ShareListing
) -> None:
    calendar = await premises.calendar()
    team, board, _other = [await premises.share(calendar, name=name) for name in ("Team", "Board", "Other")]
    await premises.sharing.remove(team.id)
    premises.usage.count(board.id, "", "curl")
    rows = await listing.rows([team.id, board.id, team.id, "nobody's", "a\0b"])
    assert [(row.share.name, row.standing) for row in rows] == [("Board", Standing.LIVE), ("Team", Standing.REMOVED)]
    assert rows[0].last_fetch is not None
    assert await listing.rows([]) == ()


async def test_more_rows_than_a_page_can_hold_are_refused(listing: ShareListing) -> None:
    with pytest.raises(InvalidInput):
        await listing.rows(str(number) for number in range(MAX_PER_PAGE + 1))
