"""`/s/<token>/embed/`: a public share inside the sites that its owner named."""

from __future__ import annotations

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.model.errors import LinkForged, NotFound, TooManyForgedLinks
from feedserver.model.share import ShareKind
from feedserver.services.feeds import OpenShare
from feedserver.web.door import Door
from feedserver.web.embed_page import EmbedPage
from feedserver.web.page_answers import PageAnswers
from feedserver.web.share_page import Visitor


class EmbedFace:
    """The only page that may be framed, by those sites and no others (threat A28)."""

    def __init__(self, *, door: Door, page: EmbedPage, page_answers: PageAnswers) -> None:
        self._door = door
        self._page = page
        self._page_answers = page_answers

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The calendar; a share that no site may show, or that asks for a login, has no such page."""
        if request.method not in ("GET", "HEAD"):
            return await self._door.other_method(request)
        try:
            return await self._shown(request, await self._opened(request))
        except TooManyForgedLinks:
            raise
        except (LinkForged, NotFound) as error:
            return self._page_answers.error(request, error)

    async def _opened(self, request: web.Request) -> OpenShare:
        opened = await self._door.open(request)
        if opened.share.kind is not ShareKind.PUBLIC or not opened.share.embed_hosts:
            raise NotFound
        return opened

    async def _shown(self, request: web.Request, opened: OpenShare) -> web.StreamResponse:
        request[SUBJECT] = subject("page", opened.share.id)
        reader = await self._door.enter(request, opened)
        if not reader.is_live:
            return self._page_answers.off(request, opened, reader.standing)
        language = self._page_answers.language(request)
        body = await self._page.draw(opened, Visitor(query=request.query, language=language, is_on_phone=False))
        if body is None:
            raise NotFound
        self._door.count(request, reader)
        return self._page_answers.html(request, body, opened, framed_by=opened.share.embed_hosts)
