from __future__ import annotations

import pytest

from feedserver.web.conditional import is_unchanged, names_etag

ETAG = "5d41402abc4b2a76"
NOON = 1_000_000_000  # Sun, 09 Sep 2001 01:46:40 GMT


@pytest.mark.parametrize(
    "header",
    [
        f'"{ETAG}"',
        f'W/"{ETAG}"',
        f'"other", W/"{ETAG}"',
        f'"other","{ETAG}" , "third"',
        "*",
        " * ",
        f'"{ETAG}-gzip"',
        f'W/"{ETAG}-gzip"',
        f'"{ETAG}--gzip"',
        f'"{ETAG};br"',
        f'"{ETAG};gzip"',
    ],
)
def test_f12_f23_the_current_etag_is_recognised_in_every_spelling(header: str) -> None:
    assert names_etag(header, ETAG)


@pytest.mark.parametrize(
    "header",
    ["", '""', ETAG, f'"{ETAG}', f'"{ETAG}x"', f'"{ETAG.upper()}"', '"-gzip"', f"'{ETAG}'", "**", '"*"', '"a' * 5000],
)
def test_f12_anything_else_is_another_etag(header: str) -> None:
    assert not names_etag(header, ETAG)


def test_f13_if_none_match_decides_and_the_date_is_ignored() -> None:
    future = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert not is_unchanged({"If-None-Match": '"other"', "If-Modified-Since": future}, ETAG, NOON)
    past = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert is_unchanged({"If-None-Match": f'"{ETAG}"', "If-Modified-Since": past}, ETAG, NOON)


def test_f13_a_date_at_or_after_the_last_change_is_good() -> None:
    assert is_unchanged({"If-Modified-Since": "Sun, 09 Sep 2001 01:46:40 GMT"}, ETAG, NOON)
    assert is_unchanged({"If-Modified-Since": "Sunday, 09-Sep-01 01:46:40 GMT"}, ETAG, NOON)
    assert not is_unchanged({"If-Modified-Since": "Sun, 09 Sep 2001 01:46:39 GMT"}, ETAG, NOON)


@pytest.mark.parametrize("date", ["", "yesterday", "0", "Sun, 99 Sep 2001 01:46:40 GMT", "Sun, 09 Sep 99999999999"])
def test_f13_a_date_that_is_none_is_ignored(date: str) -> None:
    assert not is_unchanged({"If-Modified-Since": date}, ETAG, NOON)


def test_without_validators_nothing_is_unchanged() -> None:
    assert not is_unchanged({}, ETAG, NOON)
