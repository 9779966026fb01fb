"""What a client can take: compressed bodies, HTML (RFC 9110 section 12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web

_OFFICE = ("Microsoft Office", "Microsoft Outlook")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """What the deployment decides about feeds."""

    is_compressed: bool = True
    compresses_for_office: bool = False
    hides_off_shares: bool = False
    """Shares that are off answer 404, and their subscribers keep the last copy they fetched."""


def wants_gzip(request: web.Request, options: FeedOptions) -> bool:
    """True when this client gets a compressed body."""
    if not options.is_compressed or not takes_gzip(request.headers.get("Accept-Encoding", "")):
        return False
    return options.compresses_for_office or not is_office(request.headers.get("User-Agent", ""))


@lru_cache(maxsize=1024)
def takes_gzip(accept_encoding: str) -> bool:
    """True when Accept-Encoding asks for gzip (F24); nothing is compressed for who does not ask."""
    weights = dict(_weighted(accept_encoding))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def is_office(user_agent: str) -> bool:
    """Outlook has been seen to fail on compressed feeds (markuspoerschke/iCal#541; F24)."""
    return any(name in user_agent for name in _OFFICE)


@lru_cache(maxsize=1024)
def names_html(accept: str) -> bool:
    """True when Accept names `text/html` itself, as browsers do; `*/*` alone is a calendar app."""
    return dict(_weighted(accept)).get("text/html", 0.0) > 0


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """Each value with its weight; a weight that is none counts as 0."""
    for part in header.split(","):
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            yield value, float(weight)
        except ValueError:
            yield value, 0.0
