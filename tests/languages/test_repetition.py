from __future__ import annotations

import gettext
from datetime import date
from typing import Any

import pytest

from feedserver.languages.language import Language
from feedserver.languages.repetition import words_of
from feedserver.model.appointment import Frequency, MonthDay, Repetition

ENGLISH = Language("en-GB", gettext.NullTranslations())
TUESDAY = date(2026, 11, 24)
DAILY, WEEKLY, MONTHLY, YEARLY = Frequency
ORDINALS = ["first", "second", "third", "fourth", "fifth"]


def words(frequency: Frequency, start: date = TUESDAY, **parts: Any) -> str:
    return words_of(Repetition(frequency=frequency, **parts), start, ENGLISH)


@pytest.mark.parametrize(
    ("frequency", "parts", "said"),
    [
        (DAILY, {}, "every day"),
        (DAILY, {"interval": 2}, "every second day"),
        (DAILY, {"interval": 10}, "every 10 days"),
        (WEEKLY, {"weekdays": (1,)}, "every Tuesday"),
        (WEEKLY, {"weekdays": (1,), "interval": 2}, "every second Tuesday"),
        (WEEKLY, {"weekdays": (1,), "interval": 3}, "every 3 weeks on Tuesday"),
        (WEEKLY, {"weekdays": (0, 1, 6)}, "every week on Monday, Tuesday and Sunday"),
        (WEEKLY, {"weekdays": (0, 1), "interval": 2}, "every second week on Monday and Tuesday"),
        (WEEKLY, {"weekdays": (0, 1, 2, 3, 4)}, "every week from Monday to Friday"),
        (WEEKLY, {"weekdays": tuple(range(7))}, "every day"),
        (MONTHLY, {}, "every month on day 24"),
        (MONTHLY, {"interval": 2}, "every second month on day 24"),
        (MONTHLY, {"interval": 3, "month_day": MonthDay.WEEKDAY}, "every 3 months on the fourth Tuesday"),
        (MONTHLY, {"month_day": MonthDay.LAST_WEEKDAY}, "every month on the last Tuesday"),
        (YEARLY, {}, "every year on 24 November"),
        (YEARLY, {"interval": 2}, "every second year on 24 November"),
        (YEARLY, {"interval": 4, "month_day": MonthDay.LAST_WEEKDAY}, "every 4 years on the last Tuesday of November"),
    ],
)
def test_repetition_reads_as_a_person_says_it(frequency: Frequency, parts: dict[str, Any], said: str) -> None:
    assert words(frequency, **parts) == said


@pytest.mark.parametrize(("place", "ordinal"), list(enumerate(ORDINALS)))
def test_each_counted_weekday_has_a_sentence_of_its_own(place: int, ordinal: str) -> None:
    day = date(2026, 12, 1 + 7 * place)
    said = words(MONTHLY, day, month_day=MonthDay.WEEKDAY), words(YEARLY, day, month_day=MonthDay.WEEKDAY)
    assert said == (f"every month on the {ordinal} Tuesday", f"every year on the {ordinal} Tuesday of December")


def test_end_of_a_repetition_is_part_of_the_sentence() -> None:
    until = words(WEEKLY, weekdays=(1,), interval=2, until_on=date(2027, 5, 3))
    assert until == "every second Tuesday until 3 May 2027"
    assert words(DAILY, count=1) == "every day, 1 time"
    assert words(DAILY, count=1200) == "every day, 1,200 times"


def test_days_stand_in_the_order_of_the_week_of_the_language() -> None:
    american = Language("en-US", gettext.NullTranslations())
    repetition = Repetition(frequency=WEEKLY, weekdays=(0, 6))
    assert words_of(repetition, TUESDAY, american) == "every week on Sunday and Monday"
