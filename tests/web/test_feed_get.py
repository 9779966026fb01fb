"""A live public feed: what GET, HEAD and OPTIONS answer, and with which headers."""

from __future__ import annotations

import asyncio
import gzip
import time
from datetime import timedelta

import pytest
from icalendar import Calendar

from feedserver.model.share import DetailLevel
from tests.builders import an_event
from tests.premises import Premises
from tests.web.conftest import Client


async def test_u00_a_valid_link_gives_the_right_events(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("a", "Breakfast"), an_event("b", "Lunch"))
    share = await premises.share(calendar)
    answer = await client.get(premises.feed_path(share))
    assert answer.status == 200
    shown = Calendar.from_ical(await answer.read())
    assert {str(event["SUMMARY"]) for event in shown.walk("VEVENT")} == {"Breakfast", "Lunch"}


async def test_a_share_shows_all_its_calendars_each_at_its_level(premises: Premises, client: Client) -> None:
    work = await premises.calendar(an_event("a", "Board", "DESCRIPTION:Agenda"))
    home = await premises.calendar(an_event("b", "Dentist"), name="Home")
    share = await premises.share(work, home, level=DetailLevel.DETAILS)
    entries = [share.entries[0], share.entries[1].__class__(collection_id=home.id, level=DetailLevel.BUSY)]
    await premises.sharing.edit(share.id, entries=entries)
    body = await (await client.get(premises.feed_path(share))).text()
    assert "SUMMARY:Board" in body
    assert "DESCRIPTION:Agenda" in body
    assert "Dentist" not in body
    assert "SUMMARY:Busy" in body


async def test_f3_the_slug_may_be_any(premises: Premises, client: Client) -> None:
    share = await premises.share(name="Team A")
    path = premises.feed_path(share)
    assert path.endswith("/team-a.ics")
    answer = await client.get(path.replace("team-a", "what-it-was-called-before"))
    assert answer.status == 200


async def test_f19_o05_the_content_type_is_exact(premises: Premises, client: Client) -> None:
    answer = await client.get(premises.feed_path(await premises.share()))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"


async def test_f20_the_file_name_is_ascii_and_the_full_one_beside_it(premises: Premises, client: Client) -> None:
    answer = await client.get(premises.feed_path(await premises.share(name="Zürich")))
    assert answer.headers["Content-Disposition"] == (
        "inline; filename=\"zurich.ics\"; filename*=UTF-8''Z%C3%BCrich.ics"
    )


async def test_f26_f27_f30_o06_o12_the_headers_of_a_public_feed(premises: Premises, client: Client) -> None:
    headers = (await client.get(premises.feed_path(await premises.share()))).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in headers
    assert "Expires" not in headers
    assert "DAV" not in headers


async def test_f29_a_public_feed_is_open_to_scripts_of_other_sites(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    for answer in (await client.get(path), await client.head(path)):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag, Last-Modified"
        assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_f8_o16_head_is_get_without_a_body(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    got, headed = await client.get(path), await client.head(path)
    assert headed.status == got.status == 200
    assert await headed.read() == b""
    skipped = {"Date"}
    assert {k: v for k, v in headed.headers.items() if k not in skipped} == {
        k: v for k, v in got.headers.items() if k not in skipped
    }
    assert int(got.headers["Content-Length"]) == len(await got.read())


@pytest.mark.parametrize(
    "method",
    ["PUT", "POST", "DELETE", "PATCH", "PROPFIND", "REPORT", "MKCALENDAR", "MOVE", "COPY", "PROPPATCH", "TRACE"],
)
@pytest.mark.parametrize("precondition", [{}, {"If-Match": '"impossible"'}, {"If-None-Match": "*"}])
async def test_f9_u24_other_methods_are_not_allowed(
    premises: Premises, client: Client, method: str, precondition: dict[str, str]
) -> None:
    share = await premises.share()
    before = await (await client.get(premises.feed_path(share))).read()
    for path in (premises.feed_path(share), premises.page_path(share)):
        answer = await client.request(method, path, headers=precondition)
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert await (await client.get(premises.feed_path(share))).read() == before


async def test_f9_other_methods_on_a_forged_link_find_nothing(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    answer = await client.put(path.replace("/s/", "/s/A", 1))
    assert answer.status == 404


async def test_f10_options_say_what_may_be_done(premises: Premises, client: Client) -> None:
    answer = await client.options(premises.feed_path(await premises.share()))
    assert answer.status == 200
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "DAV" not in answer.headers


async def test_f11_ranges_are_ignored(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    whole = await (await client.get(path)).read()
    answer = await client.get(path, headers={"Range": "bytes=10-20"})
    assert answer.status == 200
    assert answer.headers["Accept-Ranges"] == "none"
    assert await answer.read() == whole


@pytest.mark.parametrize("accept", ["application/calendar+json", "text/plain", "image/png;q=0.1", "", "text/html"])
async def test_f14_accept_is_never_a_reason_to_refuse(premises: Premises, client: Client, accept: str) -> None:
    answer = await client.get(premises.feed_path(await premises.share()), headers={"Accept": accept})
    assert answer.status == 200
    assert answer.content_type == "text/calendar"


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Basic", "Basic !!", "Basic YTpi", "Negotiate", ""])
async def test_f15_a_public_feed_ignores_credentials(premises: Premises, client: Client, authorization: str) -> None:
    answer = await client.get(premises.feed_path(await premises.share()), headers={"Authorization": authorization})
    assert answer.status == 200


async def test_f22_two_renders_of_the_same_data_are_the_same_bytes(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(*(an_event(f"e{n}", f"No {n}") for n in range(30))))
    path = premises.feed_path(share)
    first = await (await client.get(path)).read()
    premises.bodies._kept.clear()
    premises.bodies._versions.clear()
    premises.clock.advance(timedelta(hours=5))
    assert await (await client.get(path)).read() == first


async def test_f24_o18_gzip_only_for_who_asks(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    plain = await client.get(path)
    packed = await client.get(path, headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == await plain.read()
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] == plain.headers["ETag"], "F21: strong, whatever the encoding; it stands before O18"
    refused = await client.get(path, headers={"Accept-Encoding": "gzip;q=0, deflate"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize("agent", ["Microsoft Office/16.0 (Windows NT 10.0)", "Mac Microsoft Outlook 16.80"])
async def test_f24_outlook_gets_no_gzip(premises: Premises, client: Client, agent: str) -> None:
    path = premises.feed_path(await premises.share())
    answer = await client.get(path, headers={"Accept-Encoding": "gzip", "User-Agent": agent})
    assert "Content-Encoding" not in answer.headers


async def test_f55_a_feed_without_events_holds_one_in_the_past(premises: Premises, client: Client) -> None:
    empty = await premises.calendars.add(name="Empty")
    body = await (await client.get(premises.feed_path(await premises.share(empty)))).text()
    assert body.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:2000" in body


async def test_u27_a_get_changes_nothing(premises: Premises, client: Client) -> None:
    share = await premises.share()
    mark = premises.freshness.mark()
    for _ in range(3):
        await client.get(premises.feed_path(share), headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
    assert premises.freshness.mark() == mark


async def test_f6_the_canonical_address_never_redirects(premises: Premises, client: Client) -> None:
    share = await premises.share()
    for path in (premises.feed_path(share), premises.page_path(share)):
        assert (await client.get(path, allow_redirects=False)).status == 200


async def test_i19_a_hostile_name_injects_no_header(premises: Premises, client: Client) -> None:
    share = await premises.share(name='x" ; filename=evil.exe; é "')
    answer = await client.get(premises.feed_path(share))
    (named,) = answer.headers.getall("Content-Disposition")
    plain, full = named.split("; filename*=")
    assert plain == 'inline; filename="x-filename-evil-exe-e.ics"'
    assert full == "UTF-8''x%20%3B%20filename%3Devil.exe%3B%20%C3%A9.ics"


async def test_f17_the_first_feed_of_ten_thousand_events_comes_in_time(premises: Premises, client: Client) -> None:
    """Five seconds to the first byte and twenty to the last, while others are answered all along."""
    calendar = await premises.calendar(*(an_event(f"e{n}", f"No {n}") for n in range(10_000)))
    path = premises.feed_path(await premises.share(calendar))
    first = asyncio.create_task(client.get(path))
    slowest = 0.0
    while not first.done():
        began = time.perf_counter()
        assert (await client.get("/healthz")).status == 200
        slowest = max(slowest, time.perf_counter() - began)
    began = time.perf_counter()
    assert (await (await first).text()).count("BEGIN:VEVENT") == 10_000
    assert time.perf_counter() - began < 20
    assert slowest < 1
