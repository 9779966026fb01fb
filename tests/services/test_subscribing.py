"""Subscribe buttons: the exact forms of feed-contract section 5, rules B1 to B6."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from feedserver.model.share import ShareKind
from feedserver.model.subscribing import App, Platform, SubscribeWay
from feedserver.services.links import Links, ShareLink
from feedserver.services.subscribing import open_ways, sorted_for, ways
from tests.builders import a_share

TOKEN = "AbC-1_x.signed"
BASES = ("https://calendars.example.org", "https://calendars.example.org:8443", "http://localhost:8080")
CANNOT_LOG_IN = {App.GOOGLE, App.OUTLOOK_COM, App.OFFICE}


class Signer:
    """Gives every link the same token."""

    def sign_link(self, _link: object) -> str:
        return TOKEN


def a_link(base: str = BASES[0]) -> ShareLink:
    return Links(base, Signer()).of_share(a_share())[0]


def offered(kind: ShareKind = ShareKind.PUBLIC, base: str = BASES[0], name: str = "Team") -> dict[App, SubscribeWay]:
    return {way.app: way for way in ways(a_link(base), a_share(kind=kind, name=name))}


def test_each_app_gets_its_exact_form() -> None:
    feed = f"calendars.example.org/s/{TOKEN}/team.ics"
    encoded = f"calendars.example.org%2Fs%2F{TOKEN}%2Fteam.ics"
    found = {app: way.url or way.copy_url for app, way in offered(name="Team & friends").items()}

    assert found == {
        App.APPLE: f"webcal://{feed}",
        App.GOOGLE: f"https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F{encoded}",
        App.OUTLOOK_COM: (
            f"https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2F{encoded}&name=Team%20%26%20friends"
        ),
        App.OFFICE: (
            f"https://outlook.office.com/calendar/0/addfromweb?url=https%3A%2F%2F{encoded}&name=Team%20%26%20friends"
        ),
        App.OUTLOOK: f"webcal://{feed}",
        App.THUNDERBIRD: f"https://{feed}",
        App.ANDROID: f"webcals://{feed}",
        App.LINUX: f"https://{feed}",
        App.NEXTCLOUD: f"https://{feed}",
        App.HOME_ASSISTANT: f"https://{feed}",
        App.OTHER: f"https://{feed}",
    }


def test_b1_secured_share_offers_no_app_that_cannot_log_in() -> None:
    """B1. They are named all the same, behind the others and with the reason."""
    apps = offered(ShareKind.SECURED)

    assert {app for app, way in apps.items() if not way.is_possible} == CANNOT_LOG_IN
    assert set(list(apps)[-3:]) == CANNOT_LOG_IN
    assert all(apps[app].url is None and apps[app].copy_url is None for app in CANNOT_LOG_IN)
    assert all(way.steps for way in apps.values() if way.is_possible), "each says that it asks for the login"


@pytest.mark.parametrize("kind", list(ShareKind))
@pytest.mark.parametrize("base", BASES)
def test_b2_no_link_holds_userinfo(kind: ShareKind, base: str) -> None:
    for way in offered(kind, base).values():
        for url in filter(None, (way.url, way.copy_url, way.profile_url)):
            assert "@" not in unquote(unquote(url))
            assert TOKEN not in repr(way), "addresses are credentials and not for logs"


def test_b3_title_of_a_secured_share_goes_to_nobody() -> None:
    urls = [way.url or way.copy_url or "" for way in offered(ShareKind.SECURED, name="Merger").values()]
    assert not any("erger" in url for url in urls)


def test_b4_without_port_80_no_link_begins_in_plain_http() -> None:
    apps = offered(base=BASES[1])

    assert apps[App.APPLE].url is None
    assert apps[App.APPLE].copy_url == f"https://calendars.example.org:8443/s/{TOKEN}/team.ics"
    assert apps[App.OUTLOOK].url == f"webcals://calendars.example.org:8443/s/{TOKEN}/team.ics"


def test_b4_server_without_https_has_webcal_alone() -> None:
    apps = offered(base=BASES[2])
    assert {apps[app].url for app in (App.APPLE, App.OUTLOOK, App.ANDROID)} == {
        f"webcal://localhost:8080/s/{TOKEN}/team.ics"
    }


@pytest.mark.parametrize("kind", list(ShareKind))
@pytest.mark.parametrize("base", BASES)
def test_b6_each_link_decoded_twice_is_the_canonical_address(kind: ShareKind, base: str) -> None:
    share = a_share(kind=kind)
    link = Links(base, Signer()).of_share(share)[0]
    for way in ways(link, share):
        for url in filter(None, (way.url, way.copy_url)):
            query = parse_qs(urlsplit(url).query)
            carried = (query.get("cid") or query.get("url") or [url])[0]
            assert unquote(unquote(carried)).partition("://")[2] == link.feed_url.partition("://")[2]


def test_b3_title_is_left_out_where_none_is_given() -> None:
    assert not any("name=" in (way.url or "") for way in open_ways(a_link()))


def test_apples_profile_is_for_secured_shares_alone() -> None:
    """A public one needs none: its link opens the app."""
    assert offered(ShareKind.SECURED)[App.APPLE].profile_url == (
        f"https://calendars.example.org/s/{TOKEN}/team.mobileconfig"
    )
    assert all(way.profile_url is None for way in offered().values())


@pytest.mark.parametrize("kind", list(ShareKind))
@pytest.mark.parametrize("base", BASES)
def test_each_way_that_works_says_in_few_steps_what_to_do(kind: ShareKind, base: str) -> None:
    for way in offered(kind, base).values():
        assert 1 <= len(way.steps) <= 4 if way.is_possible else way.why_not


@pytest.mark.parametrize(
    ("platform", "first"),
    [
        (Platform.APPLE, [App.APPLE]),
        (Platform.ANDROID, [App.ANDROID, App.GOOGLE]),
        (Platform.WINDOWS, [App.OUTLOOK, App.OUTLOOK_COM, App.OFFICE]),
        (Platform.LINUX, [App.LINUX, App.THUNDERBIRD]),
        (None, []),
    ],
)
def test_apps_of_the_visitors_device_come_first_and_none_is_lost(platform: Platform | None, first: list[App]) -> None:
    share = a_share()
    found = sorted_for(platform, ways(a_link(), share))
    assert [way.app for way in found.first] == first
    assert {way.app for way in (*found.first, *found.others, *found.impossible)} == set(App)


def test_b1_apps_that_cannot_log_in_never_come_first() -> None:
    share = a_share(kind=ShareKind.SECURED)
    for platform in Platform:
        found = sorted_for(platform, ways(a_link(), share))
        assert {way.app for way in found.impossible} == CANNOT_LOG_IN
        assert not {way.app for way in (*found.first, *found.others)} & CANNOT_LOG_IN
