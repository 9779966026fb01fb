"""Addresses of this area."""

from __future__ import annotations

from admin.route import Route, get, post
from admin.views.mail import mail_list, retry

ROUTES: tuple[Route, ...] = (
    get("/mail/", mail_list.show),
    post("/mail/retry", retry.retry),
)
