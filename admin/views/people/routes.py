"""Addresses of this area."""

from __future__ import annotations

from admin.route import Route

ROUTES: tuple[Route, ...] = ()
