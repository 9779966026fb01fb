"""One walk over all routes: no answer may lack the headers that every answer has (threat group O)."""

from __future__ import annotations

import pytest
from yarl import URL

from feedserver.http.headers import IMMUTABLE
from tests.premises import Premises
from tests.web.conftest import Client

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PROPFIND")


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
async def test_o01_o03_o04_o06_o11_o14_every_answer_has_them(premises: Premises, client: Client, accept: str) -> None:
    await premises.account()
    token = premises.page_path(await premises.share()).split("/")[2]
    board = premises.page_path(await premises.secured_share(name="Board")).split("/")[2]
    walked = 0
    slugs = iter([slug for slug in ("team.ics", "team.ifb", "team.mobileconfig") for _ in range(3)])
    for resource in premises.app.router.resources():
        for filled in (token, board, "forged"):
            # The first resource of this form is the feed, the second free/busy, the last Apple's profile.
            slug = next(slugs) if resource.canonical == "/s/{token}/{slug}" else "team.ics"
            path = resource.canonical.format(token=filled, slug=slug, rest="nothing", share="0" * 32, key="0" * 32)
            for method in METHODS:
                answer = await client.request(
                    method, URL(path, encoded=True), headers={"Accept": accept}, allow_redirects=False
                )
                assert answer.status < 500
                assert answer.headers["X-Content-Type-Options"] == "nosniff", (method, path)
                has_forms = path.startswith(("/account/", "/shared/"))
                assert answer.headers["Referrer-Policy"] in {"no-referrer", *(["same-origin"] if has_forms else [])}
                assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
                assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
                keeps = {IMMUTABLE} if path.startswith("/static/") else {"private, no-store", "private, no-cache"}
                assert answer.headers["Cache-Control"] in keeps | {"private, no-store"}
                assert answer.headers["Server"] == "feedserver"
                assert "Set-Cookie" not in answer.headers
                if answer.content_type == "text/html":
                    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                walked += 1
    assert walked > 100
