"""A11: whatever a name, a note or an event holds is shown as text on every page about shares."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from feedserver.model.account import Role
from feedserver.model.share import DetailLevel, Share
from tests.admin.conftest import Visitor
from tests.builders import an_event
from tests.premises import Premises

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "</title><svg/onload=alert(1)>",
    "{{7*7}}{name}%s",
    "javascript:alert(1)",
)
LIVE = re.compile(
    r"<script>alert|<img src=x|<svg/onload|\sonmouseover='|href=\"javascript:|href=\"data:", re.IGNORECASE
)


@pytest.fixture
async def share(premises: Premises, admin: Visitor) -> Share:
    """A share in which every text is a payload."""
    whole = " ".join(PAYLOADS)
    lines = (
        f"LOCATION:{whole}",
        f"DESCRIPTION:{whole}",
        f"CATEGORIES:{PAYLOADS[1]}",
        "URL:javascript:alert(1)",
        f"X-ALT-DESC;FMTTYPE=text/html:{PAYLOADS[0]}",
        f'ORGANIZER;CN="{PAYLOADS[0]}":mailto:a@example.org',
    )
    calendar = await premises.calendar(an_event("one", whole.replace(";", "\\;"), *lines), name=whole)
    await premises.accounts.add(
        login="mal", email="mal@example.org", role=Role.GUEST, display_name=PAYLOADS[0], password="correct horse"
    )
    await premises.secured_share(calendar, name=f"Secured {whole}", logins=("mal",))
    return await premises.share(
        calendar, level=DetailLevel.FULL, name=whole, note=whole, emails=["o'brien@example.org", "a{b}@example.org"]
    )


@pytest.mark.parametrize("path", ["/shares/", "/shares/{id}/", "/shares/{id}/preview", "/shares/{id}/appointments"])
async def test_a11_payloads_are_text_on_the_pages_of_shares(admin: Visitor, share: Share, path: str) -> None:
    text = await (await admin.get(path.format(id=share.id))).text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{7*7}}{name}%s" in text
    assert LIVE.findall(text) == []


async def test_a11_payloads_are_text_where_things_are_done(admin: Visitor, premises: Premises, share: Share) -> None:
    asked = await (await admin.post("/shares/act", {"action": "remove", "share": share.id})).text()
    await admin.post("/shares/act", {"action": "remove", "share": share.id, "confirmed": "1"})
    removed = await (await admin.get("/shares/")).text()
    await admin.post("/shares/act", {"action": "activate", "share": [share.id, PAYLOADS[0]]})
    refused = await (await admin.get("/shares/")).text()
    await admin.post("/shares/restore", {"share": [share.id, PAYLOADS[1]]})
    restored = await (await admin.get("/shares/")).text()
    one = share.recipients[0]
    ended = await (await admin.post(f"/shares/{share.id}/recipients/{one.id}/revoke")).text()
    for text in (asked, removed, refused, restored, ended):
        assert "&lt;script&gt;" in text
        assert LIVE.findall(text) == []


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a11_what_is_searched_for_is_text(admin: Visitor, premises: Premises, payload: str) -> None:
    share = await premises.share()
    for path in ("/shares/?q=", f"/shares/{share.id}/appointments?q=", "/shares/?calendar=", "/shares/?member="):
        answer = await admin.get(path + quote(payload))
        assert answer.status == 200
        assert LIVE.findall(await answer.text()) == []


@pytest.mark.parametrize("wanted", ["'", "%", "_", "\\", '" OR 1=1 --', "a" * 5000, "\u202e", "😀"])
async def test_i36_search_takes_its_words_as_they_are(admin: Visitor, premises: Premises, wanted: str) -> None:
    await premises.share()
    answer = await admin.get("/shares/?q=" + quote(wanted))
    assert answer.status == 200
    assert "No share fits this search." in await answer.text() or wanted == "\u202e"
