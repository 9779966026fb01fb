"""IANA zones: which names there are, their rules, and when their offsets change.

Rules come from `zoneinfo` (the system's database, else the tzdata package). A name reaches `zoneinfo` only after it was
found in the package's list: a TZID is foreign text, and `ZoneInfo("Europe")` opens a directory (corpus trap 5, I09).
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_NOT_PLACES: Final = frozenset({"Factory", "localtime"})
_STEP: Final = timedelta(days=2)
"""Since 1900 no zone changed its offset twice within less than 4 days."""
_FIRST_YEAR: Final = 1840
_SECOND: Final = timedelta(seconds=1)


@cache
def _names_by_folded() -> dict[str, str]:
    listed = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
    return {name.casefold(): name for name in listed if name not in _NOT_PLACES}


def names() -> frozenset[str]:
    """All names in use, links such as US/Eastern among them."""
    return frozenset(_names_by_folded().values())


def canonical(name: str) -> str | None:
    """The name as the database spells it, whatever the case it was written in; None when there is none such."""
    return _names_by_folded().get(name.casefold())


@lru_cache(maxsize=1024)
def load(name: str) -> ZoneInfo:
    """The rules of a name that `canonical` gave."""
    return ZoneInfo(name)


@cache
def tzdata_version() -> str:
    """The version of the rules in use ("2026a"): renditions made with another one may be wrong."""
    for folder in zoneinfo.TZPATH:
        source = Path(folder, "tzdata.zi")
        if source.is_file():
            with source.open(encoding="ascii") as lines:
                return lines.readline().removeprefix("# version ").strip()
    return metadata.version("tzdata")


def offset_at(name: str, at: datetime) -> timedelta:
    """What local time is ahead of UTC at the moment `at` (aware)."""
    offset = at.astimezone(load(name)).utcoffset()
    assert offset is not None
    return offset


@dataclass(frozen=True, slots=True)
class Change:
    """A zone's offset changes at a moment."""

    at: datetime
    """Aware, UTC, whole seconds."""
    offset_from: timedelta
    offset_to: timedelta

    @property
    def onset(self) -> datetime:
        """Naive local time that the old offset shows at the change, as an observance's DTSTART (RFC 5545 3.6.5)."""
        return self.at.replace(tzinfo=None) + self.offset_from


@lru_cache(maxsize=16384)
def changes(name: str, year: int) -> tuple[Change, ...]:
    """The changes of offset within a UTC year, oldest first. None before 1840, when no town had a zone."""
    if year < _FIRST_YEAR:
        return ()
    found = []
    at, end = datetime(year, 1, 1, tzinfo=UTC) - _SECOND, datetime(year + 1, 1, 1, tzinfo=UTC) - _SECOND
    offset = offset_at(name, at)
    while at < end:
        step_end = min(at + _STEP, end)
        new_offset = offset_at(name, step_end)
        if new_offset != offset:
            found.append(Change(_moment_of_change(name, at, step_end), offset, new_offset))
        at, offset = step_end, new_offset
    return tuple(found)


def _moment_of_change(name: str, before: datetime, after: datetime) -> datetime:
    """The first second with the offset of `after`; there is one change between the two."""
    offset = offset_at(name, after)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if offset_at(name, middle) == offset:
            after = middle
        else:
            before = middle
    return after
