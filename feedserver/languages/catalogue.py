"""Which languages there are, and which of them a reader gets."""

from __future__ import annotations

import gettext as catalogues
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from babel import UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from feedserver.languages.language import Language

SOURCE = "en"
"""What the messages in the sources are written in."""


class Languages:
    """All languages of this program, by code."""

    def __init__(self, default: str = SOURCE) -> None:
        """`default`: the code for readers whose language is none of ours. Raises LookupError when it is not either."""
        self._by_code = {language.code: language for language in _all()}
        self.default = self._by_code[default]

    @property
    def all(self) -> tuple[Language, ...]:
        """Sorted by code."""
        return tuple(self._by_code[code] for code in sorted(self._by_code))

    def of_code(self, code: str | None) -> Language:
        """The language of that code, or the default."""
        return self._by_code.get(code or "", self.default)

    def chosen(self, own: str | None, accept_language: str) -> Language:
        """The one a person has chosen, else the first that their browser asks for and we have (RFC 9110 12.5.4)."""
        known = (own,) if own in self._by_code else tuple(self._by_code)
        code, region = _best(accept_language, known) or (own or "", "")
        return _regional(self._by_code.get(code, self.default), region)


@lru_cache(maxsize=256)
def _regional(language: Language, region: str) -> Language:
    """The language as it is written in that region, as far as anybody has told how."""
    try:
        return language.in_region(region) if region else language
    except (UnknownLocaleError, ValueError):
        return language


@lru_cache(maxsize=1024)
def _best(accept_language: str, codes: tuple[str, ...]) -> tuple[str, str] | None:
    """The wanted code with the highest weight, and the first region named with it (`de-AT` is `de` in `AT`)."""
    wanted: list[tuple[float, int, str, str]] = []
    for place, part in enumerate(accept_language[:1024].split(",")):
        tag, _, quality = part.strip().partition(";")
        weight = _weight(quality)
        code, _, region = tag.partition("-")
        if code.lower() in codes and weight > 0:
            wanted.append((-weight, place, code.lower(), region.upper()))
    if not wanted:
        return None
    code = min(wanted)[2]
    return code, next((region for _, _, of, region in sorted(wanted) if of == code and region), "")


def _weight(quality: str) -> float:
    name, _, value = quality.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


@lru_cache(maxsize=1)
def _all() -> tuple[Language, ...]:
    """English and one language per catalogue, read once."""
    found = [Language(SOURCE, catalogues.NullTranslations())]
    for file in (files("feedserver.languages") / "catalogues").iterdir():
        if file.name.endswith(".po"):
            code = file.name.removesuffix(".po")
            found.append(Language(code, _compiled(file.read_bytes(), code)))
    return tuple(found)


def _compiled(source: bytes, code: str) -> catalogues.GNUTranslations:
    """Compiled at start: nothing has to be built before the server runs, and no binary is kept in the sources."""
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=code))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
