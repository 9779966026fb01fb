"""Addresses of this area."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.route import Route, get, post
from admin.views.shares import (
    act,
    appointments,
    edit,
    made,
    mail,
    new,
    preview,
    qr,
    restore,
    revoke,
    rotate,
    share_list,
    share_page,
    texts,
)


async def home(call: Call) -> web.StreamResponse:
    """The admin page opens with the shares."""
    return call.see_other("/shares/")


ROUTES: tuple[Route, ...] = (
    get("/", home),
    get("/shares/", share_list.show),
    post("/shares/act", act.act),
    post("/shares/restore", restore.restore),
    get("/shares/new", new.show),
    post("/shares/new", new.submit),
    get("/shares/{id}/", share_page.show),
    get("/shares/{id}/made", made.show),
    get("/shares/{id}/edit", edit.show),
    post("/shares/{id}/edit", edit.submit),
    get("/shares/{id}/rotate", rotate.show),
    post("/shares/{id}/rotate", rotate.rotate),
    get("/shares/{id}/mail", mail.show),
    post("/shares/{id}/mail", mail.send),
    get("/shares/{id}/texts", texts.show),
    post("/shares/{id}/texts", texts.show, is_sensitive=True),
    get("/shares/{id}/preview", preview.show),
    get("/shares/{id}/appointments", appointments.show),
    get("/shares/{id}/qr.svg", qr.show),
    post("/shares/{id}/recipients/{recipient}/revoke", revoke.revoke),
)
