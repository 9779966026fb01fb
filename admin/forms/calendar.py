"""The form of a calendar: what was typed, and the values it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from feedserver.http.forms import Form
from feedserver.model.collection import Collection
from feedserver.services.calendars import CalendarChanges

FIRST_COLOR = "#3366cc"
"""What a browser's colour field begins with: it cannot be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarForm:
    """Everything as it stands in the fields, so that a page with faults loses nothing."""

    name: str = ""
    has_color: bool = True
    color: str = FIRST_COLOR
    timezone: str = ""
    """IANA name."""
    description: str = ""
    owner: str = ""
    """Login; empty for the organisation's."""


def read(form: Form) -> CalendarForm:
    """What a browser sent. Fields that are none of this form's are left alone (threat A14)."""
    return CalendarForm(
        name=form.line("name"),
        has_color=form.is_ticked("has_color"),
        color=form.line("color", FIRST_COLOR),
        timezone=form.line("timezone"),
        description=form.text("description"),
        owner=form.line("owner"),
    )


def typed_of(calendar: Collection) -> CalendarForm:
    """The form filled with what the calendar is."""
    return CalendarForm(
        name=calendar.name,
        has_color=calendar.color is not None,
        color=(calendar.color or FIRST_COLOR).lower(),
        timezone=calendar.timezone,
        description=calendar.description,
    )


def changes_of(typed: CalendarForm) -> CalendarChanges:
    """What the fields say; the service judges it."""
    return CalendarChanges(
        name=typed.name,
        color=typed.color if typed.has_color else None,
        timezone=typed.timezone,
        description=typed.description,
    )
