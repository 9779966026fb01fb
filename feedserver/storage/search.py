"""Finding what people type, in columns of text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, func, or_

_ESCAPE = "\\"
MAX_WORDS = 10


def words_of(text: str) -> list[str]:
    """What is looked for: the first ten words."""
    return text.split()[:MAX_WORDS]


def has_word(word: str, *columns: Column[Any]) -> ColumnElement[bool]:
    """`word` stands in one of `columns`, capitals or not; wildcards of LIKE stand for themselves (threat I36)."""
    return or_(*(_has(column, word) for column in columns))


def _has(column: Column[Any], word: str) -> ColumnElement[bool]:
    """The word is tried in its spellings: SQLite, and PostgreSQL in the collation C, know capitals of ASCII alone."""
    lowered = func.lower(column)
    return or_(*(lowered.like(f"%{_escaped(spelling)}%", escape=_ESCAPE) for spelling in sorted(_spellings(word))))


def _spellings(word: str) -> set[str]:
    """The word as `lower` of either engine leaves it, when it was written small, capital or with a capital first."""
    small, capital = word.lower(), word.upper()
    return {small, _ascii_lower(capital), _ascii_lower(small[:1].upper() + small[1:])}


def _ascii_lower(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)


def _escaped(text: str) -> str:
    return text.replace(_ESCAPE, _ESCAPE * 2).replace("%", f"{_ESCAPE}%").replace("_", f"{_ESCAPE}_")
