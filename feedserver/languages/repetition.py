"""How an appointment repeats, in words: "every second Tuesday until 3 May"."""

from __future__ import annotations

from datetime import date

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.model.appointment import Frequency, MonthDay, Repetition

_WORKING_DAYS = (0, 1, 2, 3, 4)
_WHOLE_WEEK = 7
_EVERY_SECOND = 2
_LAST = 0
_IN_MONTH = {
    1: message("on the first {weekday}"),
    2: message("on the second {weekday}"),
    3: message("on the third {weekday}"),
    4: message("on the fourth {weekday}"),
    5: message("on the fifth {weekday}"),
    _LAST: message("on the last {weekday}"),
}
_IN_YEAR = {
    1: message("on the first {weekday} of {month}"),
    2: message("on the second {weekday} of {month}"),
    3: message("on the third {weekday} of {month}"),
    4: message("on the fourth {weekday} of {month}"),
    5: message("on the fifth {weekday} of {month}"),
    _LAST: message("on the last {weekday} of {month}"),
}


def words_of(repetition: Repetition, start: date, language: Language) -> str:
    """How what begins on `start` repeats, as the middle of a sentence; `start` may be a datetime."""
    words = _PATTERNS[repetition.frequency](repetition, start, language)
    if repetition.until_on is not None:
        return language.gettext(
            "{repetition} until {day}", repetition=words, day=language.date(repetition.until_on, "long")
        )
    if repetition.count is not None:
        return language.ngettext(
            "{repetition}, {n} time", "{repetition}, {n} times", repetition.count, repetition=words
        )
    return words


def _daily(repetition: Repetition, _start: date, language: Language) -> str:
    if repetition.interval == 1:
        return language.gettext("every day")
    if repetition.interval == _EVERY_SECOND:
        return language.gettext("every second day")
    return language.ngettext("every {n} day", "every {n} days", repetition.interval)


def _weekly(repetition: Repetition, start: date, language: Language) -> str:
    chosen = repetition.weekdays or (start.weekday(),)
    if repetition.interval == 1 and len(chosen) == _WHOLE_WEEK:
        return language.gettext("every day")
    if repetition.interval == 1 and chosen == _WORKING_DAYS:
        return language.gettext("every week from Monday to Friday")
    if len(chosen) == 1 and repetition.interval <= _EVERY_SECOND:
        weekday = language.weekday(chosen[0])
        if repetition.interval == 1:
            return language.gettext("every {weekday}", weekday=weekday)
        return language.gettext("every second {weekday}", weekday=weekday)
    days = language.listing(language.weekday(day) for day in _in_order(chosen, language))
    if repetition.interval == 1:
        return language.gettext("every week on {days}", days=days)
    if repetition.interval == _EVERY_SECOND:
        return language.gettext("every second week on {days}", days=days)
    return language.ngettext("every {n} week on {days}", "every {n} weeks on {days}", repetition.interval, days=days)


def _in_order(weekdays: tuple[int, ...], language: Language) -> list[int]:
    """As the week of the language runs."""
    return sorted(weekdays, key=lambda day: (day - language.first_weekday) % _WHOLE_WEEK)


def _monthly(repetition: Repetition, start: date, language: Language) -> str:
    if repetition.month_day is MonthDay.DATE:
        on = language.gettext("on day {day}", day=start.day)
    else:
        on = language.gettext(_IN_MONTH[_ordinal(repetition, start)], weekday=language.weekday(start.weekday()))
    if repetition.interval == 1:
        return language.gettext("every month {on_which_day}", on_which_day=on)
    if repetition.interval == _EVERY_SECOND:
        return language.gettext("every second month {on_which_day}", on_which_day=on)
    return language.ngettext(
        "every {n} month {on_which_day}", "every {n} months {on_which_day}", repetition.interval, on_which_day=on
    )


def _yearly(repetition: Repetition, start: date, language: Language) -> str:
    if repetition.month_day is MonthDay.DATE:
        on = language.gettext("on {day_and_month}", day_and_month=language.day_of_year(start))
    else:
        on = language.gettext(
            _IN_YEAR[_ordinal(repetition, start)],
            weekday=language.weekday(start.weekday()),
            month=language.month(start.month),
        )
    if repetition.interval == 1:
        return language.gettext("every year {on_which_day}", on_which_day=on)
    if repetition.interval == _EVERY_SECOND:
        return language.gettext("every second year {on_which_day}", on_which_day=on)
    return language.ngettext(
        "every {n} year {on_which_day}", "every {n} years {on_which_day}", repetition.interval, on_which_day=on
    )


def _ordinal(repetition: Repetition, start: date) -> int:
    """Which of its weekday in its month."""
    return _LAST if repetition.month_day is MonthDay.LAST_WEEKDAY else (start.day - 1) // _WHOLE_WEEK + 1


_PATTERNS = {
    Frequency.DAILY: _daily,
    Frequency.WEEKLY: _weekly,
    Frequency.MONTHLY: _monthly,
    Frequency.YEARLY: _yearly,
}
