"""What a chosen audience sees of a share, and the share's appointments with the way to each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from feedserver.model.account import Role
from feedserver.model.share import DetailLevel, ShareFilter
from tests.admin.conftest import Visitor
from tests.builders import NOON, an_event
from tests.premises import Premises

BOARD = an_event("one", "Board", "LOCATION:Town hall", "DESCRIPTION:Budget", "URL:https://example.org/agenda")
DOCTOR = an_event("two", "Doctor", "LOCATION:Clinic", "CLASS:PRIVATE", start="20261125T100000Z")


async def page(admin: Visitor, path: str) -> str:
    answer = await admin.get(path)
    assert answer.status == 200
    return await answer.text()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


async def test_preview_shows_what_the_level_shows_and_nothing_more(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar(BOARD, DOCTOR)
    share = await premises.share(calendar, level=DetailLevel.DETAILS)
    text = await page(admin, f"/shares/{share.id}/preview")
    assert "Tuesday, November 24, 2026" in text
    for said in ("Board", "Town hall", "Budget"):
        assert said in text
    assert '<a href="https://example.org/agenda" rel="noreferrer noopener">' in text
    assert "Doctor" not in text
    assert "Clinic" not in text
    await premises.edit_levels(share, DetailLevel.BUSY)
    text = await page(admin, f"/shares/{share.id}/preview")
    assert text.count("<strong>Busy</strong>") == 2
    for hidden in ("Board", "Town hall", "Budget", "example.org/agenda"):
        assert hidden not in text


async def test_preview_follows_filter_and_window(admin: Visitor, premises: Premises) -> None:
    calendar = await premises.calendar(BOARD, an_event("three", "Summit", start="20261210T100000Z"))
    share = await premises.share(calendar, filter=ShareFilter(days_ahead=7))
    text = await page(admin, f"/shares/{share.id}/preview")
    assert "Board" in text
    assert "Summit" not in text


async def test_preview_goes_to_other_days_and_keeps_the_audience(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(await premises.calendar(BOARD), emails=["eve@example.org"])
    eve = share.recipients[0].id
    text = await page(admin, f"/shares/{share.id}/preview?as={eve}&from=2026-12-01")
    assert "No appointments on these days." in text
    assert f'<option value="{eve}" selected>eve@example.org</option>' in text
    assert f'rel="prev" href="?as={eve}&amp;from=2026-11-03"' in text
    assert "Board" in await page(admin, f"/shares/{share.id}/preview?from=nonsense")
    assert "No appointments" in await page(admin, f"/shares/{share.id}/preview?from=2199-12-31")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts_at": NOON + timedelta(days=1)}, "This audience sees nothing yet"),
        ({"expires_at": NOON - timedelta(days=1)}, "the share has expired"),
    ],
)
async def test_preview_says_when_the_audience_sees_nothing(
    admin: Visitor,
    premises: Premises,
    changes: dict,  # type: ignore[type-arg]
    said: str,
) -> None:
    share = await premises.share(await premises.calendar(BOARD), **changes)
    text = await page(admin, f"/shares/{share.id}/preview")
    assert said in text
    assert "Board" not in text


async def test_preview_of_an_inactive_share_shows_nothing(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(await premises.calendar(BOARD))
    await premises.sharing.deactivate(share.id)
    text = await page(admin, f"/shares/{share.id}/preview")
    assert "This audience sees nothing: the share is inactive." in text
    assert "Board" not in text


async def test_preview_of_a_secured_share_is_through_the_eyes_of_its_members(
    admin: Visitor, premises: Premises
) -> None:
    share = await premises.secured_share(await premises.calendar(BOARD), logins=())
    assert "Nobody may open this share yet" in await page(admin, f"/shares/{share.id}/preview")
    ann, off = await premises.account("ann"), await premises.account("off")
    new = await premises.accounts.add(login="new", email="new@example.org", role=Role.GUEST)
    await premises.sharing.edit(share.id, logins=["ann", "off", "new"])
    await premises.accounts.deactivate("off")
    text = await page(admin, f"/shares/{share.id}/preview")
    assert "Anyone with the link" not in text
    assert "Board" in await page(admin, f"/shares/{share.id}/preview?as={ann.id}")
    for account, why in ((off, "the account is deactivated"), (new, "they have to choose a password first")):
        text = await page(admin, f"/shares/{share.id}/preview?as={account.id}")
        assert why in text
        assert "Board" not in text


async def test_appointments_are_listed_in_full_with_the_way_to_each(admin: Visitor, premises: Premises) -> None:
    weekly = an_event("week", "Choir", "RRULE:FREQ=WEEKLY;COUNT=2", start="20261123T180000Z")
    calendar = await premises.calendar(BOARD, weekly, name="Work")
    share = await premises.share(calendar, level=DetailLevel.BUSY)
    text = await page(admin, f"/shares/{share.id}/appointments")
    links = re.findall(r'<a href="(/admin/calendars/[^"]+)">(\w+)</a>', text)
    assert [title for _path, title in links] == ["Choir", "Board", "Choir"]
    assert all(path.startswith(f"/admin/calendars/{calendar.id}/appointments/") for path, _title in links)
    assert [path.partition("?")[2] for path, _title in links] == [
        "instance=20261123T180000Z",
        "",
        "instance=20261130T180000Z",
    ]
    assert "Only busy times" in text


async def test_appointments_are_there_while_the_share_is_off(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(await premises.calendar(BOARD))
    await premises.sharing.deactivate(share.id)
    assert "Board" in await page(admin, f"/shares/{share.id}/appointments")


async def test_appointments_can_be_searched(admin: Visitor, premises: Premises) -> None:
    share = await premises.share(await premises.calendar(BOARD, an_event("four", "Choir")))
    text = await page(admin, f"/shares/{share.id}/appointments?q=BUDGET+board")
    assert "Board" in plain(text)
    assert "Choir" not in text
    assert "q=BUDGET" in text
    assert "No appointment on these days has these words." in await page(
        admin, f"/shares/{share.id}/appointments?q=nothing"
    )


async def test_i07_share_of_endless_events_answers_with_the_earliest(admin: Visitor, premises: Premises) -> None:
    every_minute = an_event("bomb", "Tick", "RRULE:FREQ=MINUTELY")
    share = await premises.share(await premises.calendar(every_minute))
    text = await page(admin, f"/shares/{share.id}/preview")
    assert "There are more on these days than one page can hold" in text
