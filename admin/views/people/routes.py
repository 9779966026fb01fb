"""Addresses of users and contacts."""

from __future__ import annotations

from admin.route import Route, get, post
from admin.views.people import (
    contact_act,
    contact_list,
    contact_page,
    user_act,
    user_edit,
    user_list,
    user_new,
    user_page,
    user_text,
)

_CONTACT = "/contacts/{email:[^/]+}"
"""Whatever stands in an address: braces, too, which a plain `{email}` would not take."""

ROUTES: tuple[Route, ...] = (
    get("/users/", user_list.show),
    get("/users/new", user_new.show),
    post("/users/new", user_new.submit),
    get("/users/{id}/", user_page.show),
    get("/users/{id}/edit", user_edit.show),
    post("/users/{id}/edit", user_edit.submit),
    post("/users/{id}/invite", user_act.invite),
    post("/users/{id}/reset", user_act.reset, is_sensitive=True),
    post("/users/{id}/link", user_page.show_link, is_sensitive=True),
    post("/users/{id}/text", user_text.show, is_sensitive=True),
    post("/users/{id}/activate", user_act.activate),
    post("/users/{id}/deactivate", user_act.deactivate, is_sensitive=True),
    post("/users/{id}/remove", user_act.remove, is_sensitive=True),
    get("/contacts/", contact_list.show),
    get(f"{_CONTACT}/", contact_page.show),
    post(f"{_CONTACT}/{{recipient}}/resend", contact_act.resend),
    post(f"{_CONTACT}/{{recipient}}/revoke", contact_act.revoke),
)
