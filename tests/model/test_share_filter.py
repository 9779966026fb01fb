from __future__ import annotations

import pytest

from feedserver.model.share import ShareFilter

WORK = frozenset({"work"})
NOTHING: frozenset[str] = frozenset()
TEXTS = ("weekly stra\u00dfe room 5".casefold(), "moved weekly to room 6")


def test_empty_filter_admits_everything_also_what_tells_nothing_about_itself() -> None:
    assert ShareFilter().admits(NOTHING, NOTHING, ())
    assert ShareFilter(days_back=3).admits_all


@pytest.mark.parametrize(("of_any", "of_all", "is_admitted"), [(WORK, WORK, True), (WORK, NOTHING, False)])
def test_category_in_must_hold_for_every_component(
    of_any: frozenset[str], of_all: frozenset[str], *, is_admitted: bool
) -> None:
    assert ShareFilter(categories_in=("Play", "WORK")).admits(of_any, of_all, TEXTS) == is_admitted


def test_category_out_is_enough_on_any_component() -> None:
    assert not ShareFilter(categories_out=("Work",)).admits(WORK, NOTHING, TEXTS)
    assert not ShareFilter(categories_in=("Work",), categories_out=("WORK",)).admits(WORK, WORK, TEXTS)
    assert ShareFilter(categories_out=("Work",)).admits(NOTHING, NOTHING, TEXTS)


@pytest.mark.parametrize(
    ("words", "is_admitted"),
    [
        (("WEEKLY",), True),
        (("room 5",), False),
        (("room 5", "Room 6"), True),
        (("STRASSE",), False),
        (("absent",), False),
    ],
)
def test_every_component_must_have_one_of_the_words(words: tuple[str, ...], *, is_admitted: bool) -> None:
    assert ShareFilter(words=words).admits(NOTHING, NOTHING, TEXTS) == is_admitted


def test_private_events_match_no_word_and_no_category() -> None:
    assert not ShareFilter(words=("",)).admits(NOTHING, NOTHING, ())
    assert not ShareFilter(categories_in=("work",)).admits(WORK, NOTHING, ())
