"""Looking at the page of a share as browsers do."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from feedserver.model.share import Share
from tests.premises import Premises
from tests.web.conftest import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def look(premises: Premises, client: Client, share: Share, query: str = "", **headers: str) -> str:
    """The page as HTML."""
    answer = await client.get(premises.page_path(share) + query, headers={**BROWSER, **headers})
    assert answer.status == 200
    return await answer.text()


def said(html: str) -> str:
    """What is read on a page, in one line."""
    body = html.partition("</head>")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", body))).strip()


def shown(html: str) -> str:
    """What is read of the calendar itself."""
    return said("</head>" + html.partition("<main")[2].partition("</main>")[0])


def links(html: str, words: str) -> list[str]:
    """The addresses of links that say these words, in order; what is read out counts."""
    found = re.findall(r'<a\b([^>]*?href="([^"]*)"[^>]*)>(.*?)</a>', html, re.DOTALL)
    labelled = (
        (unescape(href), " ".join(re.findall('aria-label="([^"]*)"', rest)), text) for rest, href, text in found
    )
    return [href for href, label, text in labelled if words in (unescape(label) or said("</head>" + text))]


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every element as a browser reads it, with its attributes."""
    reader = _Elements()
    reader.feed(html)
    return reader.found


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
