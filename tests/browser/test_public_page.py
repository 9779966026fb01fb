"""The page behind the link of a share, in a real browser: at a desk with JavaScript, on a phone without.

The share is of Berlin, the visitor is in New York, and it is noon in London on Monday, 23 November 2026.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from feedserver.model.share import Share
from feedserver.services.sample import SampleService
from tests.browser.conftest import open_house
from tests.browser.windows import Window, faults_of, open_window
from tests.builders import an_event
from tests.premises import Premises

NEW_YORK = "America/New_York"
VIEWS = {"Month": "month", "Week": "week", "Day": "day", "List": "agenda"}
"""What the tabs say, and what the address says then."""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsversammlung"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A share that nobody changes, and those who look at it."""

    url: str
    """Of its page."""
    desk: Window
    phone: Window
    """Without JavaScript."""

    async def visit(self, window: Window, query: str = "") -> Page:
        """A new tab with the page."""
        page = await window.page()
        await page.goto(self.url + query)
        return page


async def furnish(premises: Premises) -> Share:
    """The sample, and a calendar of what is awkward to show."""
    sample = SampleService(
        accounts=premises.accounts,
        calendars=premises.calendars,
        appointments=premises.appointments,
        sharing=premises.sharing,
        clock=premises.clock,
    )
    made, _password = await sample.make()
    in_berlin = "DTSTART;TZID=Europe/Berlin:20261124T100000"
    odd = await premises.calendar(
        an_event("weekly", "Ten sharp", "RRULE:FREQ=WEEKLY").replace("DTSTART:20261124T100000Z", in_berlin),
        an_event("late", "Late show", start="20261126T033000Z"),
        an_event("long", LONG, f"LOCATION:{LONG}"),
        an_event("rtl", "اجتماع الفريق 🎉"),
        an_event("links", "Links", "DESCRIPTION:https://example.org/a or javascript:alert(1)"),
        *(an_event(f"crowd{number}", f"Crowd {number}", start="20261127T090000Z") for number in range(12)),
        name="Odd things",
        color="#aa3300",
    )
    return await premises.share(*made.calendars, odd, name="Village and odd things")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One for all of these tests: they only look."""
    async with open_house(tmp_path_factory.mktemp("house")) as house:
        share = await furnish(house.premises)
        desk = await open_window(browser, house.url, timezone_id=NEW_YORK)
        phone = await open_window(browser, house.url, is_phone=True, has_javascript=False, timezone_id=NEW_YORK)
        yield Scene(url=house.url + house.premises.page_path(share), desk=desk, phone=phone)
        await desk.context.close()
        await phone.context.close()


@pytest.fixture(params=["at a desk", "on a phone without JavaScript"])
def window(request: pytest.FixtureRequest, scene: Scene) -> Window:
    """The two ends of what visitors have."""
    return scene.desk if request.param == "at a desk" else scene.phone


@pytest.fixture(autouse=True)
def _faultless(scene: Scene) -> Iterator[None]:
    yield
    assert scene.desk.faults + scene.phone.faults == []


def event(page: Page, title: str) -> Locator:
    """The first that is shown with this title."""
    return page.locator("#calendar").get_by_role("link", name=title).filter(visible=True).first


def times(page: Page, title: str) -> Locator:
    """When an event is, in the list."""
    return page.locator(".line", has_text=title).first.locator(".times")


async def test_every_view_is_reached_and_has_an_address(scene: Scene, window: Window) -> None:
    page = await scene.visit(window, "?on=2026-11-26")
    for tab, view in VIEWS.items():
        link = page.get_by_role("navigation", name="View").get_by_role("link", name=tab)
        await link.click()
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(event(page, "Late show")).to_be_visible()
        again = await scene.visit(window, f"?view={view}&on=2026-11-26")
        await expect(again.locator("#heading")).to_have_text(await page.locator("#heading").inner_text())
        await again.close()
    await page.close()


async def test_next_previous_and_today_lead_through_time(scene: Scene, window: Window) -> None:
    page = await scene.visit(window, "?view=month")
    steps, heading = page.get_by_role("navigation", name="Time"), page.locator("#heading")
    await expect(heading).to_have_text("November 2026")
    await steps.get_by_role("link").nth(2).click()
    await expect(heading).to_have_text("December 2026")
    await steps.get_by_role("link").nth(1).click()
    await expect(heading).to_have_text("November 2026")
    await page.get_by_label("Go to").fill("2027-03-16")
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(heading).to_have_text("March 2027")
    await steps.get_by_role("link", name="Today").click()
    await expect(heading).to_have_text("November 2026")
    await page.close()


async def test_details_of_an_event_open_and_close(scene: Scene, window: Window) -> None:
    page = await scene.visit(window, "?view=agenda")
    await event(page, "Links").click()
    details = page.locator("#event")
    await expect(details.get_by_role("heading", name="Links")).to_be_visible()
    await expect(details.get_by_role("link", name="https://example.org/a")).to_have_attribute(
        "rel", "noreferrer noopener"
    )
    await expect(details).to_contain_text("javascript:alert(1)")
    await expect(page.locator("a[href^='javascript']")).to_have_count(0)

    shared = await scene.visit(window, "?" + page.url.partition("?")[2])
    await expect(shared.locator("#event-title")).to_have_text("Links")
    await shared.close()

    await details.get_by_role("link", name="Close").click()
    await expect(details).to_have_count(0)
    await expect(event(page, "Links")).to_be_visible()
    await page.close()


async def test_with_javascript_details_take_the_focus_and_escape_gives_it_back(scene: Scene) -> None:
    page = await scene.visit(scene.desk, "?view=week")
    await event(page, "Links").click()
    await expect(page.locator("#event")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#event")).to_have_count(0)
    await expect(event(page, "Links")).to_be_focused()
    await page.go_back()
    await expect(page.locator("#event-title")).to_have_text("Links")
    await page.close()


async def test_the_share_speaks_of_its_own_zone_until_another_is_chosen(scene: Scene, window: Window) -> None:
    page = await scene.visit(window, "?view=agenda")
    note = page.locator("footer.zone")
    await expect(note).to_contain_text("Times are those of Germany")
    await expect(times(page, "Choir rehearsal")).to_contain_text("8:00")
    fair = page.locator("section", has=page.get_by_role("link", name="Village fair")).first.get_by_role("heading")
    before = await fair.inner_text()

    if window is scene.desk:
        await note.get_by_role("button", name="Show times of United States, New York").click()
    else:
        await expect(note.locator(".offer")).to_be_hidden()
        await page.get_by_label("Time zone").select_option(NEW_YORK)
        await note.get_by_role("button", name="Change").click()

    await expect(note).to_contain_text("Times are those of United States, New York")
    await expect(page).to_have_url(re.compile("zone=America%2FNew_York"))
    await expect(times(page, "Choir rehearsal")).to_contain_text("2:00")
    await expect(times(page, "Village fair")).to_contain_text("All day")
    await expect(fair).to_have_text(before)
    await page.close()


async def test_an_event_moves_to_the_day_before_and_an_all_day_one_never(scene: Scene, window: Window) -> None:
    """Half past four in Berlin is half past ten in the evening before."""
    for zone, day, other in (("", "26", "25"), (f"&zone={NEW_YORK}", "25", "26")):
        page = await scene.visit(window, f"?view=day&on=2026-11-{day}{zone}")
        await expect(event(page, "Late show")).to_be_visible()
        await page.goto(f"{scene.url}?view=day&on=2026-11-{other}{zone}")
        await expect(page.get_by_role("link", name="Late show")).to_have_count(0)
        for number, count in (("26", 0), ("27", 1), ("29", 1), ("30", 0)):
            await page.goto(f"{scene.url}?view=day&on=2026-11-{number}{zone}")
            await expect(page.get_by_role("link", name="Village fair")).to_have_count(count)
        await page.close()


@pytest.mark.parametrize(("on", "clock"), [("03-09", "4:00"), ("03-16", "5:00"), ("03-23", "5:00"), ("03-30", "4:00")])
async def test_clocks_change_on_different_days(scene: Scene, window: Window, on: str, clock: str) -> None:
    """New York changes on 14 March 2027, Berlin on the 28th; ten in Berlin is ten in Berlin all along."""
    page = await scene.visit(window, f"?view=agenda&on=2027-{on}&zone={NEW_YORK}")
    await expect(times(page, "Ten sharp")).to_contain_text(re.compile(rf"^{clock}\sAM to"))
    await page.goto(f"{scene.url}?view=agenda&on=2027-{on}")
    await expect(times(page, "Ten sharp")).to_contain_text(re.compile(r"^10:00\sAM to"))
    await page.close()


async def test_a_calendar_is_taken_away_by_its_tick(scene: Scene, window: Window) -> None:
    page = await scene.visit(window, "?view=week")
    await expect(event(page, "Choir rehearsal")).to_be_visible()
    tick = page.get_by_role("checkbox", name="Sample: village events")
    await tick.click()
    await expect(tick).not_to_be_checked()
    await expect(page.get_by_role("link", name="Choir rehearsal")).to_have_count(0)
    await expect(event(page, "Links")).to_be_visible()
    assert "hide=1" in page.url
    await page.close()


async def test_words_are_searched(scene: Scene, window: Window) -> None:
    page = await scene.visit(window)
    await page.get_by_role("searchbox").fill("market")
    await page.get_by_role("button", name="Search").click()
    await expect(event(page, "Farmers' market")).to_be_visible()
    await expect(page.get_by_role("link", name="Choir rehearsal")).to_have_count(0)
    await page.close()


@pytest.mark.parametrize(
    "query",
    [
        *(f"?view={view}&on=2026-11-27" for view in VIEWS.values()),
        "?view=month&event={links}",
        "?q=market",
        "?q=nothing+at+all",
        "?view=month&on=2199-12-31",
    ],
)
async def test_no_view_has_a_barrier_or_scrolls_sideways(scene: Scene, query: str) -> None:
    """By WCAG 2.2 A and AA, light and dark, at 1280 and 390 px; nothing sticks out at these and at 320 px."""
    page = await scene.visit(scene.desk, "?view=agenda")
    links = re.search("event=([^&#]+)", await event(page, "Links").get_attribute("href") or "")
    assert links
    await page.goto(scene.url + query.format(links=links[1]))
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert await faults_of(page) == []
    await page.close()


@pytest.mark.parametrize("view", VIEWS.values())
async def test_nothing_is_asked_of_anybody_else(scene: Scene, view: str) -> None:
    page = await scene.visit(scene.desk)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{scene.url}?view={view}")
    await page.wait_for_load_state("networkidle")
    assert asked
    assert [url for url in asked if not url.startswith(scene.desk.url + "/")] == []
    await page.close()


@pytest.mark.parametrize("view", ["month", "agenda"])
async def test_the_page_can_be_printed(scene: Scene, view: str) -> None:
    page = await scene.visit(scene.desk, f"?view={view}")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("searchbox")).to_be_hidden()
    await expect(page.get_by_role("heading", name="Add to my calendar")).to_be_hidden()
    printed = await page.pdf()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 5_000
    await page.close()
