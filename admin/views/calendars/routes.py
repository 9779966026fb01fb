"""Addresses of this area."""

from __future__ import annotations

from admin.route import Route, get, post
from admin.views.calendars import calendar_list, calendar_page, edit, export, from_file, import_, new, remove

ROUTES: tuple[Route, ...] = (
    get("/calendars/", calendar_list.show),
    get("/calendars/new", new.show),
    post("/calendars/new", new.make),
    get("/calendars/from-file", from_file.show),
    post("/calendars/from-file", from_file.take, takes_upload=True),
    get("/calendars/{id}/", calendar_page.show),
    get("/calendars/{id}/edit", edit.show),
    post("/calendars/{id}/edit", edit.change),
    get("/calendars/{id}/import", import_.show),
    post("/calendars/{id}/import", import_.take, takes_upload=True),
    get("/calendars/{id}/export.ics", export.send),
    get("/calendars/{id}/remove", remove.ask),
    post("/calendars/{id}/remove", remove.remove, is_sensitive=True),
)
