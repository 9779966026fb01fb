"""Time zones as people name them: by country and city."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

UTC = "UTC"
"""Named by itself: it belongs to no country."""
_NOWHERE = "ZZ"
"""Of zones that are plain offsets."""


def zone_label(zone: str, language_code: str) -> str:
    """An IANA name in words, such as "Germany, Berlin"; itself where nobody lives by it."""
    return dict(zone_choices(language_code)).get(zone, zone)


@lru_cache(maxsize=16)
def zone_choices(language_code: str) -> tuple[tuple[str, str], ...]:
    """(IANA name, label) of every zone that is in use, sorted by label as people look for it; UTC first.

    Names that are aliases of others are left out: a list offers each place once.
    """
    locale = Locale.parse(language_code, sep="-")
    known = available_timezones()
    places = {zone: at for zone, at in get_global("zone_territories").items() if zone in known and at != _NOWHERE}
    named = [(zone, _label(zone, at, locale)) for zone, at in places.items()]
    return ((UTC, UTC), *sorted(named, key=lambda choice: _sort_key(choice[1])))


def _label(zone: str, territory: str, locale: Locale) -> str:
    city = get_timezone_location(zone, locale=locale, return_city=True).rpartition("/")[2]
    country = locale.territories[territory]
    return city if country == city else f"{country}, {city}"


def _sort_key(label: str) -> str:
    """Without accents and case: "Österreich" stands among the O."""
    plain = (c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c))
    return "".join(plain).casefold()


def is_zone(name: str) -> bool:
    """True for every IANA name that is known, aliases too: browsers report old names."""
    return name in _known()


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
