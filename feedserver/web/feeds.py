"""The feed of a share, and its page: what stands behind a signed link.

The order is the contract's: signature, state, credentials, validators, body.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.http.answer import Answer
from feedserver.http.errors import ErrorAnswers
from feedserver.http.headers import (
    CALENDAR,
    REVALIDATE,
    HeaderPolicy,
    Headers,
    disposition,
    validators,
)
from feedserver.model.clock import Clock
from feedserver.model.errors import CredentialsRefused, LinkForged, NotFound, TooManyForgedLinks
from feedserver.model.share import ShareKind, ShareStanding, Standing
from feedserver.services.busy_feeds import BusyFeed
from feedserver.services.feed_bodies import FeedVersion
from feedserver.services.feeds import FeedService, OffFeed, OpenShare
from feedserver.services.links import slug_of
from feedserver.web.conditional import is_unchanged, names_etag
from feedserver.web.door import Door
from feedserver.web.negotiation import FeedOptions, names_html, wants_gzip
from feedserver.web.page_answers import PageAnswers
from feedserver.web.share_page import SharePage, Visitor

Document = FeedVersion | OffFeed | BusyFeed

_READ = ("GET", "HEAD")
_AT_FEED = "feed"
_AT_BUSY = "busy"
_AT_DOWNLOAD = "download"
_AT_PAGE = "page"
"""The same document under the page's address, where the answer also depends on Accept."""


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
        door: Door,
        page_answers: PageAnswers,
        share_page: SharePage,
        clock: Clock,
        policy: HeaderPolicy,
        errors: ErrorAnswers,
        options: FeedOptions,
    ) -> None:
        self._feeds = feeds
        self._door = door
        self._page_answers = page_answers
        self._share_page = share_page
        self._clock = clock
        self._policy = policy
        self._errors = errors
        self._options = options

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/<slug>.ics`: always the feed; the slug may be any (F3)."""
        if request.method not in _READ:
            return await self._door.other_method(request)
        return await self._feed(request, await self._door.open(request), _AT_FEED)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/download/<slug>.ics`: the same for who wants a file, kept apart from subscribing."""
        if request.method not in _READ:
            return await self._door.other_method(request)
        return await self._feed(request, await self._door.open(request), _AT_DOWNLOAD)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/`: a page for who names text/html, the feed for everybody else."""
        if request.method not in _READ:
            return await self._door.other_method(request)
        if not names_html(request.headers.get("Accept", "")):
            return await self._feed(request, await self._door.open(request), _AT_PAGE)
        try:
            return await self._page(request, await self._door.open(request))
        except TooManyForgedLinks:
            raise
        except (CredentialsRefused, LinkForged, NotFound) as error:
            return self._page_answers.error(request, error)

    async def busy(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/<slug>.ifb`: free/busy, never mixed with events (F72, F73)."""
        if request.method not in _READ:
            return await self._door.other_method(request)
        reader = await self._door.enter(request, await self._door.open(request))
        opened = reader.opened
        if not reader.is_live:
            return self._off(request, opened, reader.standing, _AT_FEED)
        feed = await self._feeds.busy(opened)
        self._door.count(request, reader)
        answers = feed.faces.get(_AT_BUSY) or self._answers(feed, _AT_BUSY)
        if is_unchanged(request.headers, feed.etag, answers.last_modified_s):
            return self._unchanged(opened, feed, answers, _AT_BUSY).to(request)
        is_gzip = wants_gzip(request, self._options)
        body = feed.text.gzip if is_gzip else feed.text.body
        return self._full(opened, feed, answers, _AT_BUSY, body, is_gzip=is_gzip).to(request, body)

    async def _feed(self, request: web.Request, opened: OpenShare, place: str) -> web.StreamResponse:
        reader = await self._door.enter(request, opened)
        opened = reader.opened
        if not reader.is_live:
            return self._off(request, opened, reader.standing, place)
        version = self._feeds.recall_version(opened)
        text = None
        if version is None:
            version, text = await self._feeds.render(opened)
        self._door.count(request, reader)
        answers = version.faces.get(place) or self._answers(version, place)
        if is_unchanged(request.headers, version.etag, answers.last_modified_s):
            return self._unchanged(opened, version, answers, place).to(request)
        text = text or self._feeds.recall_text(version)
        if text is None:
            version, text = await self._feeds.render(opened)
            answers = version.faces.get(place) or self._answers(version, place)
        is_gzip = wants_gzip(request, self._options)
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
        is_gzip = wants_gzip(request, self._options)
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
            suffix = "ifb" if place == _AT_BUSY else "ics"
            named = disposition(slug, name, suffix, is_attachment=place == _AT_DOWNLOAD)
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

    async def _page(self, request: web.Request, opened: OpenShare) -> web.StreamResponse:
        reader = await self._door.enter(request, opened)
        opened = reader.opened
        request[SUBJECT] = subject("page", opened.share.id)
        if not reader.is_live:
            return self._page_answers.off(request, opened, reader.standing)
        agent = request.headers.get("User-Agent", "")
        language = self._page_answers.language(request)
        visitor = Visitor(query=request.query, language=language, is_on_phone="Mobi" in agent, agent=agent)
        body = await self._share_page.draw(opened, visitor)
        if body is None:
            return await self._page(request, await self._feeds.open(opened.token))
        if request.headers.get("Sec-Fetch-Site") != "same-origin":  # paging through what is open is no other visit
            self._door.count(request, reader)
        return self._page_answers.html(request, body, opened)
