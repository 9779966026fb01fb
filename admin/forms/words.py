r"""Several words in one field, with commas between them; a comma that belongs to a word is typed as `\,`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BETWEEN = re.compile(r"(?<!\\)[,\n]")


def words_of(text: str) -> tuple[str, ...]:
    """What stands between the commas and line ends, without empty ones, in the order typed."""
    words = (word.replace("\\,", ",").strip() for word in _BETWEEN.split(text))
    return tuple(dict.fromkeys(word for word in words if word))


def words_text(words: Iterable[str]) -> str:
    """The text that `words_of` reads back as these words."""
    return ", ".join(word.replace(",", "\\,") for word in words)
