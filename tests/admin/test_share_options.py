"""What else a share allows, in the form of a share and on its page."""

from __future__ import annotations

import html

import pytest

from feedserver.model.share import EmbedView, Share
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.premises import Premises

SITES = "https://www.example.org\r\nHTTPS://a.example/\r\n\r\n"
EMBEDDING = {"embed_hosts": SITES, "embed_view": "agenda", "has_embed_color": "1", "embed_color": "#aabbcc"}


async def save(admin: Visitor, share: Share, **changes: str | list[str]) -> tuple[int, str]:
    path = f"/shares/{share.id}/edit"
    fields = form_of(await (await admin.get(path)).text(), f"/admin{path}")
    answer = await admin.post(path, {**fields, **changes})
    return answer.status, await answer.text()


async def test_a_public_share_is_opened_to_other_sites(premises: Premises, admin: Visitor) -> None:
    share = await premises.share()
    assert (await save(admin, share, allows_narrowing="1", **EMBEDDING))[0] == 303
    after = await premises.sharing.find(share.id)
    assert (after.allows_narrowing, after.embed_view, after.embed_color) == (True, EmbedView.AGENDA, "#AABBCC")
    assert after.embed_hosts == ("https://a.example", "https://www.example.org")
    page = await (await admin.get(f"/shares/{share.id}/")).text()
    link = premises.link(after)
    code = f'<iframe src="{link.page_url}embed/" title="Team" width="100%" height="640" loading="lazy"></iframe>'
    assert code in html.unescape(page)
    assert code not in page
    assert "It shows: List of what is next." in text_of(page)
    for told in (
        "Sites that may show it: https://a.example, https://www.example.org",
        "Visitors may choose what they subscribe to: yes",
        "How other sites show it",
    ):
        assert told in text_of(page)


async def test_a_share_that_no_site_may_show_has_no_code(premises: Premises, admin: Visitor) -> None:
    share = await premises.share(embed_hosts=("https://a.example",))
    assert (await save(admin, share, embed_hosts=""))[0] == 303
    assert (await premises.sharing.find(share.id)).embed_hosts == ()
    page = await (await admin.get(f"/shares/{share.id}/")).text()
    assert "iframe" not in page
    assert "Sites that may show it: none" in text_of(page)


async def test_users_of_a_secured_share_are_allowed_keys_and_not_any_more(premises: Premises, admin: Visitor) -> None:
    await premises.account()
    share = await premises.secured_share()
    page = await (await admin.get(f"/shares/{share.id}/edit")).text()
    assert "embed_hosts" not in page
    assert (await save(admin, share, allows_keys="1"))[0] == 303
    assert (await premises.sharing.find(share.id)).allows_keys
    assert (await save(admin, share, allows_keys=[]))[0] == 303
    assert not (await premises.sharing.find(share.id)).allows_keys


async def test_a_share_is_made_with_what_it_allows(premises: Premises, admin: Visitor) -> None:
    calendar = await premises.calendar()
    fields = form_of(await (await admin.get("/shares/new")).text(), "/admin/shares/new")
    wanted = {"kind": "public", "calendar": calendar.id, "name": "Fair", "embed_hosts": "http://localhost:8000"}
    assert (await admin.post("/shares/new", {**fields, **wanted})).status == 303
    assert (await premises.sharing.find("Fair")).embed_hosts == ("http://localhost:8000",)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"embed_hosts": "https://*.example.org"}, "embed_hosts"),
        ({"embed_hosts": "http://example.org"}, "embed_hosts"),
        ({"embed_hosts": "https://example.org/calendar"}, "embed_hosts"),
        ({"embed_hosts": " ".join(f"https://{n}.example" for n in range(21))}, "embed_hosts"),
        ({"embed_view": "year"}, "embed_view"),
        ({"has_embed_color": "1", "embed_color": "red"}, "embed_color"),
        ({"allows_keys": "1"}, "allows_keys"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    premises: Premises, admin: Visitor, typed: dict[str, str], field: str
) -> None:
    share = await premises.share()
    status, page = await save(admin, share, **typed, note="kept")
    assert status == 422
    assert f'href="#f-{field}"' in page
    assert f'id="e-{field}"' in page or field == "allows_keys"
    assert await premises.sharing.find(share.id) == share


async def test_options_that_somebody_else_saved_meanwhile_are_shown(premises: Premises, admin: Visitor) -> None:
    share = await premises.share()
    path = f"/shares/{share.id}/edit"
    fields = form_of(await (await admin.get(path)).text(), f"/admin{path}")
    await premises.sharing.edit(share.id, allows_narrowing=True, embed_hosts=("https://a.example",))
    answer = await admin.post(path, {**fields, "name": "Mine"})
    assert answer.status == 409
    text = text_of(await answer.text())
    assert "Sites that may show it: https://a.example" in text
    assert "Visitors may choose what they subscribe to: yes" in text
