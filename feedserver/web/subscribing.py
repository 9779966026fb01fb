"""Getting a share into one's own app: the page about it, narrower links, the QR code, the profile for Apple."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.http.basic_auth import read_credentials
from feedserver.http.headers import HeaderPolicy, disposition
from feedserver.http.qr import SVG, picture
from feedserver.http.templates import Templates
from feedserver.model.errors import CredentialsRefused, InvalidInput, LinkForged, NotFound, TooManyForgedLinks
from feedserver.model.share import ShareKind
from feedserver.services.feeds import FeedService, OpenShare
from feedserver.services.links import Links, ShareLink, slug_of
from feedserver.services.narrowing import Choices, can_narrow, choices, narrower_link
from feedserver.web.door import Door, Reader
from feedserver.web.mobileconfig import PROFILE, profile
from feedserver.web.page_answers import PageAnswers
from feedserver.web.views.subscription import subscription_of

MAX_CATEGORIES = 300
"""Offered on the page; more are no help to anybody."""

Show = Callable[[web.Request, OpenShare], Awaitable[web.StreamResponse]]


class SubscribeFace:
    """Handlers below `/s/<token>/` that are for people, and of which none has an effect (U27)."""

    def __init__(
        self,
        feeds: FeedService,
        *,
        door: Door,
        page_answers: PageAnswers,
        links: Links,
        policy: HeaderPolicy,
        templates: Templates,
        organisation: str,
    ) -> None:
        self._feeds = feeds
        self._door = door
        self._page_answers = page_answers
        self._links = links
        self._policy = policy
        self._templates = templates
        self._organisation = organisation

    async def page(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/subscribe/`: "Add to my calendar" alone, and narrower links where the share allows them."""
        return await self._shown(request, self._page)

    async def qr(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/qr.svg`: the address of the page, for a phone's camera."""
        return await self._shown(request, self._qr)

    async def mobileconfig(self, request: web.Request) -> web.StreamResponse:
        """`/s/<token>/<slug>.mobileconfig`: the profile that subscribes Apple's devices."""
        return await self._shown(request, self._mobileconfig)

    async def _shown(self, request: web.Request, show: Show) -> web.StreamResponse:
        """What a live share shows to who may see it; everybody else reads why not."""
        if request.method not in ("GET", "HEAD"):
            return await self._door.other_method(request)
        try:
            reader = await self._door.enter(request, await self._door.open(request))
            return await self._show(request, reader, show)
        except TooManyForgedLinks:
            raise
        except (CredentialsRefused, LinkForged, NotFound) as error:
            return self._page_answers.error(request, error)

    async def _show(self, request: web.Request, reader: Reader, show: Show) -> web.StreamResponse:
        request[SUBJECT] = subject("page", reader.opened.share.id)
        if not reader.is_live:
            return self._page_answers.off(request, reader.opened, reader.standing)
        return await show(request, reader.opened)

    async def _page(self, request: web.Request, opened: OpenShare) -> web.StreamResponse:
        link, ticked, fault = self._link(opened), None, None
        if can_narrow(opened):
            told = (await self._feeds.categories(opened))[:MAX_CATEGORIES]
            query = request.query
            ticked = choices(opened, told, query.getall("calendar", []), query.getall("category", []))
            try:
                link = self._narrower(opened, ticked) or link
            except InvalidInput as error:
                fault = error
        language = self._page_answers.language(request)
        body = self._templates.render(
            "calendar/subscribing.html",
            language,
            name=opened.share.name,
            organisation=self._organisation,
            subscription=subscription_of(opened, link, request.headers.get("User-Agent", "")),
            narrowing=ticked if ticked and ticked.is_worthwhile else None,
            is_narrower=link != self._link(opened),
            whole_path=urlsplit(self._link(opened).page_url).path,
            fault=language.error(fault) if fault else "",
        )
        return self._page_answers.html(request, body, opened, status=422 if fault else 200)

    def _link(self, opened: OpenShare) -> ShareLink:
        return self._links.of_token(opened.token, slug_of(opened.share))

    def _narrower(self, opened: OpenShare, ticked: Choices) -> ShareLink | None:
        """The link that shows what is ticked; None when that is everything. Raises InvalidInput."""
        narrower = narrower_link(opened, ticked)
        return self._links.of_link(narrower, opened.share) if narrower else None

    async def _qr(self, request: web.Request, opened: OpenShare) -> web.StreamResponse:
        body = picture(self._link(opened).page_url)
        return self._policy.answer(200, body, content_type=SVG).to(request)

    async def _mobileconfig(self, request: web.Request, opened: OpenShare) -> web.StreamResponse:
        """The user name in it is the one that the visitor has just logged in with."""
        credentials = read_credentials(request.headers.getall("Authorization", [])) if opened.needs_login else None
        share, language = opened.share, self._page_answers.language(request)
        told = language.gettext("Shows the calendar {name} on this device and keeps it up to date.", name=share.name)
        body = profile(
            opened.link,
            self._link(opened).feed_url,
            name=share.name,
            description=told,
            organisation=self._organisation,
            login=credentials.login if credentials and credentials.login.isprintable() else "",
        )
        named = disposition(
            slug_of(share),
            share.name if share.kind is ShareKind.PUBLIC else "",
            "mobileconfig",
            is_attachment=True,
        )
        return self._policy.answer(200, body, content_type=PROFILE, headers=(named,)).to(request)
