"""What shares are, in words: their states, levels, validity and the apps that fetch them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.model.account import Account
from feedserver.model.share import DetailLevel, EmbedView, Share, ShareKind, Standing
from feedserver.model.usage import AppFamily

_STANDINGS = {
    Standing.LIVE: (message("Active"), "good"),
    Standing.PAUSED: (message("Inactive"), "off"),
    Standing.NOT_YET: (message("Not yet"), "wait"),
    Standing.EXPIRED: (message("Expired"), "wait"),
    Standing.REPLACED: (message("Link ended"), "off"),
    Standing.REMOVED: (message("Removed"), "bad"),
    Standing.GONE: (message("Removed"), "bad"),
}
"""With the tone of the badge."""
_LEVELS = {
    DetailLevel.BUSY: message("Only busy times"),
    DetailLevel.TITLES: message("Titles and places"),
    DetailLevel.DETAILS: message("Details"),
    DetailLevel.FULL: message("Everything"),
}
EMBED_VIEWS: Mapping[str, str] = {
    EmbedView.MONTH: message("Month"),
    EmbedView.WEEK: message("Week"),
    EmbedView.AGENDA: message("List of what is next"),
}
_KINDS = {ShareKind.PUBLIC: message("Public"), ShareKind.SECURED: message("Secured")}
_FAMILIES = {
    AppFamily.ANDROID: message("Android app"),
    AppFamily.BROWSER: message("Browser"),
    AppFamily.BOT: message("Link preview"),
    AppFamily.OTHER: message("Another app"),
}
"""All others are names of products, the same in every language."""


@dataclass(frozen=True, slots=True)
class ShareWords:
    """Shares in one language; moments as the clocks of `zone` show them."""

    language: Language
    zone: str

    def standing(self, standing: Standing) -> str:
        """The state, as a badge has it."""
        return self.language.gettext(_STANDINGS[standing][0])

    def tone(self, standing: Standing) -> str:
        """The badge's tone: good, wait, off or bad."""
        return _STANDINGS[standing][1]

    def kind(self, kind: ShareKind) -> str:
        """Public or secured."""
        return self.language.gettext(_KINDS[kind])

    def level(self, level: DetailLevel) -> str:
        """How much of an appointment is shown."""
        return self.language.gettext(_LEVELS[level])

    def embed_view(self, view: EmbedView) -> str:
        """What other sites show of a share."""
        return self.language.gettext(EMBED_VIEWS[view])

    def levels(self, share: Share) -> str:
        """The levels of all its calendars, each once, the lowest first."""
        held = {entry.level for entry in share.entries}
        return ", ".join(self.level(level) for level in DetailLevel if level in held)

    def family(self, family: AppFamily) -> str:
        """The kind of app."""
        return self.language.gettext(_FAMILIES[family]) if family in _FAMILIES else family.value

    def people(self, accounts: Iterable[Account], count: int) -> str:
        """The first few by name, and how many more."""
        names = [account.display_name for account in accounts]
        more = count - len(names)
        if more > 0:
            names.append(self.language.ngettext("{n} more person", "{n} more people", more))
        return self.language.listing(names)

    def validity(self, share: Share) -> str:
        """When it is open; empty for always."""
        start = self.begin(share.starts_at) if share.starts_at else ""
        end = self.end(share.expires_at) if share.expires_at else ""
        if start and end:
            return self.language.gettext("{start} to {end}", start=start, end=end)
        if start:
            return self.language.gettext("from {start}", start=start)
        return self.language.gettext("until {end}", end=end) if end else ""

    def begin(self, moment: datetime) -> str:
        """When a validity begins: its day, and its time where it is not the day's first moment."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return self._day_or_moment(local, local)

    def end(self, moment: datetime) -> str:
        """When a validity ends: the end of a day is that day, as it was typed."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return self._day_or_moment(local, local - timedelta(days=1))

    def _day_or_moment(self, local: datetime, day: datetime) -> str:
        if local.time() == time():
            return self.language.date(day.date())
        return self.language.moment(local, self.zone)
