"""Forms: what a browser sent, read with limits (threat I14), and whether it came from our own page (threat A03)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from feedserver.model.errors import CameFromElsewhere, FormUnreadable

MAX_FORM_BYTES = 1024 * 1024
MAX_FIELDS = 5_000
FORM_S = 30.0
"""How long a form may take to come, whoever sends it (threats L04, L05)."""

_URLENCODED = "application/x-www-form-urlencoded"


class Form:
    """The fields of one form, each with one or several values. Text is as typed, its line ends made LF."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\r", "\n"))

    def text(self, name: str, default: str = "") -> str:
        """The field's last value, as typed."""
        return self._values.get(name, [default])[-1]

    def line(self, name: str, default: str = "") -> str:
        """The same without blanks at its ends: names, dates, numbers."""
        return self.text(name, default).strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field, in the order of the page; empty ones are left out."""
        return tuple(value for value in self._values.get(name, ()) if value)

    def is_ticked(self, name: str) -> bool:
        """True for a tick that is set: a browser sends nothing for others."""
        return bool(self.text(name))

    def without(self, name: str) -> Form:
        """The same form without a field."""
        return Form(pair for pair in self.pairs() if pair[0] != name)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every field with every value, to show the form again or to carry it along."""
        for name, values in self._values.items():
            for value in values:
                yield name, value


async def read_form(request: web.Request) -> Form:
    """The form in the body. Raises FormUnreadable: another type, too large, too slow, too many fields, no UTF-8.

    No browser compresses a form, so nothing is inflated (threat I15).
    """
    if request.content_type != _URLENCODED or "Content-Encoding" in request.headers:
        raise FormUnreadable("This is not what our form sends.")
    try:
        async with asyncio.timeout(FORM_S):
            raw = await _read_body(request)
    except TimeoutError:
        raise FormUnreadable("The form stopped coming. Please send it again.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise FormUnreadable("This is not what our form sends.") from None
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise FormUnreadable("This is not what our form sends.") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise FormUnreadable("This is not what our form sends.")
    return Form(pairs)


def read_query(request: web.Request) -> Form:
    """The query of the address as a form, for searches and sorting; what cannot be read is left out."""
    pairs = list(request.rel_url.query.items())[:MAX_FIELDS]
    return Form((name, value) for name, value in pairs if "\0" not in value and value.isprintable())


async def _read_body(request: web.Request) -> bytes:
    chunks: list[bytes] = []
    left = MAX_FORM_BYTES
    async for chunk in request.content.iter_any():
        left -= len(chunk)
        if left < 0:
            raise FormUnreadable("The form is too large.")
        chunks.append(chunk)
    return b"".join(chunks)


def refuse_foreign(request: web.Request, base_url: str) -> None:
    """Let only our own pages send forms. Raises CameFromElsewhere.

    Browsers say with Sec-Fetch-Site where a request comes from; older ones say Origin. Who says neither is no browser
    that could be misled. Over plain http browsers leave Sec-Fetch-Site out, and a page without a referrer sends the
    origin "null": pages with forms have `SAME_ORIGIN` as their referrer policy. Source: design decision 8.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        is_ours = request.headers.get("Origin") in (None, _origin_of(base_url))
    if not is_ours:
        raise CameFromElsewhere("This form was sent by another site.")


def _origin_of(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
