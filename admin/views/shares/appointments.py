"""The appointments in a share, each with the way to its own page."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from admin.call import Call
from admin.forms.days import days_of
from admin.views.shares.day_plan import by_day, times
from admin.views.shares.share_page import share_of
from admin.views.shares.wording import ShareWords
from feedserver.model.agenda import ShownOccurrence


async def show(call: Call) -> web.StreamResponse:
    """Four weeks of them, or those among them that have all words searched for."""
    row, share = await share_of(call)
    today = call.office.clock.now().astimezone(ZoneInfo(call.office.timezone)).date()
    days = days_of(call.query.line("from"), today=today)
    agenda = await call.services.agenda.contents(share.id, start_on=days.start_on, end_on=days.end_on)
    wanted = call.query.line("q")
    found = [one for one in agenda.occurrences if _has_words(one, wanted)]
    return await call.page(
        "shares/appointments.html",
        row=row,
        share=share,
        words=ShareWords(call.language, call.office.timezone),
        wanted=wanted,
        days=days,
        agenda=agenda,
        plan=by_day(found),
        calendars={calendar.id: calendar for calendar in row.calendars},
        levels={entry.collection_id: entry.level for entry in share.entries},
        times=partial(times, language=call.language),
        path_of=_path,
        link=lambda day: "?" + urlencode({"from": day.isoformat(), **({"q": wanted} if wanted else {})}),
    )


def _has_words(one: ShownOccurrence, wanted: str) -> bool:
    text = " ".join((one.title, one.place, one.description, *one.categories)).casefold()
    return all(word in text for word in wanted.casefold().split())


def _path(one: ShownOccurrence) -> str:
    """Of the appointment's page."""
    instance = f"?{urlencode({'instance': one.source.instance})}" if one.source.instance else ""
    return f"/admin/calendars/{one.source.collection_id}/appointments/{quote(one.source.name, safe='')}/{instance}"
