"""The door of every address below `/s/<token>/`: the link, the share's state, who asks; in this order and no other."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.http.basic_auth import read_credentials
from feedserver.http.client import Proxies
from feedserver.http.errors import ErrorAnswers
from feedserver.http.headers import FEED_METHODS, HeaderPolicy
from feedserver.model.errors import CredentialsRefused, LinkForged
from feedserver.model.share import ShareKind, ShareStanding, Standing
from feedserver.services.feeds import FeedService, OpenShare
from feedserver.services.usage import UsageService


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a share, and what of it."""

    opened: OpenShare
    standing: ShareStanding
    """What the share is to who asks."""
    id: str
    """A member's account, or the link's recipient; empty for who came by the general link."""

    @property
    def is_live(self) -> bool:
        """True when there is anything to show."""
        return self.standing.standing is Standing.LIVE


class Door:
    """Lets in, or raises LinkForged, CredentialsRefused, StorageUnavailable."""

    def __init__(
        self,
        feeds: FeedService,
        *,
        usage: UsageService,
        proxies: Proxies,
        policy: HeaderPolicy,
        errors: ErrorAnswers,
    ) -> None:
        self._feeds = feeds
        self._usage = usage
        self._proxies = proxies
        self._policy = policy
        self._errors = errors

    async def open(self, request: web.Request) -> OpenShare:
        """The share behind the link. Forged ones are counted by address; good ones are never held up (U15)."""
        token = request.match_info["token"]
        try:
            return self._feeds.recall(token) or await self._feeds.open(token)
        except LinkForged:
            self._feeds.note_forged(self._proxies.client_address(request))
            raise

    async def enter(self, request: web.Request, opened: OpenShare) -> Reader:
        """Who asks; a password only when there is something to protect.

        Checking one takes a while: the share is judged anew after it.
        """
        if not opened.needs_login:
            return Reader(opened, opened.standing, opened.link.recipient_id or "")
        headers = request.headers.getall("Authorization", [])
        account = self._feeds.recognise(headers[0]) if len(headers) == 1 else None
        if account is None:
            request[SUBJECT] = subject("feed", opened.share.id)
            credentials = read_credentials(headers)
            if credentials is None:
                raise CredentialsRefused("login required")
            address = self._proxies.client_address(request)
            account = await self._feeds.prove(
                credentials.header, credentials.login, credentials.password, address=address
            )
            opened = await self._feeds.open(opened.token)
        return Reader(opened, self._feeds.standing_for(opened, account), account.id)

    async def other_method(self, request: web.Request) -> web.StreamResponse:
        """OPTIONS says what may be done; nothing else may, whatever its preconditions say (F9, F10)."""
        opened = await self.open(request)
        request[SUBJECT] = subject("feed", opened.share.id)
        if request.method != "OPTIONS":
            return self._errors.wrong_method(FEED_METHODS).to(request)
        is_public = opened.share.kind is ShareKind.PUBLIC
        return self._policy.answer(200, headers=self._policy.preflight(is_public=is_public)).to(request)

    def count(self, request: web.Request, reader: Reader) -> None:
        """One fetch, whether by GET or HEAD, new or unchanged."""
        self._usage.count(reader.opened.share.id, reader.id, request.headers.get("User-Agent", ""))
