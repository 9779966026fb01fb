"""One appointment, or one occurrence of it: all that it says."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.admin.appointing import EVERY_TUESDAY, an_appointment, path
from tests.admin.conftest import Visitor
from tests.admin.pages import text_of
from tests.builders import an_event
from tests.premises import Premises

EVIL = "<script>alert(1)</script>"


async def test_page_says_when_where_and_what_else_it_holds(admin: Visitor, premises: Premises) -> None:
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "DESCRIPTION:x", "END:VALARM")
    work = await premises.calendar(
        an_event(
            "a",
            "Board",
            "LOCATION:Town hall",
            "DESCRIPTION:Agenda\\nMinutes",
            "URL:https://example.org/",
            "CATEGORIES:Board,Public",
            "ATTENDEE;CN=Ann:mailto:ann@example.org",
            "X-ROOM:3",
            *alarm,
        ),
        name="Work",
    )
    page = await (await admin.get(f"/calendars/{work.id}/appointments/a.ics/")).text()
    text = text_of(page)
    assert "Tuesday, November 24, 2026, 10:00" in text
    assert "(UTC)" in text
    assert "Town hall" in text
    assert '<a href="https://example.org/" rel="noopener noreferrer nofollow">' in page
    assert "Board and Public" in text
    assert "Ann <ann@example.org>" in text
    assert "X-ROOM 3" in text
    assert "VALARM 1" in text


async def test_occurrence_says_that_it_is_one_of_several(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    series = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    page = await (await admin.get(path(series, instance="20261201T180000"))).text()
    text = text_of(page)
    assert "Tuesday, December 1, 2026, 6:00" in text
    assert "Every Tuesday, 5 times" in text
    assert "One of several" in text
    assert f'href="/admin{path(series)}"' in page
    assert f'href="/admin{path(series, "edit", "20261201T180000")}"' in page
    whole = text_of(await (await admin.get(path(series))).text())
    assert "The whole series, as it begins." in whole


async def test_rule_that_the_form_cannot_show_is_said(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("a", "Odd", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15,-1"), name="Work")
    text = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/a.ics/")).text())
    assert "By a rule of its own: FREQ=MONTHLY;BYMONTHDAY=1,15,-1" in text


async def test_what_is_not_there_answers_404(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    other = await premises.calendar(an_event("a"), name="Other")
    series = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    for address in (
        f"/calendars/{work.id}/appointments/a.ics/",  # A16: it is in another calendar
        f"/calendars/{'f' * 32}/appointments/a.ics/",
        f"/calendars/{other.id}/appointments/..%2fa.ics/",
        f"/calendars/{other.id}/appointments/%00/",
        path(series, instance="20261202T180000"),
        path(series, instance="20261201"),
        path(series, instance="x" * 500),
        path(series, instance="99999999T999999"),
    ):
        for action in ("", "edit", "delete"):
            target = address.replace("?", f"{action}?") if "?" in address else address + action
            assert (await admin.get(target)).status == 404, target
            if action:
                assert (await admin.post(target, {"etag": "x", "scope": "all"})).status in (303, 404, 409, 422), target
    for calendar in (work, other):
        assert (await premises.calendars.find(calendar.id)).object_count == 1


@pytest.mark.parametrize(
    "line",
    [
        f"SUMMARY:{EVIL}", f"LOCATION:{EVIL}", f"DESCRIPTION:{EVIL}", f"CATEGORIES:{EVIL}",
        f"X-ALT-DESC;FMTTYPE=text/html:{EVIL}",
        f'ORGANIZER;CN="{EVIL}":mailto:a@example.org', f"X-EVIL:{EVIL}", f"COMMENT:{EVIL}", f"URL:https://x/{EVIL}",
        f"X-{'A' * 60}:{EVIL}",
    ],
)  # fmt: skip
async def test_a11_payloads_are_shown_as_text_on_every_page(line: str, admin: Visitor, premises: Premises) -> None:
    event = (
        an_event("a", "x", line).replace("SUMMARY:x\r\n", "")
        if line.startswith("SUMMARY")
        else an_event("a", "x", line)
    )
    work = await premises.calendar(event, name="Work")
    for address in ("", "a.ics/", "a.ics/edit", "a.ics/delete"):
        page = await (await admin.get(f"/calendars/{work.id}/appointments/{address}")).text()
        assert "<script>alert" not in page, address
    assert "&lt;script&gt;" in await (await admin.get(f"/calendars/{work.id}/appointments/a.ics/")).text()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", " javascript:x", "//evil"],
)
async def test_a11_link_of_another_scheme_is_text_and_never_a_link(
    address: str, admin: Visitor, premises: Premises
) -> None:
    lines = (f"URL:{address}", f"LOCATION:{address}", f"DESCRIPTION:{address}", f"ATTACH:{address}")
    work = await premises.calendar(an_event("a", address, *lines), name="Work")
    for page_path in ("", "a.ics/", "a.ics/edit", "a.ics/delete"):
        page = await (await admin.get(f"/calendars/{work.id}/appointments/{page_path}")).text()
        assert 'href="javascript' not in page.lower()
        assert f'href="{address.strip()}' not in page


async def test_name_that_needs_quoting_leads_to_its_own_page(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(an_event("ü 😀 \\, ,x/..%2f"), name="Work")
    (row,) = (await premises.appointments.list(work.id, start_on=premises.clock.now().date())).rows
    page = await (await admin.get(f"/calendars/{work.id}/appointments/")).text()
    assert f"/appointments/{quote(row.name, safe='')}/" in page
    assert (await admin.get(f"/calendars/{work.id}/appointments/{quote(row.name, safe='')}/")).status == 200
