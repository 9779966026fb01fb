"""Slots: the places of a rendition that depend on the share, and what fills them.

A rendition is made once, when its object is written; who reads it decides the UID (keyed by the share's salt), the
stamps (the share's own changes count too) and the language. No control character ever stands in a rendition otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from feedserver.ics.showing.words import Words
from feedserver.ics.syntax.lines import escape_text
from feedserver.ics.syntax.values import format_datetime
from feedserver.model.share import Share

UID: Final = b"\x00"
"""The emitted UID: 32 hexadecimal digits; `-` and a suffix may follow for events derived from the object."""
STAMPS: Final = b"\x01"
"""Whole lines: DTSTAMP, LAST-MODIFIED, SEQUENCE."""
BUSY: Final = b"\x02"
"""The word for "Busy", as a value."""
NO_TITLE: Final = b"\x03"
"""The words for "(No title)", as a value."""

_UID_BYTES = 16
_MAX_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class SlotWords:
    """The localised fillings, escaped and encoded."""

    busy: bytes
    no_title: bytes

    @classmethod
    def of(cls, words: Words) -> SlotWords:
        """Those of one language."""
        return cls(escape_text(words.busy).encode(), escape_text(words.no_title).encode())


def emitted_uid(salt: bytes, collection_id: str, uid: str) -> bytes:
    """What stands for a source UID in a share: stable, opaque, and joinable with no other share (F48)."""
    text = f"{collection_id}\0{uid}".encode()
    return blake2b(text, key=salt, digest_size=_UID_BYTES).hexdigest().encode()


def stamp_lines(share: Share, seq: int, stamp_at: datetime) -> bytes:
    """The stamps of one object in `share`, CRLF-terminated (F50, F51).

    `seq` and `stamp_at` are the rendition's. The sum of the two counters and the later of the two moments rise strictly
    with every change of either: a share that is tightened makes every event newer than the copies that were fetched.
    """
    moment = format_datetime(max(stamp_at, share.stamp_at), is_utc=True)
    sequence = min(seq + share.revision, _MAX_SEQUENCE)
    return f"DTSTAMP:{moment}\r\nLAST-MODIFIED:{moment}\r\nSEQUENCE:{sequence}\r\n".encode()


def fill(body: bytes, *, uid: bytes, stamps: bytes, words: SlotWords) -> bytes:
    """A rendition's body with its slots filled: whole VEVENTs, ready to be joined."""
    filled = body.replace(UID, uid).replace(STAMPS, stamps)
    if BUSY in filled:
        filled = filled.replace(BUSY, words.busy)
    if NO_TITLE in filled:
        filled = filled.replace(NO_TITLE, words.no_title)
    return filled
