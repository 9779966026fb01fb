"""What is on in the village of the sample: enough of everything that a calendar can show, around a given day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from feedserver.model.appointment import (
    AppointmentFields,
    Frequency,
    MonthDay,
    Repetition,
    Status,
    Visibility,
)

_PAST_WEEKS = 8
"""For how long series have been going on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """Where and when the events take place."""

    monday: date
    """Of the week that they are laid around."""
    timezone: str

    def timed(
        self, day: int, clock: str, minutes: int, title: str, place: str, *, words: str = ""
    ) -> AppointmentFields:
        """An event that begins `day` days after that Monday at `clock`, such as "19:30"; `words` describe it."""
        start = datetime.combine(self.monday + timedelta(days=day), time.fromisoformat(clock))
        return AppointmentFields(
            title=title,
            start=start,
            end=start + timedelta(minutes=minutes),
            timezone=self.timezone,
            place=place,
            description=words,
        )

    def days(self, day: int, number: int, title: str, place: str = "", *, words: str = "") -> AppointmentFields:
        """An event of `number` whole days."""
        start = self.monday + timedelta(days=day)
        return AppointmentFields(
            title=title,
            start=start,
            end=start + timedelta(days=number),
            timezone=None,
            place=place,
            description=words,
        )


def sample_events(today: date, timezone: str) -> Iterator[AppointmentFields]:
    """Some thirty of them, from two weeks before to six weeks after `today`; series began earlier and do not end."""
    stage = _Stage(monday=today - timedelta(days=today.weekday()), timezone=timezone)
    yield from _series(stage)
    yield from _this_week(stage)
    yield from _other_weeks(stage)
    yield from _whole_days(stage)
    yield from _special(stage)


def _series(stage: _Stage) -> Iterator[AppointmentFields]:
    yield _weekly(
        stage.timed(0, "20:00", 90, "Choir rehearsal", "Music school, hall", words="New voices are welcome."), "Music"
    )
    yield _weekly(stage.timed(1, "16:00", 60, "Story time", "Library", words="For children from 4 to 8."), "Children")
    yield _weekly(stage.timed(1, "18:30", 75, "Yoga in the park", "Park, behind the pond"), "Sport")
    yield _weekly(stage.timed(2, "15:00", 120, "Repair café", "Fire station, upper floor"), "Neighbours")
    yield _weekly(stage.timed(3, "19:00", 90, "Football training", "Sports ground"), "Sport")
    yield _weekly(
        stage.timed(5, "08:00", 300, "Farmers' market", "Church square", words="Stalls: https://example.org/market"),
        "Market",
    )
    yield _weekly(stage.timed(6, "10:00", 60, "Brass band, morning concert", "Bandstand"), "Music", interval=2)
    council = stage.timed(3, "19:30", 120, "Council meeting", "Town hall, room 1", words="Everybody may listen.")
    yield _repeated(council, Repetition(frequency=Frequency.MONTHLY, month_day=MonthDay.WEEKDAY), "Council", weeks=8)


def _this_week(stage: _Stage) -> Iterator[AppointmentFields]:
    yield stage.timed(0, "09:00", 45, "Guided tour of the old mill", "Mill lane 3")
    yield stage.timed(1, "17:30", 90, "Homework club", "Library")
    yield stage.timed(2, "15:30", 90, "Knitting circle", "Café Linden")
    yield stage.timed(2, "16:00", 60, "Chess for beginners", "Library")
    yield stage.timed(
        3, "18:00", 60, "Advice for tenants", "Town hall, room 4", words="Please call first: tel:+15550100"
    )
    yield stage.timed(4, "19:30", 150, "Film night 🎬", "Barn", words="Admission is free. Bring a blanket.")
    yield stage.timed(5, "14:00", 120, "Children's theatre: The Snow Fox", "School, gym")
    yield stage.timed(6, "15:00", 180, "Coffee and cake", "Parish hall")


def _other_weeks(stage: _Stage) -> Iterator[AppointmentFields]:
    yield stage.timed(-12, "18:00", 90, "First aid, refresher", "Fire station")
    yield stage.timed(-9, "11:00", 240, "Flea market", "School yard")
    yield stage.timed(-4, "19:00", 120, "Reading: Letters from the sea", "Library")
    yield stage.timed(
        9, "19:30", 120, "Public hearing: new cycle path", "Town hall, hall", words="mailto:council@example.org"
    )
    yield stage.timed(12, "17:00", 240, "Street party", "Garden street")
    yield stage.timed(17, "20:00", 120, "Concert: village orchestra", "Church")
    yield stage.timed(24, "14:00", 180, "Open day of the fire brigade 🚒", "Fire station")
    yield stage.timed(38, "19:00", 90, "Meeting of the clubs", "Town hall, room 1")


def _whole_days(stage: _Stage) -> Iterator[AppointmentFields]:
    fair = stage.days(4, 3, "Village fair", "Fairground", words="Rides, music and food. https://example.org/fair")
    yield replace(fair, categories=("Market", "Music"))
    yield replace(stage.days(8, 1, "Paper and cardboard collection"), is_busy=False)
    yield stage.days(-7, 12, "Exhibition: 100 years of photographs", "Town hall, foyer")


def _special(stage: _Stage) -> Iterator[AppointmentFields]:
    """One across midnight, one that only its owner may read, one that may not be, one that will not."""
    yield stage.timed(5, "21:00", 270, "Dance at the fair", "Fairground, big tent", words="Until half past one.")
    private = stage.timed(
        2, "10:00", 60, "Talk with the mayor", "Town hall", words="Nobody reads this but who keeps the calendar."
    )
    yield replace(private, visibility=Visibility.PRIVATE)
    yield replace(stage.timed(10, "18:30", 60, "Stargazing", "Hill above the mill"), status=Status.TENTATIVE)
    yield replace(stage.timed(4, "16:00", 60, "Boat trip", "Landing stage"), status=Status.CANCELLED)


def _weekly(first: AppointmentFields, category: str, *, interval: int = 1) -> AppointmentFields:
    rule = Repetition(frequency=Frequency.WEEKLY, interval=interval, weekdays=(first.start.weekday(),))
    return _repeated(first, rule, category, weeks=_PAST_WEEKS)


def _repeated(first: AppointmentFields, rule: Repetition, category: str, *, weeks: int) -> AppointmentFields:
    """The series that began `weeks` weeks before `first`."""
    back = timedelta(weeks=weeks)
    return replace(first, start=first.start - back, end=first.end - back, repetition=rule, categories=(category,))
