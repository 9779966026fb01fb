"""One stored event opened for reading and editing: its bytes, its components and its recurrence set side by side."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from feedserver.ics.editing.object_text import ObjectText
from feedserver.ics.editing.rules import repetition_of
from feedserver.ics.editing.times import Clockwork, Times, day_of
from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.recurring.moments import Local, Moment
from feedserver.ics.recurring.occurrences import instance_of, series_of
from feedserver.ics.recurring.recurrence import Budget, last_instance
from feedserver.ics.recurring.series import Part, Showing
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.limits import DEFAULT_LIMITS, Limits
from feedserver.ics.syntax.values import When, scan_when
from feedserver.model.appointment import Repetition
from feedserver.model.errors import NotFound

_INSTANT = timedelta(seconds=1)
_DAY = timedelta(days=1)


class StoredEvent:
    """A VEVENT with its overrides. An occurrence is named by its *key*, as in `recurring.series`."""

    def __init__(self, data: bytes, *, timezone: str, limits: Limits = DEFAULT_LIMITS) -> None:
        """`timezone`: the calendar's. Raises ObjectRefused; NotFound when it is a task or a journal entry."""
        self._limits = limits
        self.parsed: ParsedObject = parse_object(data, timezone=timezone, limits=limits)
        if self.parsed.component != "VEVENT":
            raise NotFound("This is no appointment.")
        self.series = series_of(self.parsed)
        self.clockwork = Clockwork(self.parsed)

    def reopened(self, data: bytes) -> StoredEvent:
        """Other bytes of the same calendar."""
        return StoredEvent(data, timezone=self.parsed.timezone, limits=self._limits)

    @property
    def data(self) -> bytes:
        """The whole object, in canonical bytes."""
        return self.parsed.data

    def text(self) -> ObjectText:
        """Its bytes to be edited; the events stand in the order of `parsed.components`."""
        return ObjectText(self.parsed.data)

    @property
    def master(self) -> Component | None:
        """The component with the rule; None for overrides that stand alone."""
        part = self.series.master
        return None if part is None else self.parsed.components[part.index]

    @property
    def whole(self) -> Part:
        """What stands for the event as a whole: its master, else its first override."""
        return self.series.master or next(iter(self.series.overrides.values()))

    def component(self, part: Part) -> Component:
        """The lines of a part."""
        return self.parsed.components[part.index]

    def key_of(self, instance: str) -> Local:
        """The occurrence that an address names. Raises NotFound when there is none such (any more)."""
        try:
            key: Local = scan_when(instance).value
        except ValueError:
            raise NotFound("This appointment does not take place then.") from None
        if isinstance(key, datetime) is not isinstance(self._frame, datetime) or not self.yields(key):
            raise NotFound("This appointment does not take place then.")
        return key

    @property
    def _frame(self) -> Local:
        """A key of this event, whichever."""
        if self.series.master is not None:
            return self.series.master.timing.start.local
        return next(iter(self.series.overrides))

    def key_from(self, when: When) -> Local:
        """The occurrence that a value of EXDATE, RDATE or RECURRENCE-ID means."""
        beside = None if self.series.master is None else self.series.master.timing.start
        return self.series.key_of(self.clockwork.reader.read(when, beside))

    def yields(self, key: Local) -> bool:
        """True when an occurrence has that key. Raises RecurrenceTooCostly."""
        if key in self.series.overrides:
            return True
        stop = key + (_INSTANT if isinstance(key, datetime) else _DAY)
        return next(self.series.keys(Budget(), since=key, stop=stop), None) == key

    def first_key(self, *, before: Local | None = None) -> Local | None:
        """The first occurrence (before a key), an override among them; None when there is none."""
        keys = [next(self.series.keys(Budget(), stop=before), None), next(iter(self.series.overrides), None)]
        return min((key for key in keys if key is not None and (before is None or key < before)), default=None)

    @property
    def first_instance(self) -> str | None:
        """The first occurrence as `Appointment.instance` spells it; None when it does not repeat."""
        key = self.first_key() if self.series.is_recurring else None
        return None if key is None else instance_of(self.series.identity_of(key))

    def showing(self, key: Local) -> Showing:
        """How an occurrence is shown."""
        return self.series.showing(key)

    def times_at(self, key: Local | None) -> Times:
        """When an occurrence takes place, or the whole, as a form shows it."""
        if key is None:
            return self.times_of(self.whole)
        showing = self.showing(key)
        return self._times(showing.part, showing.start, showing.end)

    def times_of(self, part: Part) -> Times:
        """When a component says it takes place."""
        return self._times(part, part.timing.start, part.timing.end)

    def _times(self, part: Part, start: Moment, end: Moment) -> Times:
        until = None if part.key is None and self.series.rules else end.at
        return self.clockwork.shown(self.component(part), start, end, until=until)

    @property
    def is_private(self) -> bool:
        """True when all of it is a busy block to others, whatever its overrides say."""
        lines = self.master.all("CLASS") if self.master is not None else []
        return any(line.value.strip().upper() != "PUBLIC" for line in lines)

    def last_on(self) -> date | None:
        """The day of the last instance of its one rule; None when that goes on for ever. Raises RecurrenceTooCostly."""
        assert self.series.master is not None
        (rule,) = self.series.rules
        if rule.count is None and rule.until is None:
            return None
        start, until = self.series.master.timing.start.local, self.series.until_of(rule)
        return day_of(last_instance(rule, start, until=until, budget=Budget()) or start)

    @property
    def foreign_rule(self) -> str:
        """How it repeats as its lines say it, when the form cannot show it; else empty."""
        if self.master is None or self.repetition is not None:
            return ""
        lines = [line for name in ("RRULE", "EXRULE", "RDATE") for line in self.master.all(name)]
        return " ".join(line.value if line.name == "RRULE" else f"{line.name}:{line.value}" for line in lines)

    @property
    def repetition(self) -> Repetition | None:
        """How it repeats; None when it does not, or when the form cannot show it."""
        series = self.series
        if series.master is None or len(series.rules) != 1 or series.exrules or series.rdates:
            return None
        rule = series.rules[0]
        return repetition_of(rule, series.master.timing.start.local, series.until_of(rule))
