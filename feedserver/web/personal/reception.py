"""Every request to these pages passes here, before and after its view."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from feedserver.http import session_cookie
from feedserver.http.access_log import SUBJECT, request_id, subject
from feedserver.http.basic_auth import read_credentials
from feedserver.http.errors import ErrorAnswers
from feedserver.http.forms import refuse_foreign
from feedserver.http.page_errors import status_of
from feedserver.http.visit import PASSWORD_FIELD
from feedserver.model.account import Account
from feedserver.model.errors import (
    CredentialsRefused,
    FeedserverError,
    LoginNeeded,
    PasswordNeeded,
    StorageCorrupt,
    StorageUnavailable,
)
from feedserver.web.personal.call import Call
from feedserver.web.personal.desk import Desk

_log = logging.getLogger(__name__)
_ABOUT = subject("personal")
_READ = ("GET", "HEAD")

View = Callable[[Call], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method at one address."""

    method: Literal["GET", "POST"]
    """GET answers HEAD as well, and changes nothing (threat A04)."""
    path: str
    view: View
    is_open: bool = False
    """May be asked for by everybody; all others are for who has an active account (threat A09)."""
    takes_basic: bool = False
    """Also for who sends a login and password with the request."""
    is_sensitive: bool = False
    """Asks for the password again when it was last given too long ago (threat A29)."""


class Reception:
    """Lets requests in, and turns what goes wrong into pages."""

    def __init__(self, desk: Desk, errors: ErrorAnswers) -> None:
        self._desk = desk
        self._errors = errors

    def handler(self, routes: Sequence[Route]) -> Handler:
        """What answers at the one address of these routes; other methods than theirs are refused (threat A04)."""
        by_method: dict[str, Route] = {route.method: route for route in routes}
        allowed = ", ".join(name for name in ("GET", "HEAD", "POST") if _row(name) in by_method)

        async def handle(request: web.Request) -> web.StreamResponse:
            request[SUBJECT] = _ABOUT
            route = by_method.get(_row(request.method))
            if route is None:
                return self._errors.wrong_method(allowed).to(request)
            return await self._answer(route, await self._call(request, route))

        return handle

    async def _call(self, request: web.Request, route: Route) -> Call:
        """Who asks: by session, else by Basic where that is taken. Raises CredentialsRefused for wrong ones."""
        secret = session_cookie.read(request, self._desk.policy)
        signed_in = await self._desk.sessions.find(secret) if secret else None
        is_basic = signed_in is None and route.takes_basic and "Authorization" in request.headers
        return Call(self._desk, request, signed_in, await self._proven(request) if is_basic else None)

    async def _proven(self, request: web.Request) -> Account:
        credentials = read_credentials(request.headers.getall("Authorization"))
        if credentials is None:
            raise CredentialsRefused("login required")
        address = self._desk.proxies.client_address(request)
        return self._desk.feeds.recognise(credentials.header) or await self._desk.feeds.prove(
            credentials.header, credentials.login, credentials.password, address=address
        )

    async def _answer(self, route: Route, call: Call) -> web.StreamResponse:
        """The view with all that comes before it: right, origin and token of the form, password."""
        try:
            if not route.is_open:
                call.need_account()
            if route.method == "POST":
                await self._take(call)
            if route.is_sensitive:
                call.need_recent_password()
            return await route.view(call)
        except LoginNeeded:
            return _to_login(call)
        except PasswordNeeded as error:
            text = call.language.error(error)
            return await call.page(
                "personal/confirm.html", status=403, text=text, carried=call.carried, field=PASSWORD_FIELD
            )
        except FeedserverError as error:
            return await _page_of(call, error)

    async def _take(self, call: Call) -> None:
        """Raises CameFromElsewhere, FormUnreadable, PasswordNeeded."""
        refuse_foreign(call.request, self._desk.base_url)
        await call.take_form()
        await call.take_password(self._desk.services.accounts.authenticate)


def _row(method: str) -> str:
    return "GET" if method in _READ else method


def _to_login(call: Call) -> web.StreamResponse:
    """A page is come back to after the login; an action is not."""
    if call.request.method not in _READ:
        return call.see_other("/account/login")
    return call.see_other("/account/login", next=call.request.rel_url.raw_path_qs.removeprefix(call.desk.root))


async def _page_of(call: Call, error: FeedserverError) -> web.StreamResponse:
    if isinstance(error, StorageUnavailable | StorageCorrupt):
        _log.warning("request %s: %s: %s", request_id(), type(error).__name__, error)
    text = call.language.error(error)
    return await call.page("personal/error.html", status=status_of(error), text=text, request_id=request_id())
