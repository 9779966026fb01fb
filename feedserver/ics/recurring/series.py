"""A calendar object as a recurrence set: which instances there are, and which component shows each (RFC 5545 3.8.5).

An instance is named by its *key*: the local time (or date) at which the master's rule puts it, in DTSTART's zone.
RECURRENCE-ID, EXDATE and RDATE of any value type are brought into that frame. Decisions (trap 7):

- DTSTART is always an instance, also when its rule does not yield it; COUNT counts what the rule yields.
- An EXDATE or RECURRENCE-ID that is a date means the instances of that local day where DTSTART has a time.
- An UNTIL that is a date includes that whole local day; an UNTIL with a time beside an all-day DTSTART is its date.
- Several RRULEs add up, EXRULE and EXDATE take away from all of them, and an override shows even where its instance
  is excluded or was never yielded.
- RANGE=THISANDFUTURE moves all later instances by as much as it moves its own, and lends them its length and content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import merge

from feedserver.ics.recurring.moments import (
    Length,
    Local,
    Moment,
    TimeReader,
    Timing,
    midnight,
    moment_of,
    naive,
    timing_of,
)
from feedserver.ics.recurring.recurrence import Budget, instances
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine
from feedserver.ics.syntax.values import RRule, parse_periods, parse_rrule, parse_when, parse_whens

_TO_END_OF_DAY = timedelta(days=1, seconds=-1)


@dataclass(frozen=True, slots=True)
class Part:
    """One component of an object with its times read."""

    index: int
    component: Component
    timing: Timing
    key: Local | None = None
    """Which instance it replaces; None for the master."""
    identity: Moment | None = None
    """Its RECURRENCE-ID as written."""
    is_range: bool = False
    """True for RANGE=THISANDFUTURE."""


@dataclass(frozen=True, slots=True)
class Showing:
    """One instance as it is shown."""

    key: Local
    identity: Moment
    """The moment `key` means: its RECURRENCE-ID."""
    part: Part
    start: Moment
    end: Moment


class Series:
    """The recurrence set of one object: its master, first when there is one, and its overrides.

    Without a master (`master` None) the overrides stand alone, and so they do without its DTSTART (a VTODO may).
    Raises ValueError when a time or rule cannot be read.
    """

    def __init__(self, components: Sequence[Component], reader: TimeReader) -> None:
        self._reader = reader
        self.master: Part | None = None
        self.rules: list[RRule] = []
        self.exrules: list[RRule] = []
        self.rdates: dict[Local, Length | None] = {}
        """Key -> its own length when it is a PERIOD."""
        self._exdates: set[Local] = set()
        self._exdays: set[date] = set()
        overrides = [(at, part) for at, part in enumerate(components) if part.first("RECURRENCE-ID")]
        if len(overrides) < len(components):
            self._read_master(0, components[0])
        parts = [self._read_override(index, component) for index, component in overrides]
        parts.sort(key=lambda part: (naive(part.key or date.min), part.index))
        self.overrides: dict[Local, Part] = {part.key: part for part in parts if part.key is not None}
        """By key, sorted by it. Of two with one key the later stands."""
        self.ranges = [part for part in self.overrides.values() if part.is_range]
        """Those with RANGE=THISANDFUTURE, sorted by key."""

    def _read_master(self, index: int, component: Component) -> None:
        timing = timing_of(component, self._reader)
        if timing is None:
            return
        self.master = Part(index, component, timing)
        self.rules = list(dict.fromkeys(parse_rrule(line.value) for line in component.all("RRULE")))
        self.exrules = [parse_rrule(line.value) for line in component.all("EXRULE")]
        for line in component.all("RDATE"):
            if (line.param("VALUE") or "").upper() == "PERIOD":
                self._read_periods(timing.start, line)
            else:
                self.rdates |= {self.key_of(self._reader.read(when, timing.start)): None for when in parse_whens(line)}
        for line in component.all("EXDATE"):
            for when in parse_whens(line):
                if when.is_date and not timing.start.is_date:
                    self._exdays.add(when.value)
                else:
                    self._exdates.add(self.key_of(self._reader.read(when, timing.start)))

    def _read_periods(self, start: Moment, line: ContentLine) -> None:
        for period in parse_periods(line):
            begin = self._reader.read(period.start, start)
            if period.end is not None:
                length = Length(exact=self._reader.read(period.end, start).at - begin.at)
            else:
                length = Length(exact=period.duration or timedelta())
            self.rdates[self.key_of(begin)] = length

    def _read_override(self, index: int, component: Component) -> Part:
        line = component.first("RECURRENCE-ID")
        timing = timing_of(component, self._reader)
        if line is None or timing is None:
            raise ValueError("an override needs RECURRENCE-ID and DTSTART")
        beside = self.master.timing.start if self.master else timing.start
        moment = self._reader.read(parse_when(line), beside)
        is_range = (line.param("RANGE") or "").upper() == "THISANDFUTURE"
        return Part(index, component, timing, self.key_of(moment), moment, is_range)

    def key_of(self, moment: Moment) -> Local:
        """A moment in the master's frame."""
        if self.master is None:
            return moment.local
        start = self.master.timing.start
        if start.is_date:
            return moment.local.date() if isinstance(moment.local, datetime) else moment.local
        if moment.is_date:
            return self._key_on(moment.local)
        return moment.local if moment.zone is start.zone else start.zone.local(moment.at)

    def _key_on(self, day: date) -> Local:
        """The first instance of a day, else its midnight."""
        begin = midnight(day)
        return next(self.keys(Budget(), since=begin, stop=begin + timedelta(days=1)), begin)

    @property
    def is_recurring(self) -> bool:
        """True when there can be more than one instance."""
        return bool(self.rules or self.rdates or self.overrides)

    def is_excluded(self, key: Local) -> bool:
        """True when an EXDATE names the instance."""
        return key in self._exdates or (isinstance(key, datetime) and key.date() in self._exdays)

    def excluded_keys(self, budget: Budget) -> set[Local]:
        """What EXDATEs name, a date where DTSTART has a time as that day's instances."""
        keys = set(self._exdates)
        for day in self._exdays:
            begin = midnight(day)
            for rule in self.rules:
                keys.update(self.rule_keys(rule, budget, since=begin, stop=begin + _TO_END_OF_DAY))
        return keys

    def keys(self, budget: Budget, *, since: Local | None = None, stop: Local | None = None) -> Iterator[Local]:
        """The recurrence set in order: rules, RDATEs and DTSTART without what is excluded, in `[since, stop)`.

        Overridden instances are among them. Raises RecurrenceTooCostly.
        """
        excluded = _Walk([self.rule_keys(rule, budget, since=since, stop=stop) for rule in self.exrules])
        for key in self._included(budget, since, stop):
            if stop is not None and key >= stop:
                return
            if not self.is_excluded(key) and not excluded.reaches(key):
                yield key

    def _included(self, budget: Budget, since: Local | None, stop: Local | None) -> Iterator[Local]:
        if self.master is None:
            return iter(())
        fixed = sorted({self.master.timing.start.local, *self.rdates})
        if since is not None:
            fixed = [key for key in fixed if key >= since]
        if not self.rules:
            return iter(fixed)
        return _distinct(merge(fixed, *(self.rule_keys(rule, budget, since=since, stop=stop) for rule in self.rules)))

    def rule_keys(
        self, rule: RRule, budget: Budget, *, since: Local | None = None, stop: Local | None = None
    ) -> Iterator[Local]:
        """What one rule yields, its UNTIL read in DTSTART's zone; `stop`: nothing after it is looked at."""
        assert self.master is not None
        start, until = self.master.timing.start, self.until_of(rule)
        last = stop if until is None or (stop is not None and stop < until) else until
        return instances(rule, start.local, until=last, since=since, budget=budget)

    def until_of(self, rule: RRule) -> Local | None:
        """A rule's UNTIL as a key, inclusive; None when it has none."""
        assert self.master is not None
        start, until = self.master.timing.start, rule.until
        if until is None:
            return None
        if start.is_date:
            return until.value.date() if isinstance(until.value, datetime) else until.value
        if until.is_date:
            return datetime.combine(until.value, time.max.replace(microsecond=0))
        return self.key_of(self._reader.read(until, start))

    def showing(self, key: Local, *, has_override: bool = True) -> Showing:
        """How an instance is shown: by its override, by the range it lies in, else by the master.

        `has_override` False: as if it had no override of its own.
        """
        own = self.overrides.get(key)
        if own is not None and has_override:
            return Showing(key, self.identity_of(key), own, own.timing.start, own.timing.end)
        part = self._range_at(key)
        if part is not None:
            assert part.key is not None
            start = moment_of(part.timing.start.local + (naive(key) - naive(part.key)), part.timing.start.zone)
            return Showing(key, self.identity_of(key), part, start, part.timing.length.end_of(start))
        assert self.master is not None
        timing = self.master.timing
        length = self.rdates.get(key)
        if length is None and key == timing.start.local:
            return Showing(key, timing.start, self.master, timing.start, timing.end)
        start = moment_of(key, timing.start.zone)
        return Showing(key, start, self.master, start, (length or timing.length).end_of(start))

    def identity_of(self, key: Local) -> Moment:
        """The moment a key means; without a master that is what the override's RECURRENCE-ID says."""
        if self.master is not None:
            return moment_of(key, self.master.timing.start.zone)
        identity = self.overrides[key].identity
        assert identity is not None
        return identity

    def _range_at(self, key: Local) -> Part | None:
        """The latest RANGE=THISANDFUTURE at or before `key`."""
        found = None
        for part in self.ranges:
            assert part.key is not None
            if part.key <= key:
                found = part
        return found

    @property
    def reach(self) -> timedelta:
        """No instance is shown further than this from its key."""
        parts = [*self.ranges, *([self.master] if self.master else [])]
        lengths = [part.timing.length for part in parts] + [length for length in self.rdates.values() if length]
        shifts = [abs(naive(part.timing.start.local) - naive(part.key)) for part in self.ranges if part.key]
        return max((length.at_most for length in lengths), default=timedelta()) + max(shifts, default=timedelta())


class _Walk:
    """Tells of rising keys whether a sorted sequence holds them."""

    __slots__ = ("_keys", "_next")

    def __init__(self, sequences: Sequence[Iterator[Local]]) -> None:
        self._keys = merge(*sequences) if sequences else iter(())
        self._next = next(self._keys, None)

    def reaches(self, key: Local) -> bool:
        while self._next is not None and self._next < key:
            self._next = next(self._keys, None)
        return self._next == key


def _distinct(keys: Iterable[Local]) -> Iterator[Local]:
    last = None
    for key in keys:
        if key != last:
            yield key
        last = key
