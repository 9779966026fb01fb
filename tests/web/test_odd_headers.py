"""Headers that no client of ours sends: answered, never with a fault of ours (I38)."""

from __future__ import annotations

import pytest

from tests.premises import Premises
from tests.web.conftest import Client

ODD = [
    ("Accept", ";;;,,,q=;text/html;q=x"),
    ("Accept", "text/html;q=999999999999999999999999,*/*;q=-1"),
    ("Accept-Encoding", "gzip;q=, identity;q=nan, *;q=1e999"),
    ("Accept-Language", ",".join(["xx-XX-xxxx;q=0.1"] * 400)),
    ("Accept-Language", "de;q=inf, \N{SNOWMAN}"),
    ("Authorization", "Basic"),
    ("Authorization", "Bearer \N{SNOWMAN}"),
    ("Connection", "close, keep-alive, upgrade"),
    ("Content-Encoding", "br"),
    ("Content-Type", "multipart/form-data; boundary="),
    ("Cookie", 'session="; session=\\"; =; ;;; $Version=1'),
    ("Cookie", "session=" + "A" * 4000),
    ("Forwarded", "for=unknown;proto=gopher"),
    ("If-Match", "*"),
    ("If-Modified-Since", "Mon, 99 Foo 99999 99:99:99 GMT"),
    ("If-None-Match", '"' * 300),
    ("If-Range", "W/"),
    ("If-Unmodified-Since", "0"),
    ("Origin", "null"),
    ("Range", "bytes=-1,0-,abc"),
    ("Sec-Fetch-Site", "elsewhere"),
    ("TE", "trailers, deflate;q=0.5"),
    ("Upgrade", "websocket"),
    ("User-Agent", "%s%n{{7*7}}${jndi:ldap://127.0.0.1/a}"),
    ("X-Forwarded-For", "::1%eth0, 999.999.999.999, unknown, ,"),
    ("X-Forwarded-Proto", "javascript"),
    ("X-HTTP-Method-Override", "DELETE"),
]


@pytest.mark.parametrize(("name", "value"), ODD)
async def test_i38_odd_header_is_no_fault_of_ours(premises: Premises, client: Client, name: str, value: str) -> None:
    share = await premises.share()
    for path in (premises.feed_path(share), premises.page_path(share), "/admin/login", "/nothing"):
        answer = await client.get(path, headers={name: value}, allow_redirects=False)
        assert answer.status < 500, (path, answer.status)
