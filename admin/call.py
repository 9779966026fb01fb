"""One request to the admin page: who asks, what was sent, and the answers a view can give."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import blake2b
from urllib.parse import urlencode

from aiohttp import web
from multidict import CIMultiDict

from admin.office import Office, Services
from admin.told import Told, told_of, told_text
from feedserver.http import session_cookie
from feedserver.http.browsers import browser_words
from feedserver.http.forms import Form, read_form, read_query
from feedserver.http.headers import HTML, NO_STORE, SAME_ORIGIN, Headers
from feedserver.http.uploads import Upload, receive_upload
from feedserver.model.account import Account
from feedserver.model.actor import Actor
from feedserver.model.errors import CameFromElsewhere, LoginNeeded, NotFound, PasswordNeeded
from feedserver.model.session import Session, SignedIn

PREFIX = "/admin"
TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field


class Call:
    """What a view gets. `form` is read, and proven to be from our own page, before a view for POST begins."""

    def __init__(self, office: Office, request: web.Request, signed_in: SignedIn | None) -> None:
        self.office = office
        self.request = request
        self._signed_in = signed_in
        self._told = [*told_of(signed_in.session.told)] if signed_in else []
        self._cookies: list[tuple[str, str]] = []
        self.form = Form()
        own = signed_in.account.language if signed_in else None
        self.language = office.languages.chosen(own, request.headers.get("Accept-Language", ""))

    @property
    def services(self) -> Services:
        """The services behind the page."""
        return self.office.services

    @property
    def is_signed_in(self) -> bool:
        """True when somebody is logged in."""
        return self._signed_in is not None

    @property
    def account(self) -> Account:
        """Who asks. Raises LoginNeeded."""
        return self._known().account

    @property
    def session(self) -> Session:
        """The session of who asks. Raises LoginNeeded."""
        return self._known().session

    def _known(self) -> SignedIn:
        if self._signed_in is None:
            raise LoginNeeded("Please log in.")
        return self._signed_in

    @property
    def actor(self) -> Actor:
        """Who asks, as the history of changes says it."""
        return Actor(account_id=self.account.id, name=self.account.display_name, address=self.address)

    @property
    def address(self) -> str:
        """The client's address as the history may hold it."""
        return self.office.shorten_address(self.client_address)

    @property
    def client_address(self) -> str:
        """The client's whole address, for throttling."""
        return self.office.proxies.client_address(self.request)

    @property
    def query(self) -> Form:
        """The query of the address."""
        return read_query(self.request)

    def part(self, name: str) -> str:
        """A part of the path, as the route names it. Raises NotFound for what nothing can be called."""
        text = self.request.match_info[name]
        if not text.isprintable():
            raise self.not_found()
        return text

    def say(self, message: str, **values: object) -> str:
        """`message` in the reader's language."""
        return self.language.gettext(message, **values)

    @property
    def form_token(self) -> str:
        """What our own forms carry: derived from the session's cookie, so another session's is worthless."""
        secret = session_cookie.read(self.request, self.office.policy) or ""
        return blake2b(secret.encode(), digest_size=16, person=b"form").hexdigest()

    async def take_form(self) -> None:
        """Read the form. Raises FormUnreadable, and CameFromElsewhere without this session's token."""
        self._admit_form(await read_form(self.request))

    @asynccontextmanager
    async def take_upload(self) -> AsyncIterator[Upload]:
        """Read a form with a file, which is there for as long as this lasts; the form is judged before its file comes.

        Raises FormUnreadable, CameFromElsewhere, TooLarge, StorageFull.
        """
        async with receive_upload(
            self.request,
            max_bytes=self.office.max_upload_bytes,
            folder=self.office.upload_dir,
            admit=self._admit_form,
        ) as upload:
            yield upload

    def _admit_form(self, form: Form) -> None:
        self.form = form
        if self.is_signed_in and not hmac.compare_digest(form.text(TOKEN_FIELD).encode(), self.form_token.encode()):
            raise CameFromElsewhere("The page you sent is too old. Go back, load it again, and send it once more.")

    def need_recent_password(self) -> None:
        """For what is sensitive. Raises PasswordNeeded when it was last asked for too long ago (threat A29)."""
        if not self.services.sessions.is_confirmed(self.session):
            raise PasswordNeeded("It is a while since you entered your password. Enter it again to go on.")

    async def confirm_password(self) -> None:
        """The password was entered just now."""
        session = await self.services.sessions.confirm(self.session)
        self._signed_in = replace(self._known(), session=session)

    async def tell(self, message: Told) -> None:
        """Show this on the next page; a form that was sent twice says it once (threat A24)."""
        if message not in self._told:
            self._told.append(message)
        await self.services.sessions.tell(self.session, told_text(self._told))

    async def done(self, text: str) -> None:
        """Tell on the next page that something was done; `text` is in the reader's language."""
        await self.tell(Told(kind="done", text=text))

    async def failed(self, text: str) -> None:
        """Tell on the next page that something was not done."""
        await self.tell(Told(kind="failed", text=text))

    async def page(self, template: str, /, *, status: int = 200, **values: object) -> web.StreamResponse:
        """A page; messages that wait are on it, and gone afterwards."""
        return self.answer(status, await self.render(template, **values))

    async def render(self, template: str, **values: object) -> bytes:
        """The page alone, for an answer that is made piece by piece."""
        told, self._told = tuple(self._told), []
        if told and self._signed_in and self._signed_in.session.told:
            await self.services.sessions.tell(self.session, "")
        return self.office.templates.render(template, self.language, **self.common(told), **values)

    def common(self, told: tuple[Told, ...] = ()) -> dict[str, object]:
        """What the base template and the macros use."""
        return {
            "account": self._signed_in.account if self._signed_in else None,
            "form_token": self.form_token if self._signed_in else "",
            "here": self.request.path.removeprefix(self.office.root),
            "messages": told,
            "now": self.office.clock.now(),
            "organisation": self.office.organisation,
            "zone": self.office.timezone,
        }

    def answer(
        self,
        status: int,
        body: bytes,
        *,
        content_type: str = HTML,
        cache_control: str = NO_STORE,
        headers: Headers = (),
    ) -> web.StreamResponse:
        """Any other answer, with the headers that all have (threats O, A19)."""
        answer = self.office.policy.answer(
            status,
            body,
            content_type=content_type,
            cache_control=cache_control,
            headers=(*headers, *self._cookies),
            referrer_policy=SAME_ORIGIN,
        )
        return answer.to(self.request)

    async def begin(
        self, *, content_type: str, length_bytes: int | None = None, headers: Headers = ()
    ) -> web.StreamResponse:
        """An answer whose head is sent, and whose body the view writes; `length_bytes` where it is known.

        What goes wrong from here on can no longer be answered with a page.
        """
        answer = self.office.policy.answer(
            200,
            content_type=content_type,
            headers=(*headers, *self._cookies),
            length_bytes=length_bytes,
            referrer_policy=SAME_ORIGIN,
        )
        kept = [pair for pair in answer.headers if length_bytes is not None or pair[0] != "Content-Length"]
        response = web.StreamResponse(headers=CIMultiDict(kept))
        await response.prepare(self.request)
        return response

    def see_other(self, path: str, **query: str) -> web.StreamResponse:
        """303 to a path of the admin page, such as `/shares/`."""
        target = f"{self.office.root}{PREFIX}{path}" + (f"?{urlencode(query)}" if query else "")
        return self.answer(303, b"", headers=(("Location", target),))

    async def sign_in(self, account: Account, *, is_kept: bool = False) -> None:
        """Begin a session and give the browser its cookie with the answer.

        It is always a new one: what the browser sent before is neither kept nor adopted (threat A05).
        """
        if self._signed_in is not None:
            await self.services.sessions.end(self.session.id, self.account)
        agent = browser_words(self.request.headers.get("User-Agent", ""))
        secret, self._signed_in = await self.services.sessions.begin(account, agent=agent, is_kept=is_kept)
        self._told = []
        self._cookies.append(session_cookie.setting(secret, self.office.policy, is_kept=is_kept))

    async def sign_out(self) -> None:
        """End the session and take the browser's cookie back with the answer."""
        if self._signed_in is not None:
            await self.services.sessions.end(self.session.id, self.account)
            self._signed_in = None
        self._cookies.append(session_cookie.clearing(self.office.policy))

    def not_found(self) -> NotFound:
        """To raise for what is not there, or is not for who asks."""
        return NotFound("There is no such page.")
