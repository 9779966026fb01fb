"""The table of contents: every address of the admin page, below `/admin`, and the view behind it."""

from __future__ import annotations

from admin.route import Route
from admin.views.appointments.routes import ROUTES as APPOINTMENTS
from admin.views.calendars.routes import ROUTES as CALENDARS
from admin.views.entrance.routes import ROUTES as ENTRANCE
from admin.views.mail.routes import ROUTES as MAIL
from admin.views.people.routes import ROUTES as PEOPLE
from admin.views.shares.routes import ROUTES as SHARES

ROUTES: tuple[Route, ...] = (*ENTRANCE, *SHARES, *CALENDARS, *APPOINTMENTS, *PEOPLE, *MAIL)
