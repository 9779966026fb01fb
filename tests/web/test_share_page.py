"""The page of a share: what is on, by month, week, day and as a list; 23 November 2026 is a Monday, and today."""

from __future__ import annotations

import gzip

import pytest

from feedserver.model.share import DetailLevel
from feedserver.storage.tables import objects
from tests.builders import an_event
from tests.premises import Premises
from tests.web.conftest import Client
from tests.web.sharing import BROWSER, links, look, said, shown

VIEWS = ("month", "week", "day", "agenda")


def a_day(uid: str, summary: str, start: str, end: str) -> str:
    """A whole-day event."""
    dates = f"DTSTART;VALUE=DATE:{start}\r\nDTEND;VALUE=DATE:{end}"
    return an_event(uid, summary, start="S").replace("DTSTART:S\r\nDURATION:PT1H", dates)


@pytest.mark.parametrize("view", VIEWS)
async def test_page_says_whose_calendar_it_is_what_is_on_and_how_to_get_it(
    premises: Premises, client: Client, view: str
) -> None:
    share = await premises.share(name="Team A")
    html = await look(premises, client, share, f"?view={view}&on=2026-11-24")
    assert "<h1><bdi>Team A</bdi></h1>" in html
    assert "A calendar shared by Example Club" in said(html)
    assert links(html, "Meeting")
    assert "11:00" in shown(html)
    assert premises.link(share).feed_url in html
    assert premises.link(share).webcal_url in html


async def test_month_is_usual_and_the_list_on_a_phone(premises: Premises, client: Client) -> None:
    share = await premises.share()
    assert '<div class="month">' in await look(premises, client, share)
    phone = await look(premises, client, share, **{"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"})
    assert '<div class="agenda boxed">' in phone
    assert '<div class="month">' in await look(premises, client, share, "?view=month", **{"User-Agent": "X Mobile"})


@pytest.mark.parametrize(
    "query",
    [
        "?view=year&on=2026-13-01&zone=Mars/Base&hide=0,9,x,-1&event=nothing",
        "?on=0001-01-01",
        "?on=9999-12-31&view=week",
        "?on=%00&view=&zone=../../etc/passwd&hide=%C2%B2&q=%20%20",
        "?view=day&view=week&on=20261124T1&hide=" + "1" * 5000,
    ],
)
async def test_what_cannot_be_read_is_as_usual(premises: Premises, client: Client, query: str) -> None:
    share = await premises.share()
    assert "2026" in shown(await look(premises, client, share, query))


@pytest.mark.parametrize("on", ["1900-01-01", "2199-12-31"])
@pytest.mark.parametrize("view", VIEWS)
async def test_time_ends_somewhere(premises: Premises, client: Client, view: str, on: str) -> None:
    share = await premises.share()
    assert on[:4] in await look(premises, client, share, f"?view={view}&on={on}&zone=Pacific/Kiritimati")


async def test_steps_lead_to_the_months_before_and_after_and_back_to_today(premises: Premises, client: Client) -> None:
    share = await premises.share()
    html = await look(premises, client, share, "?on=2026-12-31")
    assert "December 2026" in shown(html)
    assert links(html, "Previous month") == ["?on=2026-11-01"]
    assert links(html, "Next month") == ["?on=2027-01-01"]
    assert links(html, "Today") == ["?"]


async def test_views_keep_the_day_the_zone_and_the_ticks(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(name="A"), await premises.calendar(name="B"))
    html = await look(premises, client, share, "?on=2026-12-01&zone=Asia/Tokyo&hide=2")
    assert links(html, "Week") == ["?view=week&on=2026-12-01&zone=Asia%2FTokyo&hide=2"]


async def test_times_are_those_of_the_zone_asked_for_and_it_is_named(premises: Premises, client: Client) -> None:
    late = an_event("late", "Late show", start="20261124T230000Z")
    share = await premises.share(await premises.calendar(late, a_day("fair", "Fair", "20261124", "20261125")))
    berlin = shown(await look(premises, client, share, "?view=agenda"))
    assert "Times are those of Germany, Berlin." in berlin
    assert "Tuesday, November 24, 2026 All day Fair Wednesday, November 25, 2026 12:00" in berlin
    york = shown(await look(premises, client, share, "?view=agenda&zone=America/New_York"))
    assert "Times are those of United States, New York." in york
    assert "Tuesday, November 24, 2026 All day Fair 6:00" in york
    assert "Late show" in shown(await look(premises, client, share, "?view=day&on=2026-11-24&zone=Etc/GMT%2B12"))


async def test_language_week_and_clock_are_those_of_the_browser(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(an_event(), an_event("x", "")))
    german = await look(premises, client, share, **{"Accept-Language": "de"})
    assert 'lang="de"' in german
    assert shown(german).index("Montag") < shown(german).index("Sonntag")
    assert "11:00 Meeting" in shown(german)
    american = shown(await look(premises, client, share, **{"Accept-Language": "en-US"}))
    assert american.index("Sunday") < american.index("Monday")
    assert "11:00\u202fAM Meeting" in american or "11:00 AM Meeting" in american
    british = shown(await look(premises, client, share, **{"Accept-Language": "en-GB"}))
    assert british.index("Monday") < british.index("Sunday")
    assert "11:00 Meeting" in british


async def test_words_for_what_has_no_title_are_in_the_visitors_language(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("one", ""), an_event("two", "Doctor", "CLASS:PRIVATE"))
    html = await look(premises, client, await premises.share(calendar), "?view=agenda", **{"Accept-Language": "de"})
    assert "(Ohne Titel)" in shown(html)
    assert "Belegt" in shown(html)


async def test_each_calendar_has_a_tick_that_stays_in_the_address(premises: Premises, client: Client) -> None:
    one = await premises.calendar(an_event("one", "First"), name="A <b>", color="#cc0000")
    two = await premises.calendar(an_event("two", "Second"), name="B", color="#00cc00")
    share = await premises.share(one, two)
    html = await look(premises, client, share)
    assert html.count('role="checkbox" aria-checked="true"') == 2
    assert "A &lt;b&gt;" in html
    assert 'name="hide" value="1"' in html
    html = await look(premises, client, share, "?hide=1")
    assert "First" not in shown(html)
    assert "Second" in shown(html)
    assert 'name="hide" value="" role="checkbox" aria-checked="false"' in html
    assert 'name="hide" value="1,2" role="checkbox" aria-checked="true"' in html


async def test_single_calendar_needs_no_tick(premises: Premises, client: Client) -> None:
    assert 'role="checkbox"' not in await look(premises, client, await premises.share())


async def test_crowded_day_says_how_many_more_and_leads_there(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(*(an_event(f"e{n}", f"Talk {n:03}") for n in range(500))))
    html = await look(premises, client, share)
    assert "+497 more" in shown(html)
    (link,) = links(html, "+497 more")
    day = shown(await look(premises, client, share, link))
    assert all(f"Talk {n:03}" in day for n in range(500))
    assert "492 more at the same time" in day
    assert "Talk 499" in shown(await look(premises, client, share, "?view=agenda"))
    assert "+497 more" in shown(await look(premises, client, share, "?view=week&on=2026-11-24"))


async def test_event_of_a_month_is_one_bar_a_week(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(a_day("x", "Exhibition", "20261101", "20261201")))
    html = await look(premises, client, share, **{"Accept-Language": "en-US"})
    assert shown(html).count("Exhibition") == 5
    assert 'class="c1 s7 r0"' in html
    agenda = shown(await look(premises, client, share, "?view=agenda"))
    assert "All day, since Nov 1, 2026, until Nov 30, 2026 Exhibition" in agenda
    assert "All day, since" in shown(await look(premises, client, share, "?view=day"))


async def test_event_across_midnight_is_on_both_days(premises: Premises, client: Client) -> None:
    night = an_event("n", "Night shift", start="20261124T210000Z").replace("PT1H", "PT8H")
    share = await premises.share(await premises.calendar(night))
    for on, place in (("2026-11-24", "f88 t96 p0of1"), ("2026-11-25", "f0 t24 p0of1")):
        html = await look(premises, client, share, f"?view=day&on={on}")
        assert f'class="{place}"' in html
        assert "Night shift" in shown(html)


async def test_hours_that_are_needed_are_drawn(premises: Premises, client: Client) -> None:
    early = an_event("n", "Early", start="20261124T043000Z")
    html = await look(premises, client, await premises.share(await premises.calendar(early)), "?view=day&on=2026-11-24")
    assert '<ol class="hours c1 b5 n13">' in html


async def test_list_goes_on_where_it_ends(premises: Premises, client: Client) -> None:
    daily = an_event("d", "Stand-up", "RRULE:FREQ=DAILY", start="20261101T080000Z")
    share = await premises.share(await premises.calendar(daily))
    html = await look(premises, client, share, "?view=agenda")
    assert shown(html).count("Stand-up") == 40
    later = "?view=agenda&on=2027-01-02"
    assert links(html, "Later") == [later, later]
    assert "Saturday, January 2, 2027" in shown(await look(premises, client, share, later))


async def test_list_looks_far_ahead_when_little_is_on(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(an_event("far", "Jubilee", start="20280601T080000Z")))
    assert "Jubilee" in shown(await look(premises, client, share, "?view=agenda"))
    empty = await premises.share(await premises.calendar(an_event("past", start="20200601T080000Z")))
    assert "Nothing is planned" in shown(await look(premises, client, empty, "?view=agenda"))


async def test_search_finds_words_across_months_and_says_when_there_are_none(
    premises: Premises, client: Client
) -> None:
    calendar = await premises.calendar(
        an_event("one", "Yoga", "LOCATION:Gym", start="20270624T100000Z"), an_event("two", "Choir")
    )
    share = await premises.share(calendar)
    html = await look(premises, client, share, "?q=GYM+yo")
    assert "Yoga" in shown(html)
    assert "Choir" not in shown(html)
    assert 'value="GYM yo"' in html
    assert links(html, "Clear") == ["?"]
    assert "Nothing was found for “<none>”" in shown(await look(premises, client, share, "?q=%3Cnone%3E"))


async def test_details_of_an_event_have_an_address(premises: Premises, client: Client) -> None:
    told = an_event(
        "one", "Talk", "LOCATION:Hall", "CATEGORIES:Public,Bees", "URL:https://example.org/talk", "STATUS:TENTATIVE"
    )
    share = await premises.share(await premises.calendar(told, an_event("two", "Other")))
    (link,) = links(await look(premises, client, share), "Talk")
    assert link.endswith("#event")
    html = await look(premises, client, share, link.removesuffix("#event"))
    details = said("</head>" + html.partition('id="event"')[2].partition("</section>")[0])
    for words in ("Talk", "Tuesday, November 24, 2026, 11:00", "Hall", "Public, Bees", "Tentative", "Germany, Berlin"):
        assert words in details
    assert 'href="https://example.org/talk" rel="noreferrer noopener"' in html
    assert links(html, "Close") == ["?"]
    assert 'id="event"' not in await look(premises, client, share, "?on=2027-05-01" + link[1:].removesuffix("#event"))


async def test_addresses_in_descriptions_become_links_and_nothing_else_does(premises: Premises, client: Client) -> None:
    text = (
        "See https://example.org/a?b=1&c=2. Or (http://example.org/x). mailto:ann@example.org tel:+49-30-1"
        " javascript:alert(1) data:text/html\\,x ftp://example.org <a href=https://evil.example>x</a>"
    )
    described = an_event("one", "Talk", "DESCRIPTION:" + text + "\\nsecond line" + " long" * 1000)
    share = await premises.share(await premises.calendar(described))
    (link,) = links(await look(premises, client, share), "Talk")
    html = await look(premises, client, share, link.removesuffix("#event"))
    details = html.partition('<dd class="prose"')[2].partition("</dd>")[0]
    found = [href for href in links("</head>" + details, "") if href]
    assert found == [
        "https://example.org/a?b=1&c=2",
        "http://example.org/x",
        "mailto:ann@example.org",
        "tel:+49-30-1",
        "https://evil.example",
    ]
    assert details.count('rel="noreferrer noopener"') == len(found)
    assert "\nsecond line" in details


async def test_right_to_left_titles_and_emoji_are_kept_apart(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(an_event("one", "مؤتمر \u202e🎉")))
    assert "<bdi>مؤتمر \u202e🎉</bdi>" in await look(premises, client, share)


async def test_no_more_than_fits_is_shown_and_the_page_says_so(premises: Premises, client: Client) -> None:
    minutely = an_event("m", "Tick", "RRULE:FREQ=MINUTELY", start="20261101T000000Z")
    html = await look(premises, client, await premises.share(await premises.calendar(minutely)))
    assert "There is more than fits on this page" in shown(html)


async def test_busy_share_shows_blocks(premises: Premises, client: Client) -> None:
    share = await premises.share(level=DetailLevel.BUSY)
    for view in VIEWS:
        text = shown(await look(premises, client, share, f"?view={view}&on=2026-11-24"))
        assert "Busy" in text
        assert "Meeting" not in text


async def test_page_changes_with_the_calendar_on_the_next_look(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar()
    share = await premises.share(calendar)
    await look(premises, client, share)
    await premises.put(calendar, an_event("new", "Brand new"))
    assert "Brand new" in shown(await look(premises, client, share))
    await premises.edit_levels(share, DetailLevel.BUSY)
    assert "Brand new" not in shown(await look(premises, client, share))


async def test_page_is_compressed_for_who_asks(premises: Premises, client: Client) -> None:
    path = premises.page_path(await premises.share())
    plain = await client.get(path, headers=BROWSER)
    packed = await client.get(path, headers={**BROWSER, "Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(await packed.read()) == await plain.read()


async def test_o16_head_is_as_get(premises: Premises, client: Client) -> None:
    path = premises.page_path(await premises.share())
    got, head = await client.get(path, headers=BROWSER), await client.head(path, headers=BROWSER)
    assert await head.read() == b""
    assert [(n, v) for n, v in got.headers.items() if n != "Date"] == [
        (n, v) for n, v in head.headers.items() if n != "Date"
    ]


async def test_i10_broken_event_is_left_out(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("good", "Good"), an_event("bad", "Bad"))
    async with premises.db.write() as tx:
        await tx.execute(objects.update().where(objects.c.uid == "bad").values(data=b"broken"))
    text = shown(await look(premises, client, await premises.share(calendar)))
    assert "Good" in text
    assert "Bad" not in text
