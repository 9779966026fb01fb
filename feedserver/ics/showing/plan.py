"""What is decided about one object before it is written: its VEVENTs, and which instances stand on their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

from feedserver.ics.recurring.moments import Local, Moment
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.recurring.series import Series, Showing
from feedserver.ics.showing.published import single_line, tzid_of
from feedserver.ics.syntax.lines import fold
from feedserver.ics.syntax.values import format_date, format_datetime
from feedserver.model.errors import RecurrenceTooCostly

_SUFFIX_BYTES = 6
MAX_SINGLES = 5_000
"""Single events that one object may be written as."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One VEVENT: its times, and which component describes it."""

    suffix: str
    """Follows the object's emitted UID; empty for the object's own event."""
    times: bytes
    """DTSTART ... EXDATE, CRLF-terminated."""
    part: int


@dataclass(kw_only=True)
class Plan:
    """The VEVENTs of one object for one set of components that show; filled by `runs` and `pieces`."""

    series: Series
    shown: frozenset[int]
    """Indexes of the components that show."""
    month: datetime
    """The present month's first: a zone has to read right from then to the horizon, or its rules are written out."""
    horizon: datetime
    budget: Budget
    pieces: list[Piece] = field(default_factory=list)
    tzids: set[str] = field(default_factory=set)
    singles: set[Local] = field(default_factory=set)
    """Keys of instances to be written as events of their own."""
    is_cut: bool = False
    """True when a rule goes on after the horizon but its single events do not."""

    def yields(self, key: Local) -> bool:
        """True when the one rule of the series yields the instance."""
        if self._counted is not None:
            return key in self._counted
        return next(self.rule_keys(since=key, stop=key), None) == key

    @cached_property
    def _counted(self) -> frozenset[Local] | None:
        """All instances of a rule with COUNT, which cannot be entered in the middle."""
        return frozenset(self.rule_keys()) if self.series.rules[0].count is not None else None

    def rule_keys(self, *, since: Local | None = None, stop: Local | None = None) -> Iterator[Local]:
        """What the one rule of the series yields, exclusions and overrides aside; `stop` inclusive."""
        return self.series.rule_keys(self.series.rules[0], self.budget, since=since, stop=stop)

    def single_out(self, key: Local) -> None:
        """Note an instance to be an event of its own. Raises RecurrenceTooCostly beyond MAX_SINGLES."""
        self.singles.add(key)
        if len(self.singles) > MAX_SINGLES:
            raise RecurrenceTooCostly("it would have to be written as more than {max} single events", max=MAX_SINGLES)

    def add_single(self, showing: Showing, suffix: str) -> None:
        """One showing as an event of its own (F60: in UTC where its local time would read wrong)."""
        times = times_of(showing.start, showing.end, self.tzids)
        self.pieces.append(Piece(suffix, times, showing.part.index))

    def add_series(self, suffix: str, times: list[bytes], rule: str, part: int, exdates: list[bytes]) -> None:
        """A master."""
        self.pieces.append(Piece(suffix, b"".join([*times, fold(f"RRULE:{rule}"), *exdates]), part))


def times_of(start: Moment, end: Moment, tzids: set[str]) -> bytes:
    """DTSTART and DTEND of an event that happens once; `tzids` learns the names they use."""
    return time_of("DTSTART", start, tzids) + time_of("DTEND", end, tzids)


def time_of(name: str, moment: Moment, tzids: set[str]) -> bytes:
    """A property at one instant, in the form that reads right."""
    tzid = tzid_of(moment)
    if tzid is not None:
        tzids.add(tzid)
    return single_line(name, moment, tzid)


def suffix_of(identity: Moment) -> str:
    """What follows the UID of an instance written on its own; it stays when other instances come and go (F48)."""
    local = identity.local
    is_timed = isinstance(local, datetime)
    text = format_datetime(identity.at, is_utc=True) if is_timed else format_date(local)
    return f"-{blake2b(text.encode(), digest_size=_SUFFIX_BYTES).hexdigest()}"
