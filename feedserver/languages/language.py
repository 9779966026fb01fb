"""One language: its words, and how it writes dates, times, lists and numbers."""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale, dates, lists, numbers

from feedserver.languages.zone_names import zone_label
from feedserver.model.errors import FeedserverError


class Language:
    """What a page or a mail is written in. Immutable and shared by all requests."""

    def __init__(self, code: str, catalogue: catalogues.NullTranslations, *, region: str = "") -> None:
        """`region`: ISO 3166 code of where the reader is, which decides how dates and times are written.

        Raises UnknownLocaleError for a region where nobody writes so.
        """
        self.code = code
        """What people choose it by, and the `lang` of a page: `de`."""
        self.locale = Locale.parse(f"{code}-{region}" if region else code, sep="-")
        self._catalogue = catalogue

    def in_region(self, region: str) -> Language:
        """The same words, with dates and times as they are written there. Raises UnknownLocaleError."""
        return Language(self.code, self._catalogue, region=region)

    @property
    def name(self) -> str:
        """Its name in itself, such as "Deutsch"."""
        return (self.locale.get_display_name(self.locale) or self.code).capitalize()

    @property
    def direction(self) -> str:
        """The `dir` of a page: "ltr" or "rtl"."""
        return self.locale.text_direction

    def gettext(self, message: str, **values: object) -> str:
        """`message` in this language; `{name}` in it stands for `values["name"]`."""
        said = self._catalogue.gettext(message) if message else ""
        return said.format(**values) if values else said

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """The form for `number`, which fills `{n}`."""
        return self._catalogue.ngettext(one, many, number).format(n=self.number(number), **values)

    def error(self, error: FeedserverError) -> str:
        """What an error of the product says."""
        return self.gettext(error.message, **error.values)

    def day_of_year(self, day: date) -> str:
        """A day and its month, without the year: "24 November"."""
        return dates.format_skeleton("MMMMd", day, locale=self.locale)

    def month_of_year(self, day: date) -> str:
        """The month of a day, with its year: "November 2026"."""
        return dates.format_skeleton("yMMMM", day, locale=self.locale)

    def days(self, first: date, last: date) -> str:
        """Days from the first to the last, as short as can be: "23 to 29 Nov 2026"."""
        return dates.format_interval(first, last, "yMMMd", locale=self.locale)

    def date(self, day: date, width: str = "medium") -> str:
        """A day: "short", "medium", "long" or "full"."""
        return dates.format_date(day, width, locale=self.locale)

    def time(self, moment: datetime | time, zone: tzinfo | str | None = None) -> str:
        """Hours and minutes, in 12 or 24 as the language has it; an aware moment is shown in `zone`."""
        return dates.format_time(_in_zone(moment, zone), "short", locale=self.locale)

    def moment(self, moment: datetime, zone: tzinfo | str, width: str = "medium") -> str:
        """Day and time of an aware moment, as the clocks of `zone` show it."""
        local = moment.astimezone(_zone(zone))
        return f"{self.date(local.date(), width)}, {self.time(local)}"

    def weekday(self, number: int, width: str = "wide") -> str:
        """The name of a weekday, 0 is Monday: "wide", "abbreviated" or "narrow"."""
        return str(self.locale.days["stand-alone"][width][number])

    def month(self, number: int, width: str = "wide") -> str:
        """The name of a month, 1 is January."""
        return str(self.locale.months["stand-alone"][width][number])

    def number(self, number: float) -> str:
        """Digits grouped and with the decimal sign of the language."""
        return numbers.format_decimal(number, locale=self.locale)

    def listing(self, words: Iterable[str]) -> str:
        """One phrase of several: "a, b and c"."""
        return lists.format_list(list(words), locale=self.locale)

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long before `now` a moment was, in one unit: "3 hours ago"."""
        return dates.format_timedelta(moment - now, add_direction=True, locale=self.locale)

    def zone_name(self, zone: str) -> str:
        """An IANA zone in words, such as "Germany, Berlin"."""
        return zone_label(zone, self.code)

    @property
    def first_weekday(self) -> int:
        """On which day a week begins, 0 is Monday."""
        return self.locale.first_week_day


def _in_zone(moment: datetime | time, zone: tzinfo | str | None) -> datetime | time:
    if zone is None or isinstance(moment, time):
        return moment
    return moment.astimezone(_zone(zone))


def _zone(zone: tzinfo | str) -> tzinfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone
