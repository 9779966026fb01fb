"""A row of the table of contents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from admin.call import Call

View = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method at one address."""

    method: Literal["GET", "POST"]
    """GET answers HEAD as well, and changes nothing (threat A04)."""
    path: str
    """Below `/admin`, with `{parts}`."""
    view: View
    is_open: bool = False
    """May be asked for without a login; all others are for admins alone (threat A09)."""
    is_sensitive: bool = False
    """Asks for the password again when it was last given too long ago (threat A29)."""
    takes_upload: bool = False
    """The view reads the body itself: it is not a form."""


def get(path: str, view: View, *, is_open: bool = False) -> Route:
    """A page."""
    return Route(method="GET", path=path, view=view, is_open=is_open)


def post(
    path: str, view: View, *, is_open: bool = False, is_sensitive: bool = False, takes_upload: bool = False
) -> Route:
    """An action."""
    return Route(
        method="POST",
        path=path,
        view=view,
        is_open=is_open,
        is_sensitive=is_sensitive,
        takes_upload=takes_upload,
    )
