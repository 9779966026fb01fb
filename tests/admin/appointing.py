"""Appointments as the tests about their pages make them and look at them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from feedserver.model.appointment import Appointment, AppointmentFields, Frequency, Repetition
from feedserver.model.collection import Collection
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of
from tests.premises import Premises

TUESDAY = datetime.fromisoformat("2026-11-24T18:00")
EVERY_TUESDAY = Repetition(frequency=Frequency.WEEKLY, weekdays=(1,), count=5)


async def an_appointment(premises: Premises, calendar: Collection, **changes: Any) -> Appointment:
    """An hour on a Tuesday evening in Berlin."""
    start = changes.pop("start", TUESDAY)
    fields = AppointmentFields(
        **{
            "title": "Meeting",
            "start": start,
            "end": start + timedelta(hours=1),
            "timezone": "Europe/Berlin",
            **changes,
        }
    )
    return await premises.appointments.create(calendar.id, fields)


def path(appointment: Appointment, action: str = "", instance: str = "") -> str:
    """Below `/admin`."""
    query = f"?instance={instance}" if instance else ""
    return f"/calendars/{appointment.calendar_id}/appointments/{appointment.name}/{action}{query}"


async def opened(visitor: Visitor, address: str) -> dict[str, list[str]]:
    """The form at an address, as a browser would send it untouched."""
    answer = await visitor.get(address)
    assert answer.status == 200, await answer.text()
    return form_of(await answer.text(), f"/admin{address}")


async def starts(premises: Premises, calendar: Collection) -> list[tuple[str, str]]:
    """(title, local start) of all that a calendar shows from Tuesday on."""
    found = await premises.appointments.list(calendar.id, start_on=TUESDAY.date())
    return [(row.title, row.start.strftime("%m-%d %H:%M")) for row in found.rows]
