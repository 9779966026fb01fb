"""Static files by name alone, and doors that other servers leave open."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.admin.conftest import Visitor

TRAVERSALS = [
    "../application.py",
    "..%2fapplication.py",
    "..%252fapplication.py",
    "%2e%2e/application.py",
    "....//application.py",
    "..\\application.py",
    "..%5capplication.py",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "admin.css/../../application.py",
    "admin.css%00.py",
    "./admin.css/",
]


@pytest.mark.parametrize("name", TRAVERSALS)
async def test_a21_static_files_are_reached_by_their_own_names_alone(visitor: Visitor, name: str) -> None:
    answer = await visitor.get(f"/static/{name}")
    assert answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.SEE_OTHER)
    assert "import" not in await answer.text()


async def test_static_file_may_be_kept_because_its_address_changes_with_it(visitor: Visitor) -> None:
    answer = await visitor.get("/static/admin.css")
    assert answer.status == HTTPStatus.OK
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/server-status",
        "/phpinfo.php",
        "/data/keys.json",
    ],
)
async def test_a22_nothing_stands_where_others_leave_doors_open(visitor: Visitor, path: str) -> None:
    for place in (path, f"/admin{path}"):
        answer = await visitor.client.get(place, allow_redirects=False)
        assert answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.SEE_OTHER), place
