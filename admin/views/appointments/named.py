"""The appointment that an address names, and addresses of appointments."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from admin.call import Call
from feedserver.model.appointment import Appointment
from feedserver.model.collection import Collection

MAX_INSTANCE_CHARS = 40


async def named_appointment(call: Call, calendar: Collection) -> Appointment:
    """The one that the path names, or the occurrence of it that the query does. Raises NotFound."""
    return await call.services.appointments.find(calendar.id, call.part("name"), named_instance(call))


def named_instance(call: Call) -> str | None:
    """Which occurrence is meant; None for all of the appointment."""
    return call.query.line("instance")[:MAX_INSTANCE_CHARS] or None


def path_of(calendar_id: str, name: str, instance: str | None = None, action: str = "") -> str:
    """Below `/admin`: the page of an appointment, or of what is done to it."""
    query = f"?{urlencode({'instance': instance})}" if instance else ""
    return f"/calendars/{calendar_id}/appointments/{quote(name, safe='')}/{action}{query}"
