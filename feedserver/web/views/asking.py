"""What a visitor of a share's page asks for: everything stands in the address, so that each view can be passed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from feedserver.languages.zone_names import is_zone

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days that pages show."""
MAX_WORDS, MAX_WORDS_CHARS = 10, 100
_MAX_EVENT_CHARS = 100


class View(StrEnum):
    """How the page shows what is on."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is shown to who asks for nothing in particular."""

    view: View
    today: date
    """As the clocks of the zone asked for show it."""
    zone: str
    """The share's: IANA name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One view of a share."""

    usual: Usual
    view: View
    on: date
    zone: str
    """IANA name."""
    hidden: frozenset[int] = frozenset()
    """Positions of the calendars that are not ticked, from 1."""
    words: str = ""
    """To look for; empty is no search."""
    event: str = ""
    """UID of the occurrence whose details are open; empty is none."""

    @property
    def word_list(self) -> tuple[str, ...]:
        """The first ten words."""
        return tuple(self.words.split()[:MAX_WORDS])

    def link(self, **changes: Any) -> str:
        """The address of this view with other values, relative to the page."""
        return "?" + urlencode(replace(self, **changes).pairs(), safe=",")

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """Name and value of what a form has to carry along, but for its own fields; details are closed by any form."""
        return [(name, value) for name, value in self.pairs() if name not in (*without, "event")]

    def pairs(self) -> list[tuple[str, str]]:
        """What is not as usual."""
        pairs = [
            ("view", self.view if self.view != self.usual.view else ""),
            ("on", self.on.isoformat() if self.on != self.usual.today else ""),
            ("zone", self.zone if self.zone != self.usual.zone else ""),
            ("hide", spell(self.hidden)),
            ("q", self.words),
            ("event", self.event),
        ]
        return [(name, value) for name, value in pairs if value]


def spell(hidden: frozenset[int]) -> str:
    """Positions as addresses have them: `2,3`."""
    return ",".join(str(position) for position in sorted(hidden))


def read_zone(query: Mapping[str, str], usual: str) -> str:
    """The IANA zone that the address names; the usual one when it names none."""
    wanted = query.get("zone", "")
    return wanted if is_zone(wanted) else usual


def read_asked(query: Mapping[str, str], usual: Usual, *, zone: str, calendars: int) -> Asked:
    """What an address asks for. What cannot be read is as usual: an address is never wrong."""
    view = query.get("view", "")
    return Asked(
        usual=usual,
        view=View(view) if view in list(View) else usual.view,
        on=read_day(query.get("on", "")) or usual.today,
        zone=zone,
        hidden=frozenset(range(1, calendars + 1)) & {_number(part) for part in query.get("hide", "")[:400].split(",")},
        words=" ".join(query.get("q", "")[:MAX_WORDS_CHARS].split()),
        event=query.get("event", "")[:_MAX_EVENT_CHARS],
    )


def read_day(text: str) -> date | None:
    """A day that pages show; None for everything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
