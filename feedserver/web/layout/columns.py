"""The week and day views: a column per day, events by the clock, side by side where they overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from feedserver.model.agenda import ShownOccurrence
from feedserver.web.layout.days import ONE_DAY

STEPS = 96
"""Quarter hours of a day: where a block begins and ends."""
MAX_BESIDE = 8
"""Blocks side by side at most: on a phone each can still be touched. What is more stands below the column, by name."""
_STEP_MIN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An occurrence on one day."""

    occurrence: ShownOccurrence
    first: int
    """Quarter hour it begins in, 0 to 95."""
    last: int
    """Exclusive, at least `first + 2`: something can be read and touched."""
    place: int
    """Of `of` columns side by side, from 0."""
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayColumn:
    """One day."""

    on: date
    is_today: bool
    blocks: tuple[Block, ...]
    more: tuple[ShownOccurrence, ...]
    """What found no room beside the others."""


def column_of(
    occurrences: Iterable[ShownOccurrence], on: date, *, zone: tzinfo, today: date, most: int = MAX_BESIDE
) -> DayColumn:
    """The timed occurrences of a day, as the clocks of `zone` show it; `most`: blocks side by side."""
    pieces = sorted(
        (piece for one in occurrences if (piece := _piece(one, on, zone)) is not None),
        key=lambda piece: (piece.first, -piece.last, piece.occurrence.title),
    )
    blocks: list[Block] = []
    more: list[ShownOccurrence] = []
    for cluster in _clusters(pieces):
        _lay(cluster, most, blocks, more)
    return DayColumn(on=on, is_today=on == today, blocks=tuple(blocks), more=tuple(more))


class _Piece(NamedTuple):
    first: int
    last: int
    occurrence: ShownOccurrence


def _clusters(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Runs of pieces of which each overlaps one before it."""
    cluster: list[_Piece] = []
    end = 0
    for piece in pieces:
        if cluster and piece.first >= end:
            yield cluster
            cluster, end = [], 0
        cluster.append(piece)
        end = max(end, piece.last)
    if cluster:
        yield cluster


def _piece(one: ShownOccurrence, on: date, zone: tzinfo) -> _Piece | None:
    """Its quarter hours on that day; None when it is not on it, or has no time of day."""
    if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
        return None
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    if start.date() > on or end.date() < on or (end.date() == on and end.time() == time() and start != end):
        return None
    first = _step(start) if start.date() == on else 0
    last = -(-(end.hour * 60 + end.minute) // _STEP_MIN) if end.date() == on else STEPS
    first = min(first, STEPS - 2)
    return _Piece(first, max(last, first + 2), one)


def _step(moment: datetime) -> int:
    return (moment.hour * 60 + moment.minute) // _STEP_MIN


def _lay(cluster: Sequence[_Piece], most: int, blocks: list[Block], more: list[ShownOccurrence]) -> None:
    """Give each of a cluster the first place that is free when it begins."""
    ends: list[int] = []
    placed: list[tuple[_Piece, int]] = []
    for piece in cluster:
        place = next((number for number, end in enumerate(ends) if end <= piece.first), len(ends))
        if place == most:
            more.append(piece.occurrence)
            continue
        ends[place : place + 1] = [piece.last]
        placed.append((piece, place))
    blocks.extend(
        Block(occurrence=piece.occurrence, first=piece.first, last=piece.last, place=place, of=len(ends))
        for piece, place in placed
    )


def is_long(one: ShownOccurrence) -> bool:
    """True for what stands above the columns: all-day events, and timed ones of a day or more."""
    if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
        return True
    return one.end - one.start >= ONE_DAY
