"""When the database fails: subscribers keep what they have, and nobody is shown what was withdrawn (F16)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from feedserver.model.share import ShareFilter
from tests.builders import an_event
from tests.premises import Premises
from tests.web.conftest import Client


def _alter(premises: Premises, statement: str) -> None:
    assert premises.db.path is not None
    with closing(sqlite3.connect(premises.db.path)) as connection:
        connection.execute(statement)
        connection.commit()


async def test_f16_when_a_feed_cannot_be_built_the_last_good_one_is_sent(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar()
    share = await premises.share(calendar)
    path = premises.feed_path(share)
    good = await client.get(path)
    await premises.put(calendar, an_event("more"))
    _alter(premises, "ALTER TABLE renditions RENAME TO lost")
    answer = await client.get(path)
    assert answer.status == 200
    assert await answer.read() == await good.read()
    assert (await client.get(path, headers={"If-None-Match": good.headers["ETag"]})).status == 304
    _alter(premises, "ALTER TABLE lost RENAME TO renditions")
    assert "UID:" in await (await client.get(path)).text()
    assert (await (await client.get(path)).text()).count("BEGIN:VEVENT") == 2


async def test_f16_a_share_that_changed_or_ended_has_no_last_good_feed(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event(summary="Secret"))
    share = await premises.share(calendar)
    path = premises.feed_path(share)
    await client.get(path)
    _alter(premises, "ALTER TABLE renditions RENAME TO lost")
    await premises.sharing.edit(share.id, name="Renamed")
    answer = await client.get(path)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    await premises.sharing.deactivate(share.id)
    assert "no longer shared" in await (await client.get(path)).text()


async def test_f16_nothing_kept_and_nothing_to_build_is_503(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    _alter(premises, "ALTER TABLE renditions RENAME TO lost")
    answer = await client.get(path)
    assert answer.status == 503
    assert "Retry-After" in answer.headers
    assert await answer.read() == b"Try again later.\n"


async def test_a_share_whose_state_cannot_be_proven_is_not_served(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    assert (await client.get(path)).status == 200
    await premises.db.close()
    assert premises.db.path is not None
    away = Path(f"{premises.db.path}.away")
    premises.db.path.rename(away)
    premises.freshness._source._look_at = 0
    premises.feeds._states._marks._until = 0
    assert (await client.get(path)).status == 503
    away.rename(premises.db.path)  # noqa: ASYNC240 - a moment of the file system is the test
    assert (await client.get(path)).status == 200


async def test_i10_one_broken_event_never_empties_a_windowed_feed(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("good", "Good"), an_event("bad", "Bad"))
    _alter(premises, "UPDATE objects SET data = x'00' WHERE uid = 'bad'")
    share = await premises.share(calendar, filter=ShareFilter(days_ahead=30))
    text = await (await client.get(premises.feed_path(share))).text()
    assert "SUMMARY:Good" in text
    assert "Bad" not in text
