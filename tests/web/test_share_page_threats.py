"""What a share's page must never do: show what is hidden, run what others wrote, load or tell anything elsewhere."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from markupsafe import escape

from feedserver.model.share import DetailLevel, Share
from tests.builders import an_event
from tests.premises import Premises
from tests.web.conftest import Client
from tests.web.sharing import BROWSER, elements, links, look, shown

VIEWS = ("month", "week", "day", "agenda")
ON = "&on=2026-11-24"
PAYLOADS = (
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}} {% raw %} {name} %s",
    "</title></style></textarea>&lt;b&gt;",
    "javascript:alert(1)",
)
FULL = (
    "LOCATION:Secret place",
    "DESCRIPTION:Secret words https://secret.example/",
    "CATEGORIES:Secretcat",
    "URL:https://secret.example/",
    'ORGANIZER;CN="Secret Boss":mailto:secret@example.org',
    'ATTENDEE;CN="Secret Guest":mailto:guest@secret.example',
    "ATTACH:https://secret.example/file",
    "X-SECRET:secret",
    "X-ALT-DESC;FMTTYPE=text/html:<b>secret</b>",
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Secret alarm\r\nTRIGGER:-PT5M\r\nEND:VALARM",
)


def assert_harmless(html: str) -> None:
    """Nothing in it runs, loads or leads anywhere but where we mean it to."""
    for tag, attributes in elements(html):
        assert tag not in {"iframe", "object", "embed", "style", "base", "frame"}
        assert tag != "script" or attributes["src"].startswith("/static/")
        assert tag != "img" or attributes["src"].startswith("/s/")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            assert not re.match(r"\s*(?:javascript|data|vbscript|file):", attributes.get(name, ""), re.IGNORECASE)


async def every_look(premises: Premises, client: Client, share: Share) -> str:
    """All views, and the details of every event in them."""
    pages = [await look(premises, client, share, f"?view={view}{ON}") for view in VIEWS]
    details = {link.partition("#")[0] for page in pages for link in links(page, "") if "event=" in link}
    assert details
    return "\n".join([*pages, *[await look(premises, client, share, link) for link in sorted(details)]])


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a11_what_people_write_is_shown_as_text(premises: Premises, client: Client, payload: str) -> None:
    text = payload.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    written = an_event(
        "one",
        f"T {text}",
        f"LOCATION:L {text}",
        f"DESCRIPTION:D {text}",
        f"CATEGORIES:C {text}",
        f"URL:{payload}",
        f"X-ALT-DESC:{text}",
    )
    one = await premises.calendar(written, name=f"N {payload}")
    two = await premises.calendar(name="Other")
    share = await premises.share(one, two, name=f"S {payload}", level=DetailLevel.FULL)
    html = await every_look(premises, client, share)
    for prefix in "TLDCNS":
        assert f"{prefix} {escape(payload)}" in html
    assert_harmless(html)


@pytest.mark.parametrize("name", ["q", "event", "on", "zone", "hide", "view", "unknown"])
async def test_a11_what_an_address_says_is_shown_as_text(premises: Premises, client: Client, name: str) -> None:
    share = await premises.share()
    for payload in PAYLOADS:
        html = await look(premises, client, share, f"?{name}={quote(payload)}")
        assert_harmless(html)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "https://calendars.example.org@evil.example",
        "https://calendars.example.org.evil.example",
        "//evil.example/%2e%2e",
        "/%09/evil.example",
        "%0d%0aLocation:https://evil.example",
        "data:text/html,x",
        "///evil.example",
        "http://evil.example#@calendars.example.org",
    ],
)
async def test_a13_no_link_of_the_page_leads_where_its_address_says(
    premises: Premises, client: Client, target: str
) -> None:
    share = await premises.share()
    wanted = quote(target, safe="%")
    query = "&".join(f"{name}={wanted}" for name in ("next", "url", "q", "event", "view", "on", "zone", "hide"))
    answer = await client.get(
        premises.page_path(share) + f"?{query}",
        headers={**BROWSER, "Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        allow_redirects=False,
    )
    html = await answer.text()
    assert answer.status == 200
    for href in re.findall(r'(?:href|action|src)="([^"]*)"', html):
        assert re.match(
            r"(?:\?|#|/static/|/s/|http://calendars\.example\.org/|webcals?://calendars\.example\.org/)", href
        ) or (
            re.match(r"https://(?:calendar\.google\.com|outlook\.(?:live|office)\.com)/", href) and "evil" not in href
        ), href


async def test_a28_page_is_not_framed(premises: Premises, client: Client) -> None:
    answer = await client.get(premises.page_path(await premises.share()), headers=BROWSER)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("view", VIEWS)
async def test_o01_to_o04_page_says_what_browsers_may_do_with_it(premises: Premises, client: Client, view: str) -> None:
    answer = await client.get(premises.page_path(await premises.share()) + f"?view={view}", headers=BROWSER)
    policy = answer.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("view", VIEWS)
async def test_u13_page_loads_nothing_from_elsewhere_and_its_links_tell_nothing(
    premises: Premises, client: Client, view: str
) -> None:
    calendars = [await premises.calendar(an_event(f"e{n}", f"Talk {n}")) for n in range(6)]
    share = await premises.share(*calendars)
    html = await look(premises, client, share, f"?view={view}{ON}")
    assert_harmless(html)
    found = elements(html)
    for loaded in [at["src"] for _, at in found if "src" in at] + [at["href"] for tag, at in found if tag == "link"]:
        assert re.match(r"/static/|/s/", loaded)
    assert {at["rel"] for tag, at in found if tag == "a"} == {"noreferrer noopener"}


@pytest.mark.parametrize("level", list(DetailLevel))
async def test_z15_private_events_are_busy_at_every_level(
    premises: Premises, client: Client, level: DetailLevel
) -> None:
    calendar = await premises.calendar(
        an_event("private", "Secret", "CLASS:PRIVATE", *FULL),
        an_event("confidential", "Secret", "CLASS:CONFIDENTIAL", *FULL),
        an_event("unknown", "Secret", "CLASS:X-SECRET-CLASS", *FULL),
        an_event("series", "Secret", "CLASS:PRIVATE", "RRULE:FREQ=DAILY;COUNT=2", *FULL)
        + an_event("series", "Secret too", "RECURRENCE-ID:20261125T100000Z", *FULL, start="20261125T120000Z"),
    )
    html = await every_look(premises, client, await premises.share(calendar, level=level))
    assert "secret" not in html.casefold()
    assert "Busy" in shown(html)


async def test_z16_busy_share_tells_when_and_nothing_else(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("my-own-uid", "Secret", *FULL), name="Work")
    share = await premises.share(calendar, level=DetailLevel.BUSY)
    html = await every_look(premises, client, share)
    assert "secret" not in html.casefold()
    assert "my-own-uid" not in html
    for words in ("secret", "Secretcat", "place"):
        assert "Nothing was found" in shown(await look(premises, client, share, f"?q={words}"))


async def test_z16_levels_show_as_much_as_the_feed_does(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("one", "Talk", *FULL))
    told = {}
    for level in (DetailLevel.TITLES, DetailLevel.DETAILS, DetailLevel.FULL):
        html = await every_look(premises, client, await premises.share(calendar, level=level))
        told[level] = {word for word in ("Talk", "Secret place", "Secret words", "Secretcat") if word in html}
        for word in ("Boss", "Guest", "guest@", "Secret alarm", "secret.example/file", "<b>secret"):
            assert word not in html
    assert told[DetailLevel.TITLES] == {"Talk", "Secret place"}
    assert told[DetailLevel.DETAILS] == {"Talk", "Secret place", "Secret words", "Secretcat"}


async def test_a_search_cannot_ask_what_is_hidden(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(
        an_event("one", "Talk", "DESCRIPTION:hidden"), an_event("two", "X", "CLASS:PRIVATE")
    )
    share = await premises.share(calendar, level=DetailLevel.TITLES)
    for words in ("hidden", "busy", "x"):
        assert "Nothing was found" in shown(await look(premises, client, share, f"?q={words}"))
