"""One request of a person with a browser: who asks, what was sent, and the answers that all such pages give.

The admin page and the pages of those with whom something is shared are built on it: sessions, the proof of where a form
comes from, the password once more and the headers are the same for both.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, Protocol
from urllib.parse import urlencode

from aiohttp import web

from feedserver.http import session_cookie
from feedserver.http.browsers import browser_words
from feedserver.http.client import Proxies
from feedserver.http.forms import Form, read_form, read_query
from feedserver.http.headers import HTML, NO_STORE, SAME_ORIGIN, HeaderPolicy, Headers
from feedserver.http.templates import Templates
from feedserver.http.told import Told, told_of, told_text
from feedserver.languages.catalogue import Languages
from feedserver.model.account import Account
from feedserver.model.actor import Actor
from feedserver.model.clock import Clock
from feedserver.model.errors import (
    CameFromElsewhere,
    CredentialsRefused,
    LoginNeeded,
    NotFound,
    PasswordNeeded,
    StorageUnavailable,
)
from feedserver.model.session import Session, SignedIn

TOKEN_FIELD: Final = "form_token"  # noqa: S105 - the name of a field
PASSWORD_FIELD: Final = "confirm_password"  # noqa: S105 - the name of a field
"""Of the password that is asked for once more, which no other form has."""


class Sessions(Protocol):
    """What keeps sessions; the service of that name does."""

    async def begin(self, account: Account, *, agent: str, is_kept: bool = False) -> tuple[str, SignedIn]:
        """A new session and the secret of its cookie."""

    async def find(self, secret: str) -> SignedIn | None:
        """Who is behind a cookie."""

    async def end(self, session_id: str, account: Account) -> bool:
        """End one session of an account."""

    def is_confirmed(self, session: Session) -> bool:
        """True while sensitive things need no password."""

    async def confirm(self, session: Session) -> Session:
        """The session, for which the password was entered just now."""

    async def tell(self, session: Session, told: str) -> None:
        """Keep for the next page what it is to tell."""


class Authenticate(Protocol):
    """What checks a password; the service of accounts does."""

    async def __call__(self, login: str, passwords: Sequence[str], *, address: str) -> Account:
        """The account. Raises CredentialsRefused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What every answer of a face with pages for people needs."""

    sessions: Sessions
    clock: Clock
    languages: Languages
    templates: Templates
    policy: HeaderPolicy
    proxies: Proxies
    shorten_address: Callable[[str], str]
    """A client's address as the history may hold it."""
    base_url: str
    root: str
    """The path of `base_url`, without a slash at its end."""
    timezone: str
    """IANA name: where the organisation is, and how the pages show moments."""
    organisation: str
    """Empty when it has not been told."""


class Visit:
    """What a view gets. `form` is read, and proven to be from our own page, before a view for POST begins."""

    def __init__(self, front: Front, request: web.Request, signed_in: SignedIn | None) -> None:
        self.front = front
        self.request = request
        self._signed_in = signed_in
        self._told = [*told_of(signed_in.session.told)] if signed_in else []
        self._cookies: list[tuple[str, str]] = []
        self.form = Form()
        own = signed_in.account.language if signed_in else None
        self.language = front.languages.chosen(own, request.headers.get("Accept-Language", ""))

    @property
    def is_signed_in(self) -> bool:
        """True when somebody is logged in with this browser."""
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
        return self.front.shorten_address(self.client_address)

    @property
    def client_address(self) -> str:
        """The client's whole address, for throttling."""
        return self.front.proxies.client_address(self.request)

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
        secret = session_cookie.read(self.request, self.front.policy) or ""
        return blake2b(secret.encode(), digest_size=16, person=b"form").hexdigest()

    async def take_form(self) -> None:
        """Read the form. Raises FormUnreadable, and CameFromElsewhere without this session's token."""
        self.admit(await read_form(self.request))

    def admit(self, form: Form) -> None:
        """Take the form that was read. Raises CameFromElsewhere without this session's token."""
        self.form = form
        if self.is_signed_in and not hmac.compare_digest(form.text(TOKEN_FIELD).encode(), self.form_token.encode()):
            raise CameFromElsewhere("The page you sent is too old. Go back, load it again, and send it once more.")

    async def take_password(self, authenticate: Authenticate) -> None:
        """Look at the password that a form has brought along, and take it out. Raises PasswordNeeded when it is wrong.

        The page that asks for it carries the whole form along: sent with the password, it goes to the same address and
        does what was wanted (threat A29).
        """
        if PASSWORD_FIELD not in self.form or not self.is_signed_in:
            return
        typed, self.form = self.form.text(PASSWORD_FIELD), self.form.without(PASSWORD_FIELD)
        try:
            await authenticate(self.account.login, [typed], address=self.client_address)
        except CredentialsRefused:
            raise PasswordNeeded("This is not your password.") from None
        session = await self.front.sessions.confirm(self.session)
        self._signed_in = replace(self._known(), session=session)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The fields of the form, for a page that carries them along."""
        return [(name, value) for name, value in self.form.pairs() if name != TOKEN_FIELD]

    @property
    def has_recent_password(self) -> bool:
        """True while sensitive things need no password."""
        return self.front.sessions.is_confirmed(self.session)

    def need_recent_password(self) -> None:
        """For what is sensitive. Raises PasswordNeeded when it was last asked for too long ago (threat A29)."""
        if not self.has_recent_password:
            raise PasswordNeeded("It is a while since you entered your password. Enter it again to go on.")

    async def tell(self, message: Told) -> None:
        """Show this on the next page; a form that was sent twice says it once (threat A24)."""
        if message not in self._told:
            self._told.append(message)
        await self.front.sessions.tell(self.session, told_text(self._told))

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
            with suppress(StorageUnavailable):  # shown twice is better than not at all
                await self.front.sessions.tell(self.session, "")
        return self.front.templates.render(template, self.language, **self.common(told), **values)

    def common(self, told: tuple[Told, ...] = ()) -> dict[str, object]:
        """What the base template and the macros use."""
        return {
            "account": self._signed_in.account if self._signed_in else None,
            "form_token": self.form_token if self._signed_in else "",
            "here": self.request.path.removeprefix(self.front.root),
            "messages": told,
            "now": self.front.clock.now(),
            "organisation": self.front.organisation,
            "zone": self.front.timezone,
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
        answer = self.front.policy.answer(
            status,
            body,
            content_type=content_type,
            cache_control=cache_control,
            headers=(*headers, *self._cookies),
            referrer_policy=SAME_ORIGIN,
        )
        return answer.to(self.request)

    def see_other(self, path: str, **query: str) -> web.StreamResponse:
        """303 to a path of this site, such as `/shared/`."""
        target = f"{self.front.root}{path}" + (f"?{urlencode(query)}" if query else "")
        return self.answer(303, b"", headers=(("Location", target),))

    async def sign_in(self, account: Account, *, is_kept: bool = False) -> None:
        """Begin a session and give the browser its cookie with the answer.

        It is always a new one: what the browser sent before is neither kept nor adopted (threat A05).
        """
        if self._signed_in is not None:
            await self.front.sessions.end(self.session.id, self.account)
        agent = browser_words(self.request.headers.get("User-Agent", ""))
        secret, self._signed_in = await self.front.sessions.begin(account, agent=agent, is_kept=is_kept)
        self._told = []
        self._cookies.append(session_cookie.setting(secret, self.front.policy, is_kept=is_kept))

    async def sign_out(self) -> None:
        """End the session and take the browser's cookie back with the answer (threat A07)."""
        if self._signed_in is not None:
            await self.front.sessions.end(self.session.id, self.account)
            self._signed_in = None
        self._cookies.append(session_cookie.clearing(self.front.policy))

    def not_found(self) -> NotFound:
        """To raise for what is not there, or is not for who asks."""
        return NotFound("There is no such page.")
