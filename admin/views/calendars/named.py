"""The calendar that an address names."""

from __future__ import annotations

from admin.call import Call
from feedserver.model.collection import Collection


async def named_calendar(call: Call) -> Collection:
    """By its id alone: a name in an address would find one thing today and another tomorrow. Raises NotFound."""
    calendar = await call.services.calendars.find(call.part("id"))
    if calendar.id != call.part("id"):
        raise call.not_found()
    return calendar
