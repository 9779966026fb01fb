"""Two people edit one appointment: the second sees both versions, and loses nothing of what was typed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from admin.call import Call
from admin.forms.appointment import KEPT_RULE, AppointmentForm, fields_of
from admin.views.appointments.named import path_of
from admin.views.appointments.sheet import sheet_of
from admin.views.appointments.wording import AppointmentWords
from feedserver.model.appointment import Appointment, Scope
from feedserver.model.collection import Collection
from feedserver.model.errors import FeedserverError


async def show_both(
    call: Call, calendar: Collection, typed: AppointmentForm, current: Appointment
) -> web.StreamResponse:
    """Both versions, field by field, and the form to save the second over the first."""
    words = AppointmentWords(call.language)
    fields, _ = fields_of(typed)
    mine = words.texts(fields, current.foreign_rule if typed.repeat == KEPT_RULE else "")
    theirs = words.texts(current.fields, current.foreign_rule)
    is_one = current.is_repeating and current.instance is not None
    return await call.page(
        "appointments/conflict.html",
        status=409,
        calendar=calendar,
        appointment=current,
        title=words.title(current.fields.title),
        differences=words.differences(mine, theirs),
        typed=typed,
        scope=call.form.text("scope", Scope.THIS),
        etag=current.etag,
        faults={},
        sheet=sheet_of(call, typed, kept_rule=current.foreign_rule, is_one=is_one),
        path_of=path_of,
    )


async def show_deleted(
    call: Call,
    calendar: Collection,
    typed: AppointmentForm,
    faults: Mapping[str, FeedserverError] | None = None,
) -> web.StreamResponse:
    """What was typed, in the form of a new appointment: the old one is gone."""
    is_one = call.form.text("scope") == Scope.THIS
    again = replace(typed, repeat="") if is_one or typed.repeat == KEPT_RULE else typed
    return await call.page(
        "appointments/new.html",
        status=409,
        calendar=calendar,
        typed=again,
        faults={name: call.language.error(fault) for name, fault in (faults or {}).items()},
        sheet=sheet_of(call, again),
        form_key=secrets.token_hex(16),
        is_again=True,
    )
