"""Addresses of these pages."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from feedserver.web.personal import forgot, login, logout, own_account, shared_list, shared_one
from feedserver.web.personal.reception import Route

_SHARE = "/shared/{share:[0-9a-f]{32}}/"
_KEYS = _SHARE + "keys"

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/account/login", view=login.show, is_open=True),
    Route(method="POST", path="/account/login", view=login.enter, is_open=True),
    Route(method="POST", path="/account/logout", view=logout.leave, is_open=True),
    Route(method="GET", path="/account/forgot", view=forgot.show, is_open=True),
    Route(method="POST", path="/account/forgot", view=forgot.ask, is_open=True),
    Route(method="GET", path="/shared/", view=shared_list.show, takes_basic=True),
    Route(method="GET", path="/shared/account/", view=own_account.show),
    Route(method="POST", path="/shared/account/choices", view=own_account.save),
    Route(method="POST", path="/shared/account/password", view=own_account.change_password),
    Route(method="POST", path="/shared/account/sessions", view=own_account.end_session),
    Route(method="GET", path=_SHARE, view=shared_one.show, takes_basic=True),
    Route(method="POST", path=_KEYS, view=shared_one.make_key, takes_basic=True, is_sensitive=True),
    Route(method="POST", path=f"{_KEYS}/show", view=shared_one.show_keys, is_sensitive=True),
    Route(method="POST", path=_KEYS + "/{key:[0-9a-f]{32}}/end", view=shared_one.end_key, takes_basic=True),
)

BY_PATH: tuple[tuple[str, tuple[Route, ...]], ...] = tuple(
    (path, tuple(routes)) for path, routes in groupby(ROUTES, key=attrgetter("path"))
)
"""Each address with the methods it takes."""
