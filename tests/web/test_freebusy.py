"""Free/busy at an address of its own (F73)."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

from icalendar import Calendar

from feedserver.model.share import DetailLevel
from tests.builders import an_event
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}


def _path(feed_path: str) -> str:
    return feed_path.removesuffix(".ics") + ".ifb"


async def test_f73_busy_time_is_merged_and_tells_nothing_else(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(
        an_event("a", "Secret one", start="20261124T100000Z"),
        an_event("b", "Secret two", start="20261124T103000Z"),
        an_event("c", "Free", "TRANSP:TRANSPARENT", start="20261125T100000Z"),
        an_event("d", "Weekly", "RRULE:FREQ=WEEKLY;COUNT=2", start="20261126T080000Z"),
    )
    answer = await client.get(_path(premises.feed_path(await premises.share(calendar, level=DetailLevel.FULL))))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="team.ifb"'
    text = await answer.text()
    assert [line for line in text.split("\r\n") if line.startswith("FREEBUSY")] == [
        "FREEBUSY;FBTYPE=BUSY:20261124T100000Z/20261124T113000Z",
        "FREEBUSY;FBTYPE=BUSY:20261126T080000Z/20261126T090000Z",
        "FREEBUSY;FBTYPE=BUSY:20261203T080000Z/20261203T090000Z",
    ]
    for hidden in ("Secret", "Free", "Weekly", "VEVENT"):
        assert hidden not in text.replace("VFREEBUSY", "").replace("FREEBUSY", "")
    (busy,) = Calendar.from_ical(text).walk("VFREEBUSY")
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER"} <= set(busy)


async def test_f72_the_feed_itself_has_no_vfreebusy(premises: Premises, client: Client) -> None:
    share = await premises.share(level=DetailLevel.BUSY)
    assert "VFREEBUSY" not in await (await client.get(premises.feed_path(share))).text()


async def test_free_busy_follows_changes_and_is_not_sent_twice(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar()
    path = _path(premises.feed_path(await premises.share(calendar)))
    tag = (await client.get(path)).headers["ETag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status == 304
    await premises.put(calendar, an_event("more", start="20261201T100000Z"))
    changed = await client.get(path, headers={"If-None-Match": tag})
    assert changed.status == 200
    assert "20261201T100000Z" in await changed.text()
    premises.clock.advance(timedelta(days=30))
    assert "20261201T100000Z" not in await (await client.get(path)).text()


async def test_free_busy_of_a_secured_share_asks_for_the_login(premises: Premises, client: Client) -> None:
    await premises.account()
    share = await premises.secured_share()
    path = _path(premises.feed_path(share))
    assert (await client.get(path)).status == 401
    assert (await client.get(path, headers=ANN)).status == 200
    await premises.sharing.deactivate(share.id)
    assert "no longer shared" in await (await client.get(path)).text()
    assert (await client.put(path)).status == 405


async def test_free_busy_of_a_forged_link_is_404(client: Client) -> None:
    assert (await client.get("/s/forged/team.ifb")).status == 404


async def test_i07_time_that_is_too_costly_to_tell_apart_is_busy(premises: Premises, client: Client) -> None:
    """Left out it was free, and three hundred of it held an answer up for a minute."""
    dense = [an_event(f"d{n}", "Drip", "RRULE:FREQ=MINUTELY", start="20261101T100000Z") for n in range(20)]
    calendar = await premises.calendar(an_event("a"), *dense)
    text = await (await client.get(_path(premises.feed_path(await premises.share(calendar))))).text()
    assert [line for line in text.split("\r\n") if line.startswith("FREEBUSY")] == [
        "FREEBUSY;FBTYPE=BUSY:20261122T230000Z/20270523T230000Z"
    ]
