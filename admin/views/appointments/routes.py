"""Addresses of this area."""

from __future__ import annotations

from admin.route import Route, get, post
from admin.views.appointments import appointment_list, appointment_page, delete, edit, new

_ALL = "/calendars/{id}/appointments"
_ONE = _ALL + "/{name:[^/]+}"

ROUTES: tuple[Route, ...] = (
    get(f"{_ALL}/", appointment_list.show),
    get(f"{_ALL}/new", new.show),
    post(f"{_ALL}/new", new.make),
    get(f"{_ONE}/", appointment_page.show),
    get(f"{_ONE}/edit", edit.show),
    post(f"{_ONE}/edit", edit.change),
    get(f"{_ONE}/delete", delete.ask),
    post(f"{_ONE}/delete", delete.delete),
)
