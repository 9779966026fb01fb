"""Answers that people read: the pages below a link, what a share that is off says, and errors in words."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from feedserver.http.errors import ErrorAnswers
from feedserver.http.headers import HTML, HeaderPolicy
from feedserver.languages.catalogue import Languages
from feedserver.languages.language import Language
from feedserver.model.errors import CredentialsRefused, FeedserverError, NotFound
from feedserver.model.share import ShareKind, ShareStanding, Standing
from feedserver.services.feeds import OpenShare
from feedserver.web.negotiation import FeedOptions, wants_gzip
from feedserver.web.page import Pages

_MIN_GZIP_BYTES: Final = 1_000
_GZIP_LEVEL: Final = 5
_ASKS_LANGUAGE: Final = "Accept, Accept-Language"
"""What pages depend on."""


class PageAnswers:
    """Makes them, each in the visitor's language."""

    def __init__(
        self,
        pages: Pages,
        *,
        languages: Languages,
        policy: HeaderPolicy,
        errors: ErrorAnswers,
        options: FeedOptions,
    ) -> None:
        self._pages = pages
        self._languages = languages
        self._policy = policy
        self._errors = errors
        self._options = options

    def language(self, request: web.Request) -> Language:
        """The one the browser asks for."""
        return self._languages.chosen(None, request.headers.get("Accept-Language", ""))

    def off(self, request: web.Request, opened: OpenShare, standing: ShareStanding) -> web.StreamResponse:
        """The page of a share that is off."""
        if self._options.hides_off_shares:
            return self.error(request, NotFound())
        language = self.language(request)
        if standing.standing is Standing.GONE:
            return self.html(request, self._pages.nothing(language), opened, status=410)
        return self.html(request, self._pages.off(standing.standing, language), opened)

    def error(self, request: web.Request, error: FeedserverError) -> web.StreamResponse:
        """What apps are told in a word, for people: the same status and headers, and nothing more about the share."""
        language = self.language(request)
        is_refused = isinstance(error, CredentialsRefused)
        body = self._pages.refused(language) if is_refused else self._pages.nothing(language)
        return self._errors.with_page(error, body, vary=_ASKS_LANGUAGE).to(request)

    def html(
        self,
        request: web.Request,
        body: bytes,
        opened: OpenShare,
        *,
        status: int = 200,
        framed_by: Sequence[str] = (),
    ) -> web.StreamResponse:
        """A page about that share; `framed_by`: origins of the sites that may show it inside theirs."""
        varies = [
            _ASKS_LANGUAGE,
            *(["Accept-Encoding"] if self._options.is_compressed else []),
            *([] if opened.share.kind is ShareKind.PUBLIC else ["Authorization"]),
        ]
        headers = [("Vary", ", ".join(varies))]
        if len(body) >= _MIN_GZIP_BYTES and wants_gzip(request, self._options):
            # Whoever can make others ask for this page knows its address, the only secret in it (no BREACH).
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        answer = self._policy.answer(status, body, content_type=HTML, headers=headers, framed_by=framed_by)
        return answer.to(request)
