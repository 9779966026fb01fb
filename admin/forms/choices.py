"""Words and numbers from addresses, where what cannot be asked for counts as not asked."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

MAX_PAGE = 1_000_000
_Word = TypeVar("_Word", bound=StrEnum)


def one_of(words: type[_Word], text: str) -> _Word | None:
    """The word that `text` is; None for any other."""
    return words(text) if text in set(words) else None


def page_number(text: str) -> int:
    """The number of a page; 1 for what is none."""
    return min(int(text), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < len(str(MAX_PAGE)) else 1
