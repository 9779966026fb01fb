"""Agendas that were put together, kept as long as nothing they show has changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from feedserver.model.agenda import Agenda
from feedserver.services.feed_state import FeedState, Window

MAX_KEPT = 50_000
"""Occurrences in all; one takes about half a kilobyte, and the texts of a series are there once."""
_OF_AN_AGENDA = 20
"""What an empty one counts for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an agenda answers."""

    key: str
    """Of the state that is asked."""
    start_on: date
    end_on: date
    """Exclusive."""
    words: tuple[str, ...]
    """Case-folded, sorted."""


@dataclass(slots=True)
class _Kept:
    state: FeedState
    window: Window | None
    agenda: Agenda

    @property
    def weight(self) -> int:
        return _OF_AN_AGENDA + len(self.agenda.occurrences)

    def is_of(self, state: FeedState, window: Window | None) -> bool:
        """True when it shows that state; equal states become one object, so that the next time is quick."""
        if self.state is not state:
            if self.state != state:
                return False
            self.state = state
        return self.window == window


class AgendaMemory:
    """The agendas asked for last. Belongs to one event loop."""

    def __init__(self, max_kept: int = MAX_KEPT) -> None:
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()
        self._max_kept = max_kept
        self._weight = 0

    def recall(self, question: Question, state: FeedState, window: Window | None) -> Agenda | None:
        """The answer, when it is still the one that `state` gives."""
        kept = self._kept.get(question)
        if kept is None or not kept.is_of(state, window):
            return None
        self._kept.move_to_end(question)
        return kept.agenda

    def keep(self, question: Question, state: FeedState, window: Window | None, agenda: Agenda) -> None:
        """Keep the newest answer; what was not asked for the longest makes room."""
        self._forget(question)
        new = _Kept(state, window, agenda)
        self._kept[question] = new
        self._weight += new.weight
        while self._weight > self._max_kept:
            self._forget(next(iter(self._kept)))

    def _forget(self, question: Question) -> None:
        kept = self._kept.pop(question, None)
        if kept is not None:
            self._weight -= kept.weight
