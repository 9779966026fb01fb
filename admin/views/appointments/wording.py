"""What appointments are, in words: when they are, how they repeat, who sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.languages.repetition import words_of
from feedserver.languages.zone_names import zone_label
from feedserver.model.appointment import AppointmentFields, Frequency, Scope, Status, Visibility

_DAY = timedelta(days=1)
_VISIBILITIES = {
    Visibility.PUBLIC: message("Public: shares show it as they show others"),
    Visibility.PRIVATE: message("Private: every share shows a busy time only"),
    Visibility.CONFIDENTIAL: message("Confidential: every share shows a busy time only"),
}
_STATUSES = {
    Status.NONE: message("Not said"),
    Status.CONFIRMED: message("Confirmed"),
    Status.TENTATIVE: message("Tentative"),
    Status.CANCELLED: message("Cancelled"),
}
_FREQUENCIES = {
    Frequency.DAILY: message("Every day, or every few days"),
    Frequency.WEEKLY: message("Every week, or every few weeks"),
    Frequency.MONTHLY: message("Every month, or every few months"),
    Frequency.YEARLY: message("Every year, or every few years"),
}
_SCOPES = {
    Scope.THIS: message("Only this one"),
    Scope.FOLLOWING: message("This one and all that follow"),
    Scope.ALL: message("All of them"),
}
_FIELDS = {
    "title": message("Title"),
    "when": message("When"),
    "repetition": message("Repeats"),
    "place": message("Place"),
    "description": message("Description"),
    "link": message("Link"),
    "categories": message("Categories"),
    "visibility": message("Who may see it"),
    "is_busy": message("Shown as"),
    "status": message("Status"),
}


@dataclass(frozen=True, slots=True)
class AppointmentWords:
    """Appointments in one language."""

    language: Language

    def visibility(self, visibility: Visibility) -> str:
        """With what it means for shares."""
        return self.language.gettext(_VISIBILITIES[visibility])

    def status(self, status: Status) -> str:
        """As a choice or a badge."""
        return self.language.gettext(_STATUSES[status])

    def frequency(self, frequency: Frequency) -> str:
        """As a choice."""
        return self.language.gettext(_FREQUENCIES[frequency])

    def scope(self, scope: Scope) -> str:
        """As a choice."""
        return self.language.gettext(_SCOPES[scope])

    def is_busy(self, is_busy: bool) -> str:
        """What it does to the time."""
        return self.language.gettext("Busy") if is_busy else self.language.gettext("Free")

    def title(self, title: str) -> str:
        """Never empty."""
        return title.strip() or self.language.gettext("(No title)")

    def when(self, fields: AppointmentFields) -> str:
        """Day and times, with the zone they are in."""
        start, end = fields.start, fields.end
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            return self._days(start, end - _DAY)
        times = self._times(start, end)
        if fields.timezone is None:
            return self.language.gettext("{times}, the same local time everywhere", times=times)
        return f"{times} ({zone_label(fields.timezone, self.language.code)})"

    def _days(self, first: date, last: date) -> str:
        if first == last:
            return self.language.gettext("{day}, all day", day=self.language.date(first, "full"))
        return self.language.gettext(
            "{first} to {last}, all day", first=self.language.date(first, "full"), last=self.language.date(last, "full")
        )

    def _times(self, start: datetime, end: datetime) -> str:
        begin = f"{self.language.date(start.date(), 'full')}, {self.language.time(start.time())}"
        if start == end:
            return begin
        last = self.language.time(end.time())
        if start.date() != end.date():
            last = f"{self.language.date(end.date(), 'full')}, {last}"
        return self.language.gettext("{start} to {end}", start=begin, end=last)

    def repetition(self, fields: AppointmentFields, start: date, kept_rule: str = "") -> str:
        """How it repeats, as a sentence; `start` is where the series begins, `kept_rule` one that no form can show."""
        if fields.repetition is not None:
            words = words_of(fields.repetition, start, self.language)
            return words[:1].upper() + words[1:]
        if kept_rule:
            return self.language.gettext("By a rule of its own: {rule}", rule=kept_rule)
        return self.language.gettext("Does not repeat")

    def texts(self, fields: AppointmentFields, kept_rule: str = "") -> dict[str, str]:
        """Every field in words, by its name; times are `when`."""
        return {
            "title": self.title(fields.title),
            "when": self.when(fields),
            "repetition": self.repetition(fields, fields.start, kept_rule),
            "place": fields.place,
            "description": fields.description,
            "link": fields.link,
            "categories": self.language.listing(fields.categories),
            "visibility": self.visibility(fields.visibility),
            "is_busy": self.is_busy(fields.is_busy),
            "status": self.status(fields.status),
        }

    def differences(self, mine: dict[str, str], theirs: dict[str, str]) -> list[tuple[str, str, str, bool]]:
        """(field, mine, theirs, whether they differ), every field that says anything, in the order of the form."""
        return [
            (self.language.gettext(label), mine[name], theirs[name], mine[name] != theirs[name])
            for name, label in _FIELDS.items()
            if mine[name] or theirs[name]
        ]
