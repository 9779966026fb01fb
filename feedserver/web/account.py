"""The pages on which people choose their password, each on its one-time link: no session, no cookie, no login."""

from __future__ import annotations

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.http.errors import ErrorAnswers
from feedserver.http.forms import read_form
from feedserver.http.headers import HTML
from feedserver.languages.language import Language
from feedserver.model.account import Account, Role
from feedserver.model.errors import FeedserverError, InvalidInput, NotFound
from feedserver.web.personal.desk import Desk

_METHODS = "GET, HEAD, POST"
_ABOUT = subject("account")


class AccountFace:
    """Answers below `/account/`.

    A form here needs no proof of where it comes from: whoever can send it knows the link, and no browser adds anything.
    """

    def __init__(self, desk: Desk, errors: ErrorAnswers) -> None:
        self._desk = desk
        self._invitations = desk.services.invitations
        self._errors = errors

    async def password(self, request: web.Request) -> web.StreamResponse:
        """Choose a password. Looking at the page changes nothing, so that mail scanners may (threat U27)."""
        request[SUBJECT] = _ABOUT
        if request.method not in ("GET", "HEAD", "POST"):
            return self._errors.wrong_method(_METHODS).to(request)
        token = request.match_info["token"]
        account = await self._invitations.open(token)
        if account is None:
            return self._dead(request)
        if request.method == "POST":
            return await self._choose(request, token, account)
        return self._form(request, account)

    async def _choose(self, request: web.Request, token: str, account: Account) -> web.StreamResponse:
        form = await read_form(request)
        if form.text("password") != form.text("password_again"):
            fault = InvalidInput("The two passwords are not the same.", field="password_again")
            return self._form(request, account, fault)
        address = self._desk.shorten_address(self._desk.proxies.client_address(request))
        try:
            await self._invitations.accept(token, form.text("password"), address=address)
        except InvalidInput as error:
            return self._form(request, account, error)
        except NotFound:
            return self._dead(request)
        is_admin = account.role is Role.ADMIN
        return self._page(request, account, "account/chosen.html", account=account, is_admin=is_admin)

    def _form(self, request: web.Request, account: Account, fault: FeedserverError | None = None) -> web.StreamResponse:
        language = self._language(request, account)
        faults = {getattr(fault, "field", ""): language.error(fault)} if fault else {}
        return self._page(
            request, account, "account/password.html", status=422 if fault else 200, account=account, faults=faults
        )

    def _dead(self, request: web.Request) -> web.StreamResponse:
        """One page for what is used up, over, replaced and forged."""
        return self._page(request, None, "account/dead.html", status=404)

    def _page(
        self, request: web.Request, reader: Account | None, template: str, *, status: int = 200, **values: object
    ) -> web.StreamResponse:
        language = self._language(request, reader)
        body = self._desk.templates.render(template, language, organisation=self._desk.organisation, **values)
        return self._desk.policy.answer(status, body, content_type=HTML).to(request)

    def _language(self, request: web.Request, account: Account | None) -> Language:
        own = account.language if account else None
        return self._desk.languages.chosen(own, request.headers.get("Accept-Language", ""))
