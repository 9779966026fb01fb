"""Which language a reader gets, and how each writes dates, times, numbers and lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from feedserver.languages.catalogue import Languages
from feedserver.model.errors import InvalidInput
from tests.builders import NOON

LANGUAGES = Languages()
ENGLISH = LANGUAGES.of_code("en")
GERMAN = LANGUAGES.of_code("de")

# A narrow space that no line breaks at stands before AM and PM.
NOON_IN_BERLIN = "Nov 23, 2026, 1:00\N{NARROW NO-BREAK SPACE}PM"


def test_english_and_german_are_there_and_english_is_the_default() -> None:
    assert [language.code for language in LANGUAGES.all] == ["de", "en"]
    assert LANGUAGES.default is ENGLISH
    assert [language.name for language in LANGUAGES.all] == ["Deutsch", "English"]


def test_another_default_is_for_readers_whose_language_is_none_of_ours() -> None:
    assert Languages(default="de").chosen(None, "fr").code == "de"
    with pytest.raises(LookupError):
        Languages(default="xx")


@pytest.mark.parametrize(
    ("accept_language", "code"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-at", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5", "de"),
        ("en;q=0.2,de;q=0.7", "de"),
        ("de;q=0,en;q=0.1", "en"),
        ("fr, ja", "en"),
        ("*", "en"),
        ("", "en"),
        ("de;q=nonsense", "en"),
        (";;;,,,=q", "en"),
        ("x" * 100_000 + ",de", "en"),
    ],
)
def test_a_browser_gets_the_language_it_wants_most(accept_language: str, code: str) -> None:
    """RFC 9110 12.5.4."""
    assert LANGUAGES.chosen(None, accept_language).code == code


@pytest.mark.parametrize(
    ("own", "accept_language", "spelled"),
    [
        (None, "en-GB,en;q=0.9", "23 Nov 2026, 13:00"),
        (None, "en-US", NOON_IN_BERLIN),
        (None, "en", NOON_IN_BERLIN),
        ("en", "de-DE,en-GB;q=0.5", "23 Nov 2026, 13:00"),
        ("en", "de-DE", NOON_IN_BERLIN),
        (None, "en-XX-nonsense", NOON_IN_BERLIN),
        (None, "de-AT", "23.11.2026, 13:00"),
    ],
)
def test_dates_are_written_as_in_the_readers_region(own: str | None, accept_language: str, spelled: str) -> None:
    assert LANGUAGES.chosen(own, accept_language).moment(NOON, "Europe/Berlin") == spelled


def test_a_persons_own_choice_stands_above_the_browsers() -> None:
    assert LANGUAGES.chosen("de", "en").code == "de"
    assert LANGUAGES.chosen("tlh", "de").code == "de"


def test_what_a_catalogue_does_not_have_is_said_in_english() -> None:
    assert GERMAN.gettext("Nobody ever translates {this}.", this="that") == "Nobody ever translates that."
    assert GERMAN.gettext("") == ""


def test_values_are_filled_in_and_nothing_in_them_is() -> None:
    assert ENGLISH.gettext("Hello {name},", name="{0} {password}") == "Hello {0} {password},"


def test_a_message_without_values_keeps_its_braces() -> None:
    assert ENGLISH.gettext("Like {this}") == "Like {this}"


def test_one_thing_and_several_are_said_with_the_number_the_local_way() -> None:
    def said(number: int) -> str:
        return GERMAN.ngettext("{n} nowhere translated", "{n} nowhere translated at all", number)

    assert said(1) == "1 nowhere translated"
    assert said(1234) == "1.234 nowhere translated at all"


def test_an_error_says_its_sentence_with_its_values() -> None:
    error = InvalidInput("at most {max} of nothing", field="name", max=7)

    assert GERMAN.error(error) == str(error) == "at most 7 of nothing"


def test_a_moment_is_shown_as_the_clocks_of_a_zone_show_it() -> None:
    assert ENGLISH.moment(NOON, "Europe/Berlin") == NOON_IN_BERLIN
    assert GERMAN.moment(NOON, "Europe/Berlin") == "23.11.2026, 13:00"
    assert GERMAN.moment(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "Europe/Berlin") == "24.11.2026, 00:30"


def test_a_day_and_a_time_are_written_the_local_way() -> None:
    assert ENGLISH.date(date(2026, 5, 3), "full") == "Sunday, May 3, 2026"
    assert GERMAN.date(date(2026, 5, 3), "full") == "Sonntag, 3. Mai 2026"
    assert GERMAN.time(time(9, 5)) == "09:05"
    assert GERMAN.time(NOON, "America/New_York") == "07:00"


def test_weekdays_and_months_have_their_names_and_a_week_its_first_day() -> None:
    assert [GERMAN.weekday(number, "abbreviated") for number in (0, 6)] == ["Mo", "So"]
    assert (ENGLISH.month(1), GERMAN.month(3)) == ("January", "März")
    assert (ENGLISH.first_weekday, GERMAN.first_weekday) == (0, 0)


def test_numbers_and_lists_are_written_the_local_way() -> None:
    assert (ENGLISH.number(1234567), GERMAN.number(1234567)) == ("1,234,567", "1.234.567")
    assert ENGLISH.listing(["a", "b", "c"]) == "a, b, and c"
    assert GERMAN.listing(["a", "b", "c"]) == "a, b und c"


def test_how_long_ago_is_said_in_one_unit() -> None:
    assert ENGLISH.ago(NOON - timedelta(hours=3, minutes=10), NOON) == "3 hours ago"
    assert GERMAN.ago(NOON - timedelta(days=1), NOON) == "vor 1 Tag"
    assert GERMAN.ago(NOON + timedelta(days=2), NOON) == "in 2 Tagen"


def test_a_page_reads_from_the_left_in_both() -> None:
    assert {language.direction for language in LANGUAGES.all} == {"ltr"}


def test_a_zone_is_named_in_words() -> None:
    assert ENGLISH.zone_name("America/New_York") == "United States, New York"
    assert GERMAN.zone_name("Europe/Berlin") == "Deutschland, Berlin"
