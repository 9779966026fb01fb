from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from feedserver.languages.catalogue import Languages
from feedserver.languages.zone_names import zone_choices, zone_label


@pytest.mark.parametrize(
    ("zone", "english", "german"),
    [
        ("Europe/Vienna", "Austria, Vienna", "Österreich, Wien"),
        ("America/New_York", "United States, New York", "Vereinigte Staaten, New York"),
        ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires", "Argentinien, Buenos Aires"),
        ("Asia/Singapore", "Singapore", "Singapur"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_zone_is_named_by_country_and_city_in_each_language(zone: str, english: str, german: str) -> None:
    assert (zone_label(zone, "en"), zone_label(zone, "de")) == (english, german)


def test_alias_that_is_not_offered_is_named_by_itself() -> None:
    assert zone_label("US/Eastern", "en") == "US/Eastern"


def test_every_choice_is_a_zone_and_each_label_stands_once() -> None:
    for language in Languages().all:
        choices = zone_choices(language.code)
        assert len(choices) > 400
        assert len({label for _, label in choices}) == len(choices)
        assert all(ZoneInfo(zone).key == zone for zone, _ in choices)


def test_choices_are_sorted_as_people_look_for_them() -> None:
    countries = [label.partition(", ")[0] for _, label in zone_choices("de")]
    assert countries.index("Norwegen") < countries.index("Österreich") < countries.index("Pakistan")
