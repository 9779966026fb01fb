"""One request to the admin page: what every view gets, and what only this page has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from multidict import CIMultiDict

from admin.office import Office, Services
from feedserver.http.headers import SAME_ORIGIN, Headers
from feedserver.http.uploads import Upload, receive_upload
from feedserver.http.visit import Visit
from feedserver.model.session import SignedIn

PREFIX = "/admin"


class Call(Visit):
    """A visit to the admin page."""

    def __init__(self, office: Office, request: web.Request, signed_in: SignedIn | None) -> None:
        super().__init__(office, request, signed_in)
        self.office = office

    @property
    def services(self) -> Services:
        """The services behind the page."""
        return self.office.services

    @asynccontextmanager
    async def take_upload(self) -> AsyncIterator[Upload]:
        """Read a form with a file, which is there for as long as this lasts; the form is judged before its file comes.

        Raises FormUnreadable, CameFromElsewhere, TooLarge, StorageFull.
        """
        async with receive_upload(
            self.request,
            max_bytes=self.office.max_upload_bytes,
            folder=self.office.upload_dir,
            admit=self.admit,
        ) as upload:
            yield upload

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
        return super().see_other(PREFIX + path, **query)
