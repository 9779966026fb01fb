"""The appointments of a calendar, day by day."""

from __future__ import annotations

from datetime import date
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from admin.call import Call
from admin.forms.days import days_of
from admin.views.appointments.named import path_of
from admin.views.appointments.wording import AppointmentWords
from admin.views.calendars.named import named_calendar
from admin.views.shares.day_plan import by_day, times
from feedserver.languages.zone_names import zone_label

PER_PAGE = 100
MAX_TEXT_CHARS = 200


async def show(call: Call) -> web.StreamResponse:
    """From a day on, all of them or those that have all words searched for."""
    calendar = await named_calendar(call)
    today = call.office.clock.now().astimezone(ZoneInfo(calendar.timezone)).date()
    days = days_of(call.query.line("from"), today=today)
    wanted = call.query.line("q")[:MAX_TEXT_CHARS]
    found = await call.services.appointments.list(calendar.id, start_on=days.start_on, words=wanted, limit=PER_PAGE)
    return await call.page(
        "appointments/list.html",
        calendar=calendar,
        days=days,
        today=today,
        wanted=wanted,
        plan=by_day(found.rows),
        next_on=found.next_on,
        words=AppointmentWords(call.language),
        times=partial(times, language=call.language),
        path_of=path_of,
        link=partial(_address, wanted),
        zone_name=zone_label(calendar.timezone, call.language.code),
    )


def _address(wanted: str, day: date) -> str:
    return "?" + urlencode({"from": day.isoformat(), **({"q": wanted} if wanted else {})})
