"""The pure parts of the page: what addresses ask for, links in prose, colours, and places in static styles."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedserver.web.layout.columns import MAX_BESIDE, STEPS
from feedserver.web.layout.month import MAX_LANES
from feedserver.web.views.asking import Asked, Usual, View, read_asked, read_zone
from feedserver.web.views.palette import HUES, palette_of
from feedserver.web.views.prose import pieces_of

TODAY = date(2026, 11, 23)
USUAL = Usual(view=View.MONTH, today=TODAY, zone="Europe/Berlin")


def asked(**query: str) -> Asked:
    return read_asked(query, USUAL, zone=read_zone(query, USUAL.zone), calendars=3)


def test_nothing_asked_for_is_as_usual_and_has_the_shortest_address() -> None:
    assert asked() == Asked(usual=USUAL, view=View.MONTH, on=TODAY, zone="Europe/Berlin")
    assert asked().link() == "?"


@given(
    view=st.sampled_from(View),
    on=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    zone=st.sampled_from(["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Asia/Calcutta"]),
    hidden=st.frozensets(st.integers(1, 3)),
    words=st.text("ab c&=?#", max_size=20).map(lambda text: " ".join(text.split())),
    event=st.text("0123abc-", max_size=40),
)
def test_address_of_a_view_asks_for_that_view(  # noqa: PLR0917 - hypothesis names them
    view: View, on: date, zone: str, hidden: frozenset[int], words: str, event: str
) -> None:
    one = Asked(usual=USUAL, view=view, on=on, zone=zone, hidden=hidden, words=words, event=event)
    assert asked(**dict(parse_qsl(one.link()[1:]))) == one


def test_form_carries_along_what_it_does_not_ask_itself_and_closes_details() -> None:
    one = asked(view="week", q="a b", hide="2", event="x")
    assert one.fields("q") == [("view", "week"), ("hide", "2")]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/x.", "https://example.org/x"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("“https://example.org/”", "https://example.org/"),
        ("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG"),
        ("mailto:ann@example.org, please", "mailto:ann@example.org"),
        ("tel:+49(30)12-3.", "tel:+49(30)12-3"),
        ("xhttps://example.org", ""),
        ("javascript:alert(1)", ""),
        ("javascript://https", ""),
        ("mailto:", ""),
        ("tel:x", ""),
    ],
)
def test_only_web_mail_and_telephone_addresses_become_links(text: str, address: str) -> None:
    assert [piece.href for piece in pieces_of(text) if piece.href] == ([address] if address else [])


@given(st.text("hтps:/.()[]!?@ mailtoe+123\n\u202e", max_size=200))
def test_pieces_are_the_text_again(text: str) -> None:
    pieces = pieces_of(text)
    assert "".join(piece.text for piece in pieces) == text
    assert all(re.match(r"(?:https?|mailto|tel):", piece.href) for piece in pieces if piece.href)


def test_hostile_prose_costs_no_more_than_long_prose() -> None:
    for text in ("mailto:" * 50_000, "https://" + ")" * 300_000, "tel:+1" * 50_000):
        assert "".join(piece.text for piece in pieces_of(text)) == text


@given(st.lists(st.one_of(st.none(), st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06X}")), max_size=15))
def test_calendars_whose_colours_differ_differ_on_the_page(colors: list[str | None]) -> None:
    hues = palette_of(colors)
    assert len(hues) == len(colors)
    given_ = [(color, hue) for color, hue in zip(colors, hues, strict=True) if color]
    assert len(set(given_)) == len({color for color, _ in given_})
    if len(colors) <= len(HUES):
        assert len({color for color, _ in given_}) == len({hue for _, hue in given_})


def test_colour_becomes_the_nearest() -> None:
    assert palette_of(["#0000FF", "#00AA00", "#FF0000", None]) == (0, 1, 2, 3)


def test_static_styles_know_every_place_and_colour() -> None:
    styles = "".join(
        (files("feedserver.web") / "static" / name).read_text() for name in ("calendar.css", "positions.css")
    )
    known = set(re.findall(r"\.([a-z0-9]+)", styles))
    wanted = {f"c{n}" for n in range(1, 8)} | {f"s{n}" for n in range(1, 8)} | {f"r{n}" for n in range(MAX_LANES)}
    wanted |= {f"f{n}" for n in range(STEPS)} | {f"t{n + 1}" for n in range(STEPS)}
    wanted |= {f"b{n}" for n in range(24)} | {f"n{n + 1}" for n in range(24)} | {f"k{n}" for n in range(len(HUES))}
    wanted |= {f"p{place}of{of}" for of in range(1, MAX_BESIDE + 1) for place in range(of)}
    assert wanted - known == set()
