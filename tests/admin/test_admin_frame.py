from __future__ import annotations

from tests.admin.conftest import Visitor


async def test_a09_page_without_a_session_leads_to_the_login(visitor: Visitor) -> None:
    answer = await visitor.get("/mail/?page=2")
    assert answer.status in (303, 404)


async def test_page_that_is_not_there_says_so_in_a_page(admin: Visitor) -> None:
    answer = await admin.get("/nowhere")
    assert answer.status == 404
    assert "There is no such page." in await answer.text()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
