"""The access log: one line of JSON per request, gathered and written in bulk.

A line holds the route's name and a short digest of the share, never a path: signed addresses are credentials
(threat U12). The client's address is shortened (threat P02).
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from hashlib import blake2b

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.web_request import BaseRequest

from feedserver.http.answer import Ready
from feedserver.http.client import UNKNOWN, Proxies, shortened

FLUSH_AFTER_S = 0.25

SUBJECT = web.RequestKey("subject", str)
"""What the request was about, as `subject()` spells it, where its answer does not know (an error)."""

_asked_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request at hand, once somebody asked for it; aiohttp handles each request in a context of its own."""
_process = secrets.token_hex(3)
_numbers = itertools.count(1)


def subject(route: str, share_id: str | None = None) -> str:
    """The part of a line that names the route and, by a short digest, the share; to be made once and kept."""
    if share_id is None:
        return f'"route":"{route}"'
    return f'"route":"{route}","share":"{blake2b(share_id.encode(), digest_size=5).hexdigest()}"'


def request_id() -> str:
    """The id of the request at hand, given when it is first asked for: random per process, then counted."""
    found = _asked_id.get()
    if not found:
        found = _new_id()
        _asked_id.set(found)
    return found


def _new_id() -> str:
    return f"{_process}-{next(_numbers):x}"


def _subject_of(request: BaseRequest) -> str:
    about: str = request.get(SUBJECT, '"route":"none"')
    return about


class AccessJournal:
    """Gathers lines and hands them to `write` in bulk. Belongs to one event loop."""

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        proxies: Proxies,
        skip_unchanged: bool = False,
        spell_address: Callable[[str], str] = shortened,
    ) -> None:
        """`write` takes whole lines. `skip_unchanged` leaves 304s out: they are most of a feed server's life.

        `spell_address` gives a client's address as the log may hold it.
        """
        self._write = write
        self.proxies = proxies
        self.skip_unchanged = skip_unchanged
        self.spell_address = spell_address
        self._lines: list[str] = []
        self._second = 0
        self._moment = ""

    def add(self, text: str) -> None:
        """Add the rest of a line, which begins with the moment."""
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._moment = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if not self._lines:
            asyncio.get_running_loop().call_later(FLUSH_AFTER_S, self.flush)
        self._lines.append(f'{{"at":"{self._moment}",{text}\n')

    def flush(self) -> None:
        """Write what was gathered; call it at the end, too."""
        lines, self._lines = self._lines, []
        if lines:
            self._write("".join(lines))

    def logger_class(self) -> type[AbstractAccessLogger]:
        """What aiohttp wants: a class, of which it makes one per connection."""
        journal = self

        class JournalLogger(_ConnectionLogger):
            def __init__(self, *_: object) -> None:
                self.journal = journal

        return JournalLogger


class _ConnectionLogger(AbstractAccessLogger):
    journal: AccessJournal
    _peer = ""
    """The connection's own end, as it is logged; found when it is first needed."""

    def log(self, request: BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Add one line."""
        journal = self.journal
        status = response.status
        if status == 304 and journal.skip_unchanged:  # noqa: PLR2004
            return
        about = (isinstance(response, Ready) and response.subject) or _subject_of(request)
        journal.add(
            f'"event":"access","request":"{_asked_id.get() or _new_id()}","from":"{self._shown(request)}",'
            f'"method":"{request.method}",{about},"status":{status},'
            f'"bytes":{response.body_length},"ms":{time * 1000:.2f}}}'
        )

    def _shown(self, request: BaseRequest) -> str:
        """The client's address as the journal spells it."""
        if "X-Forwarded-For" in request.headers:
            return self.journal.spell_address(self.journal.proxies.client_address(request))
        if not self._peer:
            self._peer = self.journal.spell_address(request.remote or UNKNOWN)
        return self._peer
