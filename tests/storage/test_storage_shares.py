from __future__ import annotations

from datetime import timedelta

from feedserver.model.share import DetailLevel, ShareEntry, ShareFilter, ShareKind, ShareState
from feedserver.storage import shares
from feedserver.storage.engine import Database
from tests.builders import NOON
from tests.storage.drafts import a_calendar

LATER = NOON + timedelta(hours=1)


async def test_share_comes_back_as_it_was_made(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        other = await a_calendar(tx, "Private")
        made = await shares.add(
            tx,
            kind=ShareKind.PUBLIC,
            name="Team",
            note="for the board",
            entries=(
                ShareEntry(collection_id=other.id, level=DetailLevel.BUSY),
                ShareEntry(collection_id=calendar.id, level=DetailLevel.DETAILS),
            ),
            share_filter=ShareFilter(categories_in=("work",), words=("café", 'a "quoted" one'), days_back=7),
            starts_at=NOON,
            expires_at=LATER,
            emails=("ann@example.com", "bob@example.com"),
            now=NOON,
        )
    async with db.read() as tx:
        assert await shares.by_id(tx, made.id) == made
        state = await shares.feed_state(tx, made.id)
    assert made.filter.words == ("café", 'a "quoted" one')
    assert [entry.level for entry in made.entries] == [DetailLevel.BUSY, DetailLevel.DETAILS]
    assert {recipient.email for recipient in made.recipients} == {"ann@example.com", "bob@example.com"}
    assert (made.state, made.serial, made.revision, len(made.uid_salt)) == (ShareState.ACTIVE, 1, 1, 32)
    assert state == (made, (other, calendar))
