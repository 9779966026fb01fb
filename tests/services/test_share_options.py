"""What a share allows: each option for the kind of share it makes sense for, sites as browsers spell them."""

from __future__ import annotations

import pytest

from feedserver.model.errors import InvalidInput
from feedserver.model.share import EmbedView, ShareKind, ShareOptions
from feedserver.services.share_options import MAX_EMBED_HOSTS, options_of, origin_of
from tests.premises import Premises


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://www.example.org", "https://www.example.org"),
        (" https://WWW.Example.org/ ", "https://www.example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("https://example.org:443", "https://example.org"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("http://localhost", "http://localhost"),
        ("http://localhost:8000/", "http://localhost:8000"),
    ],
)
def test_a_site_is_kept_as_its_origin(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "www.example.org",
        "http://www.example.org",
        "http://localhost.example.org",
        "https://*.example.org",
        "https://*",
        "*",
        "https:",
        "https://",
        "https://example.org/calendar",
        "https://example.org?x",
        "https://example.org#x",
        "https://ann@example.org",
        "https://example.org:0x",
        "https://example.org:99999",
        "https://[::1]",
        "https://a..b",
        "https://-a.example",
        "https://example.org; script-src *",
        "https://example.org 'self'",
        "https://example.org\r\nX-Header: y",
        "https://" + "a." * 130 + "example",
        "https://" + "a" * 64,
        "data:text/html,x",
        "'self'",
    ],
)
def test_a28_what_is_no_single_safe_origin_is_no_site(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        origin_of(text)
    assert raised.value.field == "embed_hosts"


def test_sites_are_sorted_and_named_once() -> None:
    wanted = ("https://b.example", "https://a.example", "https://B.example/")
    kept = options_of(ShareKind.PUBLIC, {"embed_hosts": wanted})
    assert kept == {"embed_hosts": ("https://a.example", "https://b.example")}


@pytest.mark.parametrize(
    ("kind", "options", "field"),
    [
        (ShareKind.SECURED, {"embed_hosts": ("https://example.org",)}, "embed_hosts"),
        (ShareKind.PUBLIC, {"allows_keys": True}, "allows_keys"),
        (
            ShareKind.PUBLIC,
            {"embed_hosts": tuple(f"https://{n}.example" for n in range(MAX_EMBED_HOSTS + 1))},
            "embed_hosts",
        ),
        (ShareKind.PUBLIC, {"embed_color": "red"}, "embed_color"),
        (ShareKind.PUBLIC, {"embed_color": "#12345g"}, "embed_color"),
    ],
)
def test_what_a_share_cannot_allow_is_refused(kind: ShareKind, options: ShareOptions, field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        options_of(kind, options)
    assert raised.value.field == field


@pytest.mark.parametrize("kind", ShareKind)
def test_what_is_off_is_off_for_either_kind(kind: ShareKind) -> None:
    off: ShareOptions = {"allows_keys": False, "embed_hosts": (), "embed_color": None}
    assert options_of(kind, off) == off


async def test_a_share_is_made_and_changed_with_its_options(premises: Premises) -> None:
    share = await premises.share(allows_narrowing=True, embed_hosts=("https://EXAMPLE.org/",))
    assert (share.allows_narrowing, share.embed_hosts) == (True, ("https://example.org",))
    after = await premises.sharing.edit(share.id, embed_hosts=(), embed_view=EmbedView.AGENDA, embed_color="#aabbcc")
    assert (after.embed_hosts, after.embed_view, after.embed_color) == ((), EmbedView.AGENDA, "#AABBCC")
    assert (after.allows_narrowing, after.revision) == (True, share.revision)
    with pytest.raises(InvalidInput):
        await premises.sharing.edit(share.id, allows_keys=True)
