"""One calendar: what it is, and who sees it."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.calendars.named import named_calendar
from feedserver.languages.zone_names import zone_label

MAX_SHARES = 50
"""How many of its shares the page names."""


async def show(call: Call) -> web.StreamResponse:
    """The page."""
    calendar = await named_calendar(call)
    shares = await call.services.calendars.shares_of(calendar.id)
    owner = await call.services.accounts.find(calendar.owner_id) if calendar.owner_id else None
    return await call.page(
        "calendars/page.html",
        calendar=calendar,
        zone_name=zone_label(calendar.timezone, call.language.code),
        owner=owner,
        shares=shares[:MAX_SHARES],
        share_count=len(shares),
    )
