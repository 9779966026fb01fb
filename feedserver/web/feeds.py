"""The feed of a share, and its page: what stands behind a signed link.

The order is the contract's: signature, state, credentials, validators, body.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.http.answer import Answer
from feedserver.http.basic_auth import read_credentials
from feedserver.http.client import Proxies
from feedserver.http.errors import ErrorAnswers
from feedserver.http.headers import (
    CALENDAR,
    FEED_METHODS,
    HTML,
    REVALIDATE,
    HeaderPolicy,
    Headers,
    disposition,
    validators,
)
from feedserver.languages.catalogue import Languages
from feedserver.languages.language import Language
from feedserver.model.clock import Clock
from feedserver.model.errors import CredentialsRefused, FeedserverError, LinkForged, NotFound, TooManyForgedLinks
from feedserver.model.share import ShareKind, ShareStanding, Standing
from feedserver.services.busy_feeds import BusyFeed
from feedserver.services.feed_bodies import FeedVersion
from feedserver.services.feeds import FeedService, OffFeed, OpenShare
from feedserver.services.links import slug_of
from feedserver.services.usage import UsageService
from feedserver.web.conditional import is_unchanged, names_etag
from feedserver.web.negotiation import is_office, names_html, takes_gzip
from feedserver.web.page import Pages
from feedserver.web.share_page import SharePage, Visitor

Document = FeedVersion | OffFeed | BusyFeed

_READ = ("GET", "HEAD")
_AT_FEED = "feed"
_AT_BUSY = "busy"
_AT_PAGE = "page"
"""The same document under the page's address, where the answer also depends on Accept."""
_MIN_GZIP_BYTES = 1_000
_GZIP_LEVEL = 5
_ASKS_LANGUAGE = "Accept, Accept-Language"
"""What pages depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """What the deployment decides about feeds."""

    is_compressed: bool = True
    compresses_for_office: bool = False
    hides_off_shares: bool = False
    """Shares that are off answer 404, and their subscribers keep the last copy they fetched."""


@dataclass(slots=True)
class _Answers:
    """All answers of one document at one place, each made when it is first needed; they hold no body."""

    last_modified_s: int
    unchanged: Answer | None = None
    full: dict[bool, Answer] = field(default_factory=dict)
    """By whether the client takes gzip."""


class FeedFace:
    """Handlers of `/s/<token>/` and what is below it."""

    def __init__(
        self,
        feeds: FeedService,
        *,
        clock: Clock,
        policy: HeaderPolicy,
        errors: ErrorAnswers,
        proxies: Proxies,
        pages: Pages,
        share_page: SharePage,
        languages: Languages,
        options: FeedOptions,
        usage: UsageService,
    ) -> None:
        self._feeds = feeds
        self._usage = usage
        self._clock = clock
        self._policy = policy
        self._errors = errors
        self._proxies = proxies
        self._pages = pages
        self._share_page = share_page
        self._languages = languages
        self._options = options

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/<slug>.ics`: always the feed; the slug may be any (F3)."""
        if request.method not in _READ:
            return await self._other_method(request)
        return await self._feed(request, await self._opened(request), _AT_FEED)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/`: a page for who names text/html, the feed for everybody else."""
        if request.method not in _READ:
            return await self._other_method(request)
        if not names_html(request.headers.get("Accept", "")):
            return await self._feed(request, await self._opened(request), _AT_PAGE)
        try:
            return await self._page(request, await self._opened(request))
        except TooManyForgedLinks:
            raise
        except (CredentialsRefused, LinkForged, NotFound) as error:
            return self._error_page(request, error)

    async def busy(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/<slug>.ifb`: free/busy, never mixed with events (F72, F73)."""
        if request.method not in _READ:
            return await self._other_method(request)
        opened, standing, reader_id = await self._standing(request, await self._opened(request))
        if standing.standing is not Standing.LIVE:
            return self._off(request, opened, standing, _AT_FEED)
        feed = await self._feeds.busy(opened)
        self._count(request, opened, reader_id)
        answers = feed.faces.get(_AT_BUSY) or self._answers(feed, _AT_BUSY)
        if is_unchanged(request.headers, feed.etag, answers.last_modified_s):
            return self._unchanged(opened, feed, answers, _AT_BUSY).to(request)
        is_gzip = self._is_gzip(request)
        body = feed.text.gzip if is_gzip else feed.text.body
        return self._full(opened, feed, answers, _AT_BUSY, body, is_gzip=is_gzip).to(request, body)

    async def _opened(self, request: web.Request) -> OpenShare:
        """The share behind the link. Forged ones are counted by address; good ones are never held up (U15)."""
        token = request.match_info["token"]
        try:
            return self._feeds.recall(token) or await self._feeds.open(token)
        except LinkForged:
            self._feeds.note_forged(self._proxies.client_address(request))
            raise

    async def _other_method(self, request: web.Request) -> web.StreamResponse:
        """OPTIONS says what may be done; nothing else may, whatever its preconditions say (F9, F10)."""
        opened = await self._opened(request)
        request[SUBJECT] = subject("feed", opened.share.id)
        if request.method != "OPTIONS":
            return self._errors.wrong_method(FEED_METHODS).to(request)
        is_public = opened.share.kind is ShareKind.PUBLIC
        return self._policy.answer(200, headers=self._policy.preflight(is_public=is_public)).to(request)

    async def _standing(self, request: web.Request, opened: OpenShare) -> tuple[OpenShare, ShareStanding, str]:
        """What the share is to who asks, and who that is for the usage; a password only when there is one to protect.

        Checking one takes a while: the share is judged anew after it. Raises CredentialsRefused.
        """
        if not opened.needs_login:
            return opened, opened.standing, opened.link.recipient_id or ""
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
        return opened, self._feeds.standing_for(opened, account), account.id

    def _count(self, request: web.Request, opened: OpenShare, reader_id: str) -> None:
        """One fetch, whether by GET or HEAD, new or unchanged."""
        self._usage.count(opened.share.id, reader_id, request.headers.get("User-Agent", ""))

    async def _feed(self, request: web.Request, opened: OpenShare, place: str) -> web.StreamResponse:
        opened, standing, reader_id = await self._standing(request, opened)
        if standing.standing is not Standing.LIVE:
            return self._off(request, opened, standing, place)
        version = self._feeds.recall_version(opened)
        text = None
        if version is None:
            version, text = await self._feeds.render(opened)
        self._count(request, opened, reader_id)
        answers = version.faces.get(place) or self._answers(version, place)
        if is_unchanged(request.headers, version.etag, answers.last_modified_s):
            return self._unchanged(opened, version, answers, place).to(request)
        text = text or self._feeds.recall_text(version)
        if text is None:
            version, text = await self._feeds.render(opened)
            answers = version.faces.get(place) or self._answers(version, place)
        is_gzip = self._is_gzip(request)
        body = text.gzip if is_gzip else text.body
        return self._full(opened, version, answers, place, body, is_gzip=is_gzip).to(request, body)

    def _off(self, request: web.Request, opened: OpenShare, standing: ShareStanding, place: str) -> web.StreamResponse:
        """The data-free calendar. Only its own ETag makes it a 304: `*` and dates also fit the copy of a live feed."""
        if closed := self._closed(standing):
            request[SUBJECT] = subject("feed", opened.share.id)
            return closed.to(request)
        feed = self._feeds.off(opened, standing)
        answers = feed.faces.get(place) or self._answers(feed, place)
        wanted = request.headers.get("If-None-Match", "")
        if wanted.strip() != "*" and names_etag(wanted, feed.etag):
            return self._unchanged(opened, feed, answers, place).to(request)
        is_gzip = self._is_gzip(request)
        body = feed.text.gzip if is_gzip else feed.text.body
        return self._full(opened, feed, answers, place, body, is_gzip=is_gzip).to(request, body)

    def _closed(self, standing: ShareStanding) -> Answer | None:
        """The answer to who is not even told that it is over; None when they are told."""
        if self._options.hides_off_shares:
            return self._errors.not_found
        return self._errors.gone if standing.standing is Standing.GONE else None

    def _answers(self, document: Document, place: str) -> _Answers:
        answers = _Answers(int(document.last_modified_at.timestamp()))
        # A Last-Modified that was cut to the present is right for this request alone.
        if document.last_modified_at <= self._clock.now():
            document.faces[place] = answers
        return answers

    def _unchanged(self, opened: OpenShare, document: Document, answers: _Answers, place: str) -> Answer:
        """304 with the validators and what caches need, and no body (F12, O16)."""
        answer = answers.unchanged
        if answer is None:
            headers = self._headers(opened, document, place)
            answer = self._policy.answer(
                304, cache_control=REVALIDATE, headers=headers, subject=subject(place, opened.share.id)
            )
            answers.unchanged = answer
        return answer

    def _full(
        self,
        opened: OpenShare,
        document: Document,
        answers: _Answers,
        place: str,
        body: bytes,
        *,
        is_gzip: bool,
    ) -> Answer:
        answer = answers.full.get(is_gzip)
        if answer is None:
            is_named = not document.is_off and opened.share.kind is ShareKind.PUBLIC
            slug, name = (slug_of(opened.share), opened.share.name) if is_named else ("calendar", "")
            named = disposition(slug, name, "ifb" if place == _AT_BUSY else "ics")
            encoding = (("Content-Encoding", "gzip"),) if is_gzip else ()
            answer = self._policy.answer(
                200,
                content_type=CALENDAR,
                cache_control=REVALIDATE,
                headers=(
                    *self._headers(opened, document, place),
                    named,
                    ("Accept-Ranges", "none"),
                    *encoding,
                ),
                length_bytes=len(body),
                subject=subject(place, opened.share.id),
            )
            answers.full[is_gzip] = answer
        return answer

    def _headers(self, opened: OpenShare, document: Document, place: str) -> Headers:
        """What 200 and 304 have in common."""
        is_public = opened.share.kind is ShareKind.PUBLIC
        varies = [
            *(["Accept"] if place is _AT_PAGE else []),
            *(["Accept-Encoding"] if self._options.is_compressed else []),
            *([] if is_public and not document.is_off else ["Authorization"]),
        ]
        return (
            *validators(document.etag, document.last_modified_at, self._clock.now()),
            *((("Vary", ", ".join(varies)),) if varies else ()),
            *self._policy.cors(is_public=is_public),
        )

    def _is_gzip(self, request: web.Request) -> bool:
        """True when this client gets a compressed body."""
        if not self._options.is_compressed or not takes_gzip(request.headers.get("Accept-Encoding", "")):
            return False
        return self._options.compresses_for_office or not is_office(request.headers.get("User-Agent", ""))

    async def _page(self, request: web.Request, opened: OpenShare) -> web.StreamResponse:
        opened, standing, reader_id = await self._standing(request, opened)
        request[SUBJECT] = subject("page", opened.share.id)
        if standing.standing is not Standing.LIVE:
            return self._off_page(request, opened, standing)
        visitor = Visitor(
            query=request.query,
            language=self._language(request),
            is_on_phone="Mobi" in request.headers.get("User-Agent", ""),
        )
        body = await self._share_page.draw(opened, visitor)
        if body is None:
            return await self._page(request, await self._feeds.open(opened.token))
        self._count(request, opened, reader_id)
        return self._html(request, body, opened)

    def _off_page(self, request: web.Request, opened: OpenShare, standing: ShareStanding) -> web.StreamResponse:
        if self._options.hides_off_shares:
            return self._error_page(request, NotFound())
        language = self._language(request)
        if standing.standing is Standing.GONE:
            return self._html(request, self._pages.nothing(language), opened, status=410)
        return self._html(request, self._pages.off(standing.standing, language), opened)

    def _error_page(self, request: web.Request, error: FeedserverError) -> web.StreamResponse:
        """What apps are told in a word, for people: the same status and headers, and nothing more about the share."""
        language = self._language(request)
        is_refused = isinstance(error, CredentialsRefused)
        body = self._pages.refused(language) if is_refused else self._pages.nothing(language)
        return self._errors.with_page(error, body, vary=_ASKS_LANGUAGE).to(request)

    def _language(self, request: web.Request) -> Language:
        return self._languages.chosen(None, request.headers.get("Accept-Language", ""))

    def _html(self, request: web.Request, body: bytes, opened: OpenShare, *, status: int = 200) -> web.StreamResponse:
        varies = [
            _ASKS_LANGUAGE,
            *(["Accept-Encoding"] if self._options.is_compressed else []),
            *([] if opened.share.kind is ShareKind.PUBLIC else ["Authorization"]),
        ]
        headers = [("Vary", ", ".join(varies))]
        if len(body) >= _MIN_GZIP_BYTES and self._is_gzip(request):
            # Whoever can make others ask for this page knows its address, the only secret in it (no BREACH).
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        return self._policy.answer(status, body, content_type=HTML, headers=headers).to(request)
