"""The page of a public share inside the sites that its owner named: the calendar and nothing else."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from feedserver.languages.zone_names import zone_label
from feedserver.services.feeds import OpenShare
from feedserver.web.share_page import SharePage, Visitor, event_words
from feedserver.web.views.asking import Usual, View, read_day
from feedserver.web.views.framed import Framed
from feedserver.web.views.palette import palette_of
from feedserver.web.views.scenes import Stage
from feedserver.web.views.wording import EventWords


class EmbedPage(SharePage):
    """Draws it in the view and the colour that the owner chose, on the clocks of the share's zone."""

    async def draw(self, opened: OpenShare, visitor: Visitor) -> bytes | None:
        """The page; None when the share was withdrawn while it was drawn. Raises NotFound, StorageUnavailable."""
        asked = self._framed(opened, visitor)
        stage = Stage(asked=asked, language=visitor.language, zone=ZoneInfo(asked.zone))
        found = await self._find(opened.state, stage)
        if found is None:
            return None
        agenda, end_on = found
        return self._templates.render(
            "calendar/embed.html",
            visitor.language,
            name=opened.share.name,
            organisation=self._organisation,
            asked=asked,
            scene=stage.scene(agenda.occurrences, end_on),
            is_cut=agenda.is_cut,
            words=_colored(event_words(opened.state, stage), opened.share.embed_color),
            zone=stage.zone,
            zone_label=zone_label(asked.zone, visitor.language.code),
        )

    def _framed(self, opened: OpenShare, visitor: Visitor) -> Framed:
        """The day is all that its address can say; what cannot be read is today."""
        zone, view = opened.state.zone, View(opened.share.embed_view)
        today = self._clock.now().astimezone(zone).date()
        on = read_day(visitor.query.get("on", "")) or today
        return Framed(usual=Usual(view=view, today=today, zone=zone.key), view=view, on=on, zone=zone.key)


def _colored(words: EventWords, color: str | None) -> EventWords:
    """All calendars in the colour nearest to `color`; each in its own for None."""
    if color is None:
        return words
    (hue,) = palette_of([color])
    return replace(words, calendars={id_: replace(tick, hue=hue) for id_, tick in words.calendars.items()})
