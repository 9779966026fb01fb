"""When the database takes no writes: pages are shown, and what would change something says so (threats F10 to F19)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.storage import sqlite
from feedserver.storage.engine import Database
from tests.admin.conftest import SiteServer, Visitor
from tests.premises import Premises, open_premises


@pytest.fixture
async def stuck(
    premises: Premises, admin: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aiohttp_client: AiohttpClient
) -> AsyncIterator[Visitor]:
    """The same admin at a node that can write nothing, as on a file system that has become read-only."""
    monkeypatch.setattr(sqlite, "_PRAGMAS", sqlite._READ_PRAGMAS)
    assert premises.db.path is not None
    db = await Database.open(data_dir=premises.db.path.parent)
    async with open_premises(db, tmp_path, clock=premises.clock) as node:
        yield Visitor(await aiohttp_client(SiteServer(node.app), cookie_jar=DummyCookieJar()), admin.cookie)
    await db.close()


async def test_f10_pages_are_read_where_nothing_can_be_written(
    premises: Premises, admin: Visitor, stuck: Visitor
) -> None:
    share = await premises.share()
    await admin.post("/shares/act", {"action": "deactivate", "share": share.id})
    premises.clock.advance(timedelta(minutes=20))
    for path in ("/shares/", f"/shares/{share.id}/", "/calendars/", "/users/", "/me/"):
        answer = await stuck.get(path)
        assert answer.status == 200
        assert "is inactive: nobody sees it" in await answer.text()


async def test_f10_session_whose_use_is_not_written_lends_no_time(premises: Premises, stuck: Visitor) -> None:
    premises.clock.advance(timedelta(minutes=20))
    assert (await stuck.get("/shares/")).status == 200
    premises.clock.advance(timedelta(minutes=10))
    assert (await stuck.get("/shares/")).status == 303


async def test_f19_action_that_cannot_be_written_says_so_on_a_page(premises: Premises, stuck: Visitor) -> None:
    answer = await stuck.post("/calendars/new", {"name": "New", "timezone": "Europe/Berlin"})
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "This did not work" in await answer.text()
    assert await premises.calendars.list_all() == []
