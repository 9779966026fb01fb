"""Several mail addresses in one field, as people type and paste them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedserver.model.account import email_of
from feedserver.model.errors import InvalidInput

_QUOTED = re.compile(r'"[^"\n]*"')
_BETWEEN = re.compile(r"[,;\n]")


def addresses_of(text: str) -> tuple[str, ...]:
    """Each address once, in the order typed, between blanks, commas, semicolons or line ends.

    `Ann Example <ann@example.org>`, as mail programs copy it, is read as its address. Raises InvalidInput naming the
    first that cannot be written to.
    """
    return tuple(dict.fromkeys(_address_of(word) for word in _words(text)))


def _words(text: str) -> Iterator[str]:
    for piece in _BETWEEN.split(_QUOTED.sub(" ", text)):
        name, bracket, address = piece.partition("<")
        if not bracket or "@" in name:
            yield from name.split()
        if bracket:
            yield address.strip().removesuffix(">")


def _address_of(word: str) -> str:
    try:
        return email_of(word)
    except InvalidInput:
        raise InvalidInput(
            "“{address}” is no mail address that can be written to.", field="emails", address=word[:100]
        ) from None
