"""What is shared, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.model.share import Share, Standing
from feedserver.model.usage import AppFamily

_STANDINGS = {
    Standing.PAUSED: message("This calendar is paused. Your apps show it again when it goes on."),
    Standing.EXPIRED: message("This calendar was shared until {moment}. It is over."),
    Standing.NOT_YET: message("This calendar is shared from {moment} on."),
}
_FAMILIES = {
    AppFamily.ANDROID: message("Android app"),
    AppFamily.BROWSER: message("Browser"),
    AppFamily.OTHER: message("Another app"),
    AppFamily.OUTLOOK_WEB: message("Outlook on the web"),
}
"""Families whose names are no names of products."""


@dataclass(frozen=True, slots=True)
class HeldWords:
    """Held shares in one language."""

    language: Language

    def standing(self, standing: Standing, share: Share, zone: str) -> str:
        """What is to be said of a share that cannot be opened now; empty when it can."""
        turn = share.starts_at if standing is Standing.NOT_YET else share.expires_at
        said = _STANDINGS.get(standing, "")
        return self.language.gettext(said, moment=self._moment(turn, zone)) if said else ""

    def _moment(self, moment: datetime | None, zone: str) -> str:
        return self.language.moment(moment, zone, "long") if moment else ""

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long ago it was; a node's clock may be behind another's."""
        is_now = now - moment < timedelta(minutes=1)
        return self.language.gettext("just now") if is_now else self.language.ago(moment, now)

    def family(self, family: AppFamily) -> str:
        """Which kind of app it is."""
        return self.language.gettext(_FAMILIES[family]) if family in _FAMILIES else family.value
