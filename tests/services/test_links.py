from __future__ import annotations

import re
import secrets
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedserver.model.share import Recipient, ShareKind
from feedserver.security.signing import KeyRing
from feedserver.services.links import Links, slug_of, slugify
from tests.builders import NOON, a_share


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys.json")


@pytest.fixture
def links(keyring: KeyRing) -> Links:
    return Links("https://calendars.example.org/", keyring)


def test_f1_the_address_is_path_alone(links: Links) -> None:
    (link,) = links.of_share(a_share())
    for url in (link.page_url, link.feed_url, link.webcal_url):
        assert not set("?#@") & set(url)
        assert urlsplit(url).port is None


def test_f2_the_path_uses_unreserved_characters_only(links: Links) -> None:
    (link,) = links.of_share(a_share(name="Fête à Zürich / 50% off?"))
    assert re.fullmatch(r"[A-Za-z0-9\-._~/]+", urlsplit(link.feed_url).path)


def test_f3_the_last_segment_is_a_readable_slug(links: Links) -> None:
    (link,) = links.of_share(a_share(name="Fête à Zürich"))
    assert link.feed_url.endswith("/fete-a-zurich.ics")
    assert link.page_url == link.feed_url.removesuffix("fete-a-zurich.ics")


def test_f4_no_two_shares_have_one_token_and_no_token_tells_a_name(links: Links) -> None:
    shares = [a_share(id=secrets.token_hex(16), name="Secretname") for _ in range(50)]
    tokens = {links.of_share(share)[0].page_url.split("/")[-2] for share in shares}
    assert len(tokens) == 50
    assert not any("ecretname" in token for token in tokens)


def test_f4_the_slug_of_a_secured_share_is_neutral() -> None:
    assert slug_of(a_share(kind=ShareKind.SECURED, name="Board")) == "calendar"


def test_u26_webcal_and_https_differ_in_their_scheme_alone(links: Links) -> None:
    (link,) = links.of_share(a_share(kind=ShareKind.SECURED))
    assert link.webcal_url.removeprefix("webcal://") == link.feed_url.removeprefix("https://")


def test_links_survive_double_encoding(links: Links) -> None:
    """Feed-contract section 5, page rule: deep links wrap the address in `cid=` and `url=`."""
    (link,) = links.of_share(a_share(name="Łódź 100%"))
    once = quote(link.feed_url, safe="")
    assert unquote(unquote(quote(once, safe=""))) == link.feed_url == unquote(unquote(once))


def test_every_recipient_has_a_link_of_their_own(links: Links) -> None:
    ann = Recipient(id="a" * 32, email="ann@example.org", created_at=NOON)
    bob = Recipient(id="b" * 32, email="bob@example.org", created_at=NOON, revoked_at=NOON)
    found = links.of_share(a_share(recipients=(ann, bob)))
    assert [link.recipient for link in found] == [None, ann]
    assert found[0].feed_url != found[1].feed_url


def test_a_base_with_a_port_and_plain_http_keeps_both(keyring: KeyRing) -> None:
    (link,) = Links("http://localhost:8080", keyring).of_share(a_share())
    assert link.feed_url.startswith("http://localhost:8080/s/")
    assert link.webcal_url.startswith("webcal://localhost:8080/s/")


def test_u12_the_repr_of_a_link_holds_no_address(links: Links) -> None:
    (link,) = links.of_share(a_share())
    assert repr(link) == "ShareLink(recipient=None)"


@given(st.text())
def test_f2_any_name_gives_a_safe_slug(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", slugify(name))
