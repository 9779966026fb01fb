"""`/s/<token>/<slug>.mobileconfig`: one tap on an iPhone, and the device asks for the password itself."""

from __future__ import annotations

import plistlib
from base64 import b64encode
from typing import Any
from uuid import UUID

from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}


async def profile_of(client: Client, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await client.get(path, headers=headers or {})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/x-apple-aspen-config"
    return dict(plistlib.loads(await answer.read()))


async def test_it_subscribes_the_device_to_the_feed(premises: Premises, client: Client) -> None:
    await premises.account()
    share = await premises.secured_share(name="Board & <friends>")
    path = f"{premises.page_path(share)}calendar.mobileconfig"
    profile = await profile_of(client, path, ANN)
    assert profile["PayloadType"] == "Configuration"
    assert profile["PayloadDisplayName"] == "Board & <friends>"
    (account,) = profile["PayloadContent"]
    assert account["PayloadType"] == "com.apple.subscribedcalendar.account"
    assert account["SubCalAccountHostName"] == premises.link(share).feed_url
    assert account["SubCalAccountUseSSL"] is False, "this base is plain http"
    assert account["SubCalAccountUsername"] == "ann"


async def test_b2_it_holds_no_password(premises: Premises, client: Client) -> None:
    await premises.account()
    path = f"{premises.page_path(await premises.secured_share())}calendar.mobileconfig"
    answer = await client.get(path, headers=ANN)
    body = await answer.text()
    assert PASSWORD not in body
    assert "Password" not in body
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calendar.mobileconfig"'


async def test_u20_its_ids_stay_and_are_made_of_random_ids_alone(premises: Premises, client: Client) -> None:
    """Installed again it replaces itself: also under another name, and with another key in the ring."""
    await premises.account()
    share = await premises.secured_share()
    first = await profile_of(client, f"{premises.page_path(share)}calendar.mobileconfig", ANN)
    await premises.sharing.edit(share.id, name="Renamed")
    premises.ring.rotate()
    again = await profile_of(client, f"{premises.page_path(share)}calendar.mobileconfig", ANN)
    other = await profile_of(
        client, f"{premises.page_path(await premises.secured_share(name='Other'))}calendar.mobileconfig", ANN
    )
    ids = [[profile["PayloadUUID"], profile["PayloadContent"][0]["PayloadUUID"]] for profile in (first, again, other)]
    assert ids[0] == ids[1]
    assert len({*ids[0], *ids[2]}) == 4
    assert all(UUID(one).version == 5 for pair in ids for one in pair)


async def test_a_public_share_has_one_without_a_login(premises: Premises, client: Client) -> None:
    share = await premises.share()
    profile = await profile_of(client, f"{premises.page_path(share)}team.mobileconfig", ANN)
    assert "SubCalAccountUsername" not in profile["PayloadContent"][0], "nobody asked for it"


async def test_two_links_of_a_share_can_be_installed_side_by_side(premises: Premises, client: Client) -> None:
    share = await premises.share(emails=["ann@example.org"])
    profiles = [await profile_of(client, f"{premises.page_path(share, number)}team.mobileconfig") for number in (0, 1)]
    assert profiles[0]["PayloadUUID"] != profiles[1]["PayloadUUID"]
