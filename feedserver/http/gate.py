"""What stands before every handler: https first, errors answered, nothing unexpected shown."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from feedserver.http.access_log import SUBJECT, request_id, subject
from feedserver.http.answer import Answer
from feedserver.http.client import Proxies
from feedserver.http.errors import ErrorAnswers
from feedserver.http.headers import HeaderPolicy
from feedserver.model.errors import FeedserverError, StorageCorrupt, StorageUnavailable

READ_METHODS = "GET, HEAD"
_SAFE_IN_PATH = "/-._~!$&'()*+,;=:@%?"

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Wraps handlers; there is no middleware, because a poll passes here a thousand times a second."""

    def __init__(self, *, base_url: str, policy: HeaderPolicy, errors: ErrorAnswers, proxies: Proxies) -> None:
        self._base_url = base_url
        self._policy = policy
        self._errors = errors
        self._proxies = proxies

    def guard(self, face: Handler) -> Handler:
        """`face` behind the gate: plain http is sent to https before anything else is looked at (F5, F32, B16)."""
        must_be_https = self._policy.is_https

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                if must_be_https and not self._proxies.is_https(request):
                    return self._to_https(request).to(request)
                return await face(request)
            except FeedserverError as error:
                return self._answer_to(error).to(request)
            except web.HTTPException:
                return self._errors.not_found.to(request)
            except Exception:  # noqa: BLE001 - the last net: logged, and a bland 500
                _log.exception("request %s failed", request_id())
                return self._errors.unexpected().to(request)

        return guarded

    def constant(self, name: str, answer: Answer) -> Handler:
        """A handler that always gives `answer`, to GET and HEAD."""
        about = subject(name)

        async def face(request: web.Request) -> web.StreamResponse:
            request[SUBJECT] = about
            is_read = request.method in ("GET", "HEAD")
            return (answer if is_read else self._errors.wrong_method(READ_METHODS)).to(request)

        return self.guard(face)

    def nothing_here(self) -> Handler:
        """The handler of every address that is none of ours: the same answer as to a forged link."""

        async def face(request: web.Request) -> web.StreamResponse:
            return self._errors.not_found.to(request)

        return self.guard(face)

    def _answer_to(self, error: FeedserverError) -> Answer:
        if isinstance(error, StorageUnavailable | StorageCorrupt):
            _log.warning("request %s: %s: %s", request_id(), type(error).__name__, error)
        return self._errors.to(error)

    def _to_https(self, request: web.Request) -> Answer:
        """308 to the same path under the configured base: neither Host nor a path beginning with `//` has a say."""
        path = quote(request.rel_url.raw_path_qs, safe=_SAFE_IN_PATH, errors="replace")
        target = self._base_url + "/" + path.lstrip("/")
        return self._policy.answer(308, b"See https.\n", headers=(("Location", target),))
