"""What people wrote about an event: text, in which addresses become links, and nothing else becomes anything."""

from __future__ import annotations

import re
from typing import NamedTuple

_ADDRESS = re.compile(
    r"\b(?:https?://[^\s<>\"\x00-\x20]{1,2000}|mailto:[^\s<>\"@]{1,64}@[^\s<>\"]{1,255}|tel:\+?[0-9][0-9().-]{2,30})",
    re.IGNORECASE,
)
"""Bounded everywhere: hostile text costs no more than long text."""
_BEHIND = ".,;:!?'\u2019\u201d\xbb*_"
"""Ends a sentence, not an address."""
_MAX_BEHIND = 20
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Piece(NamedTuple):
    """A stretch of text."""

    text: str
    href: str
    """Where it leads: http, https, mailto or tel; empty for plain text."""


def pieces_of(text: str) -> list[Piece]:
    """The text cut into plain stretches and links; joined, the stretches are the text again."""
    found: list[Piece] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match.group())
        found += [Piece(text[at : match.start()], ""), Piece(address, address)]
        at = match.start() + len(address)
    found.append(Piece(text[at:], ""))
    return [piece for piece in found if piece.text]


def _trimmed(address: str) -> str:
    """Without what belongs to the sentence around it; a closing bracket stays where the address opened it."""
    for _ in range(_MAX_BEHIND):
        last = address[-1]
        if last not in _BEHIND and (last not in _PAIRS or address.count(_PAIRS[last]) >= address.count(last)):
            break
        address = address[:-1]
    return address
