"""The services over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from feedserver.storage.engine import Database
from tests.premises import Premises, open_premises


@pytest.fixture
async def premises(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    """One node on SQLite."""
    async with open_premises(sqlite_db, tmp_path) as made:
        yield made


@pytest.fixture
async def premises_on_both(db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    """One node, once on each engine."""
    async with open_premises(db, tmp_path) as made:
        yield made
