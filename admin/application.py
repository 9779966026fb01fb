"""The sub-application: every request passes here, before and after its view."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Middleware

from admin.call import PREFIX, Call
from admin.office import Office
from admin.route import Route
from admin.routes import ROUTES
from feedserver.http import session_cookie
from feedserver.http.access_log import SUBJECT, request_id, subject
from feedserver.http.forms import refuse_foreign
from feedserver.http.headers import IMMUTABLE
from feedserver.http.page_errors import headers_of, status_of
from feedserver.http.visit import PASSWORD_FIELD
from feedserver.model.account import Role
from feedserver.model.errors import (
    FeedserverError,
    LoginNeeded,
    NotAllowed,
    NotFound,
    PasswordNeeded,
    StorageCorrupt,
    StorageUnavailable,
)

_log = logging.getLogger(__name__)
_ABOUT = subject("admin")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_admin(office: Office) -> web.Application:
    """The application to mount at `/admin`."""
    desk = _Desk(office)
    app = web.Application(middlewares=[desk.receive()])
    for route in ROUTES:
        app.router.add_route(route.method, route.path, desk.handler(route))
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, desk.handler(route))
    for name in office.assets:
        app.router.add_get(f"/static/{name}", desk.asset(name))
    return app


class _Desk:
    """Lets requests in, and turns what goes wrong into pages."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def receive(self) -> Middleware:
        """The middleware around everything, what is not there included."""

        @web.middleware
        async def receive(request: web.Request, handler: _Handler) -> web.StreamResponse:
            async def face(request: web.Request) -> web.StreamResponse:
                request[SUBJECT] = _ABOUT
                try:
                    return await handler(request)
                except web.HTTPMethodNotAllowed as error:
                    return await self._wrong_method(request, error)
                except web.HTTPNotFound:
                    return await self._failed(request, NotFound("There is no such page."))

            return await self._office.gate.guard(face)(request)

        return receive

    def asset(self, name: str) -> _Handler:
        """A static file, for everybody."""
        asset = self._office.assets[name]
        answer = self._office.policy.answer(
            200, asset.body, content_type=asset.content_type, cache_control=IMMUTABLE, subject=_ABOUT
        )

        async def send(request: web.Request) -> web.StreamResponse:
            return answer.to(request)

        return send

    def handler(self, route: Route) -> _Handler:
        """The view with all that comes before it: session, right, origin and token of the form, password."""

        async def handle(request: web.Request) -> web.StreamResponse:
            call = Call(self._office, request, None)
            try:
                call = await self._call(request)
                self._admit(call, route)
                if route.method == "POST":
                    await self._take(call, route)
                return await route.view(call)
            except LoginNeeded:
                return self._to_login(call)
            except PasswordNeeded as error:
                return await self._ask_password(call, error)
            except FeedserverError as error:
                return await self._page_of(call, error)
            except web.HTTPException:
                raise
            except Exception:  # noqa: BLE001 - the last net: logged, and a page that says nothing of the cause
                _log.exception("request %s failed", request_id())
                return await self._page_of(call, FeedserverError("Something went wrong on our side."))

        return handle

    async def _call(self, request: web.Request) -> Call:
        secret = session_cookie.read(request, self._office.policy)
        signed_in = await self._office.services.sessions.find(secret) if secret else None
        return Call(self._office, request, signed_in)

    def _admit(self, call: Call, route: Route) -> None:
        """Raises LoginNeeded, and NotAllowed for who is no admin."""
        if not route.is_open and call.account.role is not Role.ADMIN:
            raise NotAllowed("This page is for administrators.")

    async def _take(self, call: Call, route: Route) -> None:
        """Raises CameFromElsewhere, FormUnreadable, PasswordNeeded."""
        refuse_foreign(call.request, self._office.base_url)
        if not route.takes_upload:
            await call.take_form()
            await call.take_password(self._office.services.accounts.authenticate)
        if route.is_sensitive:
            call.need_recent_password()

    async def _ask_password(self, call: Call, error: PasswordNeeded) -> web.StreamResponse:
        """The page that asks for it. 403: nothing was done yet."""
        text = call.language.error(error)
        return await call.page(
            "entrance/confirm.html", status=403, text=text, carried=call.carried, field=PASSWORD_FIELD
        )

    def _to_login(self, call: Call) -> web.StreamResponse:
        """A page is come back to after the login; an action is not."""
        if call.request.method not in ("GET", "HEAD"):
            return call.see_other("/login")
        path = call.request.rel_url.raw_path_qs.removeprefix(self._office.root + PREFIX)
        return call.see_other("/login", next=path)

    async def _failed(self, request: web.Request, error: FeedserverError) -> web.StreamResponse:
        return await self._page_of(await self._call(request), error)

    async def _page_of(self, call: Call, error: FeedserverError) -> web.StreamResponse:
        if isinstance(error, StorageUnavailable | StorageCorrupt):
            _log.warning("request %s: %s: %s", request_id(), type(error).__name__, error)
        text = call.language.error(error)
        body = await call.render("error.html", text=text, request_id=request_id())
        return call.answer(status_of(error), body, headers=headers_of(error))

    async def _wrong_method(self, request: web.Request, error: web.HTTPMethodNotAllowed) -> web.StreamResponse:
        allowed = ", ".join(sorted(error.allowed_methods))
        call = await self._call(request)
        body = self._office.templates.render(
            "error.html",
            call.language,
            **call.common(),
            text=call.say("This address takes no such request."),
            request_id=request_id(),
        )
        return call.answer(405, body, headers=(("Allow", quote(allowed, safe=", ")),))
