"""Every header this server sends, in one place (threat group O).

All answers, errors and pages included, are made by `HeaderPolicy.answer`; a test walks the routes and looks for one
that was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from urllib.parse import quote

from feedserver.http.answer import Answer

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
CSS = "text/css; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"

REVALIDATE = "private, no-cache"
"""Keep a copy, ask before each use (F26)."""
NO_STORE = "private, no-store"

IMMUTABLE = "private, max-age=31536000, immutable"
"""For addresses that carry a digest of what stands there."""

NO_REFERRER = "no-referrer"
SAME_ORIGIN = "same-origin"
"""Referrer policy of pages with forms: nothing goes to other sites, and our own are told where a form comes from."""

_HSTS = "max-age=31536000"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors "
)
_NOBODY = "'none'"
_ALWAYS = (
    ("Server", "feedserver"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_OPEN_TO_PAGES = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified"),
)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
)

FEED_METHODS = "GET, HEAD, OPTIONS"

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderPolicy:
    """What depends on the deployment."""

    is_https: bool
    """The public base URL is https."""
    is_cors_on: bool = True
    """Public feeds may be read by scripts of other sites (F29).

    One switch for all shares and none per share: whoever has the link of a public share can read it without a browser,
    so a share that is not to be read is a secured one, and those are never open to scripts.
    """

    def answer(
        self,
        status: int,
        body: bytes = b"",
        *,
        content_type: str = TEXT,
        cache_control: str = NO_STORE,
        headers: Headers = (),
        length_bytes: int | None = None,
        subject: str = "",
        referrer_policy: str = NO_REFERRER,
        framed_by: Sequence[str] = (),
    ) -> Answer:
        """An answer with every header of group O; `headers` are the ones of this case alone.

        `length_bytes`: of a body that each sending brings along; `subject`: for the access log; `framed_by`: origins
        of the only sites that may show this page inside theirs (threat A28).
        """
        pairs = [*_ALWAYS, ("Referrer-Policy", referrer_policy), ("Cache-Control", cache_control)]
        if status not in (204, 304):
            pairs.append(("Content-Type", content_type))
        if content_type == HTML:
            policy = _PAGE_POLICY + (" ".join(framed_by) or _NOBODY)
            pairs += [("Content-Security-Policy", policy), ("Cross-Origin-Opener-Policy", "same-origin")]
        if self.is_https:
            pairs.append(("Strict-Transport-Security", _HSTS))
        return Answer.make(status, (*pairs, *headers), body, length_bytes=length_bytes, subject=subject)

    def cors(self, *, is_public: bool) -> Headers:
        """Public feeds are open to scripts and never with credentials; secured ones are not (F29)."""
        return _OPEN_TO_PAGES if is_public and self.is_cors_on else ()

    def preflight(self, *, is_public: bool) -> Headers:
        """What OPTIONS adds: the methods, and for public feeds what a script may send (F10, F29)."""
        cors = self.cors(is_public=is_public)
        return (("Allow", FEED_METHODS), *cors, *(_PREFLIGHT if cors else ()))


def validators(etag: str, last_modified_at: datetime, now: datetime) -> Headers:
    """ETag and Last-Modified; the latter is never in the future (threat F21), though the logical moment may be.

    A compressed body has the same strong tag (F21, F23): feeds take no ranges (F11), so nothing is ever put together
    from two of them, and clients and proxies that mistake `W/` or a suffix for another tag fetch everything each time.
    """
    shown_at = min(last_modified_at, now)
    return (
        ("ETag", f'"{etag}"'),
        ("Last-Modified", formatdate(shown_at.timestamp(), usegmt=True)),
    )


def disposition(slug: str, name: str, suffix: str = "ics", *, is_attachment: bool = False) -> tuple[str, str]:
    """Content-Disposition with an ASCII name, and the full one beside it where it differs (F20; RFC 6266).

    An attachment is kept as a file and never opened by the browser (threat A26). `name` is what people called the
    share or the calendar: line ends, quotes, slashes and what turns text around are taken out
    or encoded (threat I19).
    """
    value = f'{"attachment" if is_attachment else "inline"}; filename="{slug}.{suffix}"'
    if not name.isascii():
        safe = "".join(c for c in name if c.isprintable() and c not in '/\\:*?"<>|')[:100].strip()
        value += f"; filename*=UTF-8''{quote(f'{safe}.{suffix}', safe='')}"
    return ("Content-Disposition", value)
