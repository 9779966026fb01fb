"""The page of a share that stands: whose calendar, what is on, how to get it into one's own app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from feedserver.http.templates import Templates
from feedserver.languages.language import Language
from feedserver.languages.zone_names import zone_choices, zone_label
from feedserver.model.agenda import Agenda, ShownOccurrence
from feedserver.model.clock import Clock
from feedserver.model.share import ShareKind, Standing
from feedserver.services.agenda import AgendaService
from feedserver.services.feed_state import FeedState
from feedserver.services.feeds import OpenShare
from feedserver.services.links import Links, slug_of
from feedserver.web.views.asking import Asked, Usual, View, read_asked, read_zone, spell
from feedserver.web.views.palette import palette_of
from feedserver.web.views.scenes import Stage
from feedserver.web.views.subscription import subscription_of
from feedserver.web.views.wording import CalendarTick, EventWords

_BETWEEN_ZONES = timedelta(days=2)
"""More than the clocks of two zones can be apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at the page, as far as it matters to how the page looks."""

    query: Mapping[str, str]
    language: Language
    is_on_phone: bool
    agent: str = ""
    """As the browser names itself."""


class SharePage:
    """Draws it. Everything shown comes from the agenda, which passed the redaction that the feed passes."""

    def __init__(
        self, templates: Templates, *, agenda: AgendaService, links: Links, clock: Clock, organisation: str
    ) -> None:
        self._templates = templates
        self._agenda = agenda
        self._links = links
        self._clock = clock
        self._organisation = organisation

    async def draw(self, opened: OpenShare, visitor: Visitor) -> bytes | None:
        """The page; None when the share was withdrawn while it was drawn. Raises NotFound, StorageUnavailable."""
        asked = self._asked(opened.state, visitor)
        stage = Stage(asked=asked, language=visitor.language, zone=ZoneInfo(asked.zone))
        found = await self._find(opened.state, stage)
        if found is None:
            return None
        agenda, end_on = found
        words = event_words(opened.state, stage)
        shown = [one for one in agenda.occurrences if words.calendar(one).is_shown]
        return self._templates.render(
            "calendar/page.html",
            visitor.language,
            name=opened.share.name,
            organisation=self._organisation,
            is_secured=opened.share.kind is ShareKind.SECURED,
            subscription=subscription_of(
                opened, self._links.of_token(opened.token, slug_of(opened.share)), visitor.agent
            ),
            narrowing=None,
            asked=asked,
            views=_views(visitor.language),
            scene=stage.scene(shown, end_on),
            is_cut=agenda.is_cut,
            event=_event(agenda.occurrences, asked.event),
            words=words,
            ticks=_ticks(asked, words),
            zone=stage.zone,
            zone_label=zone_label(asked.zone, visitor.language.code),
            zones=zone_choices(visitor.language.code),
        )

    def _asked(self, state: FeedState, visitor: Visitor) -> Asked:
        own = state.zone.key
        zone = read_zone(visitor.query, own)
        usual = Usual(
            view=View.AGENDA if visitor.is_on_phone else View.MONTH,
            today=self._clock.now().astimezone(ZoneInfo(zone)).date(),
            zone=own,
        )
        return read_asked(visitor.query, usual, zone=zone, calendars=len(state.collections))

    async def _find(self, state: FeedState, stage: Stage) -> tuple[Agenda, date] | None:
        """What is on in the first stretch that has enough of it, and the day after that stretch."""
        margin = timedelta() if stage.asked.zone == state.zone.key else _BETWEEN_ZONES
        found: tuple[Agenda, date] | None = None
        for start_on, end_on in stage.stretches():
            agenda = await self._agenda.of_open(
                state, start_on=start_on - margin, end_on=end_on + margin, words=stage.asked.word_list
            )
            if agenda.standing.standing is not Standing.LIVE:
                return None
            found = agenda, end_on
            if stage.is_enough(agenda.occurrences):
                break
        return found


def event_words(state: FeedState, stage: Stage) -> EventWords:
    """What is said of the share's events; each calendar in its own colour."""
    hues = palette_of(collection.color for collection in state.collections)
    calendars = {
        collection.id: CalendarTick(
            position=position, name=collection.name, hue=hue, is_shown=position not in stage.asked.hidden
        )
        for position, (collection, hue) in enumerate(zip(state.collections, hues, strict=True), start=1)
    }
    return EventWords(language=stage.language, zone=stage.zone, asked=stage.asked, calendars=calendars)


def _event(occurrences: Sequence[ShownOccurrence], uid: str) -> ShownOccurrence | None:
    return next((one for one in occurrences if one.uid == uid), None) if uid else None


def _views(language: Language) -> tuple[tuple[View, str], ...]:
    return (
        (View.MONTH, language.gettext("Month")),
        (View.WEEK, language.gettext("Week")),
        (View.DAY, language.gettext("Day")),
        (View.AGENDA, language.gettext("List")),
    )


def _ticks(asked: Asked, words: EventWords) -> list[tuple[CalendarTick, str]]:
    """Each calendar with what `hide` says once its tick was changed."""
    return [(tick, spell(asked.hidden ^ {tick.position})) for tick in words.calendars.values()]
