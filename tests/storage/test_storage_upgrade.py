"""A database of an earlier release, with data in it, is brought to this schema and loses nothing (style 27)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from feedserver.model.account import Account, Role
from feedserver.model.actor import CONSOLE
from feedserver.model.audit import Subject
from feedserver.model.share import (
    DetailLevel,
    EmbedView,
    Grant,
    Recipient,
    ShareEntry,
    ShareFilter,
    ShareKind,
    ShareState,
)
from feedserver.storage import accounts, audit, collections, feed_keys, meta, objects, schema, shares, tables
from feedserver.storage.engine import Database
from tests.builders import NOON
from tests.storage.drafts import a_share_of

ANN, WORK, TEAM, BOARD, OLD = ("a" * 32, "c" * 32, "1" * 32, "2" * 32, "3" * 32)
LATER = NOON + timedelta(hours=1)


def a_row_of_0001(share_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": share_id,
        "kind": ShareKind.PUBLIC,
        "name": "Team",
        "note": "for the board",
        "categories_in": ("work",),
        "categories_out": (),
        "words": (),
        "days_back": 7,
        "days_ahead": None,
        "starts_at": None,
        "expires_at": LATER,
        "state": ShareState.ACTIVE,
        "state_at": NOON,
        "serial": 2,
        "rotated_at": NOON,
        "revision": 5,
        "stamp_at": NOON,
        "uid_salt": bytes(range(32)),
        "created_at": NOON,
        **changes,
    }


ROWS: tuple[tuple[Table, list[dict[str, Any]]], ...] = (
    (
        tables.accounts,
        [
            {
                "id": ANN,
                "login": "Ann",
                "login_key": "ann",
                "display_name": "Ann",
                "email": "ann@example.org",
                "role": Role.MEMBER,
                "password_hash": "$argon2id$",
                "is_active": True,
                "version": 3,
                "created_at": NOON,
            }
        ],
    ),
    (
        tables.collections,
        [
            {
                "id": WORK,
                "name": "Work",
                "owner_id": ANN,
                "timezone": "Europe/Berlin",
                "color": "#336699",
                "description": "",
                "seq": 1,
                "stamp_at": NOON,
                "settings_at": NOON,
                "deleted_at": None,
                "created_at": NOON,
            }
        ],
    ),
    (
        tables.objects,
        [
            {
                "collection_id": WORK,
                "name": "one.ics",
                "uid": "one",
                "component": "VEVENT",
                "etag": "etag",
                "first_at": NOON,
                "last_at": LATER,
                "is_recurring": False,
                "categories_any": (),
                "categories_all": (),
                "search_text": ("meeting",),
                "horizon_at": None,
                "seq": 1,
                "created_at": NOON,
                "modified_at": NOON,
                "data": b"BEGIN:VCALENDAR",
            }
        ],
    ),
    (
        tables.shares,
        [
            a_row_of_0001(TEAM),
            a_row_of_0001(BOARD, name="Board", kind=ShareKind.SECURED),
            a_row_of_0001(OLD, name="Old", state=ShareState.REMOVED),
        ],
    ),
    (
        tables.share_entries,
        [
            {"share_id": share_id, "collection_id": WORK, "level": DetailLevel.BUSY, "position": 0}
            for share_id in (TEAM, BOARD, OLD)
        ],
    ),
    (tables.recipients, [{"id": "4" * 32, "share_id": TEAM, "email": "eve@example.org", "created_at": NOON}]),
    (tables.grants, [{"share_id": BOARD, "account_id": ANN, "granted_at": NOON}]),
)
"""What a database at revision 0001 held, and one at 0002 could: only the columns of then."""


@pytest.fixture(params=["0001", "0002"])
async def upgraded(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """A database that was made and filled at an earlier revision, opened by this program."""
    with monkeypatch.context() as patch:
        revision = request.param
        patch.setattr(schema, "REVISIONS", schema.REVISIONS[: schema.REVISIONS.index(revision) + 1])
        patch.setattr(schema, "HEAD", revision)
        old = await Database.open(database_url, data_dir=tmp_path)
        async with old.write() as tx:
            for table, rows in ROWS:
                await tx.execute(insert(table), rows)
            await meta.put(tx, "kept", "as it was")
        await old.close()
    return await Database.open(database_url, data_dir=tmp_path)


async def test_a_database_of_earlier_keeps_all_that_it_held(upgraded: Database) -> None:
    async with upgraded.read() as tx:
        for table, rows in ROWS:
            assert await tx.scalar(select(func.count()).select_from(table)) == len(rows)
        ann = await accounts.by_id(tx, ANN)
        team, board = await shares.find(tx, TEAM), await shares.find(tx, BOARD)
        work = await collections.find(tx, WORK)
        (stored,) = await objects.read_data(tx, WORK, ["one.ics"])
        assert await meta.get(tx, "kept") == "as it was"
    await upgraded.close()
    assert ann == Account(
        id=ANN,
        login="Ann",
        display_name="Ann",
        email="ann@example.org",
        role=Role.MEMBER,
        password_hash="$argon2id$",
        is_active=True,
        version=3,
        created_at=NOON,
        language=None,
    )
    assert (work.name, work.owner_id, work.color, stored.data) == ("Work", ANN, "#336699", b"BEGIN:VCALENDAR")
    assert (team.name, team.note, team.serial, team.revision) == ("Team", "for the board", 2, 5)
    assert (team.uid_salt, team.expires_at, team.state) == (bytes(range(32)), LATER, ShareState.ACTIVE)
    assert team.filter == ShareFilter(categories_in=("work",), days_back=7)
    assert team.entries == (ShareEntry(collection_id=WORK, level=DetailLevel.BUSY),)
    assert team.recipients == (Recipient(id="4" * 32, email="eve@example.org", created_at=NOON),)
    assert board.grants == (Grant(account_id=ANN, granted_at=NOON),)
    assert (team.allows_narrowing, board.allows_keys, board.keys) == (False, False, ())
    assert (team.embed_hosts, team.embed_view, team.embed_color) == ((), EmbedView.MONTH, None)


async def test_a_database_of_earlier_does_all_that_a_new_one_does(upgraded: Database) -> None:
    async with upgraded.write() as tx:
        back = await shares.restore(tx, OLD, LATER, within=timedelta(days=7))
        made = await a_share_of(tx, await collections.find(tx, WORK), form_key="key")
        assert await shares.by_form_key(tx, "key") == made
        await audit.add(
            tx, now=LATER, by=CONSOLE, action="restored", subject=Subject.SHARE, subject_id=OLD, subject_name="Old"
        )
        assert len(await audit.newest(tx)) == 1
        await shares.edit(tx, replace(await shares.find(tx, BOARD), allows_keys=True), NOON)
        key = await feed_keys.add(tx, BOARD, ANN, LATER)
        assert (await shares.find(tx, BOARD)).keys == (key,)
        await shares.set_state(tx, TEAM, ShareState.REMOVED, LATER)
        assert (await shares.restore(tx, TEAM, LATER, within=timedelta(days=7))).state is ShareState.ACTIVE
    await upgraded.close()
    # What it was before its removal was not kept then: it does not open by itself.
    assert back.state is ShareState.INACTIVE
