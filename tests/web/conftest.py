"""The real application over a real database, asked by a real client."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.web.runner import SiteRunner
from tests.premises import Premises

Client = TestClient


class SiteServer(TestServer):
    """A test server that runs the site as the real one does."""

    async def _make_runner(self, **options: Any) -> SiteRunner:
        return SiteRunner(self.app, **options)


@pytest.fixture
async def client(premises: Premises, aiohttp_client: AiohttpClient) -> Client:
    """A client of that node that asks for no compression and follows no redirects by itself."""
    server = SiteServer(premises.app)
    return await aiohttp_client(server, auto_decompress=False, headers={"Accept-Encoding": "identity"})
