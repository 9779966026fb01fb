from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.http.answer import Answer
from feedserver.http.headers import CALENDAR, HTML, HeaderPolicy, disposition, validators
from tests.builders import NOON

HTTPS = HeaderPolicy(is_https=True)
HTTP = HeaderPolicy(is_https=False)


def _headers(answer: Answer) -> dict[str, str]:
    return dict(answer.headers)


@pytest.mark.parametrize("status", [200, 304, 308, 401, 404, 410, 429, 500, 503])
def test_o01_o03_o04_o14_every_answer_has_the_headers_of_the_group(status: int) -> None:
    found = _headers(HTTP.answer(status, b""))
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "no-referrer"
    assert found["Cross-Origin-Resource-Policy"] == "same-origin"
    assert found["X-Robots-Tag"] == "noindex, nofollow"
    assert found["Cache-Control"].startswith("private")
    assert "Set-Cookie" not in found


def test_o02_pages_have_a_strict_policy() -> None:
    policy = _headers(HTTP.answer(200, b"", content_type=HTML))["Content-Security-Policy"]
    for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors"):
        assert part in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("named", "ancestors"),
    [((), "'none'"), (("http://localhost:1", "https://a.example"), "http://localhost:1 https://a.example")],
)
def test_a28_a_page_is_framed_by_the_sites_that_are_named_and_by_nobody_else(
    named: tuple[str, ...], ancestors: str
) -> None:
    found = _headers(HTTP.answer(200, b"", content_type=HTML, framed_by=named))
    assert found["Content-Security-Policy"].endswith(f"; frame-ancestors {ancestors}")
    assert "X-Frame-Options" not in found


def test_o08_f7_strict_transport_security_when_the_base_is_https() -> None:
    assert "Strict-Transport-Security" in _headers(HTTPS.answer(200))
    assert "Strict-Transport-Security" not in _headers(HTTP.answer(200))


def test_o11_the_server_tells_no_version() -> None:
    assert not any(c.isdigit() for c in _headers(HTTP.answer(200))["Server"])


def test_f29_public_feeds_are_open_to_scripts_and_secured_ones_are_not() -> None:
    assert dict(HTTP.cors(is_public=True)) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Last-Modified",
    }
    assert not dict(HTTP.cors(is_public=False))
    assert not dict(HeaderPolicy(is_https=False, is_cors_on=False).cors(is_public=True))


def test_f29_a_preflight_may_ask_for_if_none_match_and_never_for_credentials() -> None:
    found = dict(HTTP.preflight(is_public=True))
    assert "If-None-Match" in found["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in found
    assert dict(HTTP.preflight(is_public=False)) == {"Allow": "GET, HEAD, OPTIONS"}


def test_last_modified_is_never_in_the_future() -> None:
    found = dict(validators("abc", NOON + timedelta(seconds=30), NOON))
    assert found == {"ETag": '"abc"', "Last-Modified": "Mon, 23 Nov 2026 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Team", 'inline; filename="team.ics"'),
        ("Zürich", "inline; filename=\"team.ics\"; filename*=UTF-8''Z%C3%BCrich.ics"),
        ("é\r\nSet-Cookie: a=b", "inline; filename=\"team.ics\"; filename*=UTF-8''%C3%A9Set-Cookie%20a%3Db.ics"),
        ('é\N{RIGHT-TO-LEFT OVERRIDE}/../x"', "inline; filename=\"team.ics\"; filename*=UTF-8''%C3%A9..x.ics"),
    ],
)
def test_f20_i19_the_file_name_is_ascii_with_the_full_one_beside_it(name: str, value: str) -> None:
    assert disposition("team", name) == ("Content-Disposition", value)


def test_i19_a_name_of_5000_characters_makes_no_endless_header() -> None:
    assert len(disposition("team", "ü" * 5000)[1]) < 1000


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\x00b", "a\x7fb"])
def test_i19_a_header_that_would_break_its_line_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        HTTP.answer(200, b"", content_type=CALENDAR, headers=(("X", value),))
