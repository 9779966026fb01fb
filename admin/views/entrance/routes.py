"""Addresses of the way in and out, and of one's own account."""

from __future__ import annotations

from admin.route import Route, get, post
from admin.views.entrance import login, logout, me, setup

ROUTES: tuple[Route, ...] = (
    get("/setup/{token}", setup.show, is_open=True),
    post("/setup/{token}", setup.finish, is_open=True),
    get("/login", login.show, is_open=True),
    post("/login", login.enter, is_open=True),
    post("/logout", logout.leave, is_open=True),
    get("/me/", me.show),
    post("/me/details", me.save),
    post("/me/password", me.change_password),
    post("/me/sessions", me.end_session),
)
