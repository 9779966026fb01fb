"""What the form of an appointment offers."""

from __future__ import annotations

from dataclasses import dataclass

from admin.call import Call
from admin.forms.appointment import KEPT_RULE, AppointmentForm
from admin.views.appointments.wording import AppointmentWords
from admin.views.calendars.choices import Choices, zones
from feedserver.model.appointment import Frequency, Scope, Status, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The choices, in the reader's language."""

    zones: Choices
    repeats: Choices
    weekdays: Choices
    """In the order in which the reader's week runs."""
    visibilities: list[tuple[str, str, str]]
    """With an empty hint each, as radio buttons want it."""
    statuses: Choices
    scopes: list[tuple[str, str, str]]
    """Empty for what is changed as a whole."""


def sheet_of(call: Call, typed: AppointmentForm, *, kept_rule: str = "", is_one: bool = False) -> Sheet:
    """`is_one`: one occurrence of several is looked at."""
    words, language = AppointmentWords(call.language), call.language
    week = [(language.first_weekday + place) % 7 for place in range(7)]
    nothing = (KEPT_RULE, call.say("By its own rule, as it is")) if kept_rule else ("", call.say("Does not repeat"))
    return Sheet(
        zones=[*zones(call, typed.timezone), ("", call.say("The same local time everywhere"))],
        repeats=[nothing, *((frequency, words.frequency(frequency)) for frequency in Frequency)],
        weekdays=[(str(day), language.weekday(day)) for day in week],
        visibilities=[(visibility, words.visibility(visibility), "") for visibility in Visibility],
        statuses=[(status, words.status(status)) for status in Status],
        scopes=[(scope, words.scope(scope), "") for scope in Scope] if is_one else [],
    )
