"""A run of a rule written as one series: a master with RRULE and EXDATEs, and its overrides (F60, F62-F68)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile

from feedserver.ics.recurring.moments import Local, Moment, midnight, naive
from feedserver.ics.recurring.series import Part, Showing
from feedserver.ics.showing.plan import Piece, Plan, suffix_of, time_of, times_of
from feedserver.ics.showing.published import duration_line, series_line, single_line
from feedserver.ics.syntax.values import RRule, When, format_rrule

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a rule, as one component shows it."""

    part: Part
    """The master, or an override with RANGE=THISANDFUTURE."""
    rule: RRule
    """As it reads from the part's own DTSTART on."""
    since: Local
    stop: Local | None
    """Keys, half-open."""
    is_derived: bool = False
    """True when another run carries the object's own UID."""

    def until(self, stop: Local) -> Run:
        """The part of the run before `stop`."""
        return self if self.stop is not None and self.stop <= stop else replace(self, stop=stop)

    def holds(self, key: Local) -> bool:
        """True when an instance lies in the stretch."""
        return key >= self.since and (self.stop is None or key < self.stop)


class RunWriter:
    """Puts one run into a plan, and notes in it what has to be a single event."""

    def __init__(self, plan: Plan, run: Run, tzid: str | None) -> None:
        """`tzid` None: dates, or UTC."""
        self._plan = plan
        self._series = plan.series
        self._run = run
        self._tzid = tzid
        self._overrides = {
            key: part
            for key, part in plan.series.overrides.items()
            if part is not run.part and run.holds(key) and plan.yields(key)
        }

    def write(self) -> set[Local]:
        """Write the series; gives the keys of the overrides that stand in it or that it stands for."""
        kept = {key for key, part in self._overrides.items() if part.index in self._plan.shown}
        kept -= self._misplaced(kept)
        own = self._own_key()
        keys = self._keys()
        skipped, first = self._begin(keys, kept)
        if first is None:
            return own
        if next(keys, None) is None:
            self._plan.single_out(first)
            return own
        kept = {key for key in kept if key >= first}
        self._emit(first, skipped, sorted(self._excluded(first, kept), key=naive), sorted(kept, key=naive))
        return own | kept

    def _own_key(self) -> set[Local]:
        """The instance whose override the run itself is, when it lies in the run."""
        key = self._run.part.key
        return {key} if key is not None and self._run.holds(key) and self._plan.yields(key) else set()

    def _begin(self, keys: Iterator[Local], kept: set[Local]) -> tuple[int, Local | None]:
        """How many instances of its rule come before the first that the series shows, and that one."""
        for skipped, key in enumerate(keys):
            if key in kept or self._is_live(key):
                return skipped, key
        return 0, None

    def _keys(self) -> Iterator[Local]:
        """The instances that the rule yields in the run."""
        return takewhile(self._run.holds, self._plan.rule_keys(since=self._run.since, stop=self._run.stop))

    def _base(self, key: Local) -> Showing:
        """How the run itself shows an instance."""
        return self._series.showing(key, has_override=False)

    def _is_live(self, key: Local) -> bool:
        """True when the run itself shows the instance."""
        return key not in self._overrides and key not in self._plan.singles and not self._series.is_excluded(key)

    def _excluded(self, first: Local, kept: set[Local]) -> set[Local]:
        """Instances that the rule yields and the series does not show (F65)."""
        candidates = {*self._overrides, *self._series.excluded_keys(self._plan.budget), *self._plan.singles} - kept
        return {key for key in candidates if key > first and self._run.holds(key) and self._plan.yields(key)}

    # F68 ------------------------------------------------------------------------------------------------------------

    def _misplaced(self, kept: set[Local]) -> set[Local]:
        """Overrides on or past the day of another instance, which Outlook's exception table cannot hold."""
        misplaced: set[Local] = set()
        taken: set[date] = set()
        for key in sorted(kept, key=naive):
            own, day = naive(key).date(), self._day_of(self._series.overrides[key].timing.start)
            if day != own and (day in taken or self._has_neighbour(own, day)):
                misplaced.add(key)
            else:
                taken.add(day)
        return misplaced

    def _day_of(self, start: Moment) -> date:
        """The local day of an override's start, as its series counts days."""
        if not isinstance(start.local, datetime):
            return start.local
        return self._run.part.timing.start.zone.local(start.at).date()

    def _has_neighbour(self, own: date, day: date) -> bool:
        """True when the rule yields something on another day between the two, or on `day`."""
        since: Local = min(own, day)
        stop: Local = max(own, day)
        if isinstance(self._run.since, datetime):
            since, stop = midnight(since), midnight(stop) + _DAY - _SECOND
        return any(naive(key).date() != own for key in self._plan.rule_keys(since=since, stop=stop))

    # the text -------------------------------------------------------------------------------------------------------

    def _emit(self, first: Local, skipped: int, excluded: list[Local], kept: list[Local]) -> None:
        if self._tzid is not None:
            self._plan.tzids.add(self._tzid)
        part = self._run.part
        suffix = suffix_of(self._series.identity_of(first)) if self._run.is_derived else ""
        showing = self._base(first)
        times = [series_line("DTSTART", showing.start, self._tzid), self._end_line(showing)]
        exdates = [series_line("EXDATE", self._base(key).start, self._tzid) for key in excluded]
        self._plan.add_series(suffix, times, format_rrule(self._rule(skipped)), part.index, exdates)
        for key in kept:
            own = self._series.showing(key)
            identity = series_line("RECURRENCE-ID", self._base(key).start, self._tzid)
            self._plan.pieces.append(
                Piece(suffix, identity + times_of(own.start, own.end, self._plan.tzids), own.part.index)
            )

    def _end_line(self, showing: Showing) -> bytes:
        length = self._run.part.timing.length
        if length.days and not showing.start.is_date:
            return duration_line(length)
        if self._tzid is None:
            return single_line("DTEND", showing.end, None)
        return time_of("DTEND", showing.end, self._plan.tzids)

    def _rule(self, skipped: int) -> RRule:
        """F63: never both COUNT and UNTIL, UNTIL of the type DTSTART asks for."""
        rule, stop = self._run.rule, self._run.stop
        if rule.count is not None:
            return replace(rule, count=sum(1 for _ in self._keys()) - skipped)
        until = self._series.until_of(rule)
        if stop is not None:
            last = stop - (_SECOND if isinstance(stop, datetime) else _DAY)
            until = last if until is None or naive(last) < naive(until) else until
        return rule if until is None else replace(rule, until=self._until(until))

    def _until(self, key: Local) -> When:
        """A bound in the master's frame as an UNTIL in the run's."""
        part = self._run.part
        start = part.timing.start
        shift = timedelta() if part.key is None else naive(start.local) - naive(part.key)
        local = naive(key) + shift
        return When(local.date()) if start.is_date else When(start.zone.utc(local).replace(tzinfo=None), is_utc=True)
