"""The categories that a feed tells."""

from __future__ import annotations

import re

from feedserver.ics.syntax.lines import decode, split_text

_LINE = re.compile(rb'\nCATEGORIES(?:;(?:"[^"]*"|[^":])*)?:([^\r]*(?:\r\n[ \t][^\r]*)*)')
_FOLD = re.compile(rb"\r\n[ \t]")


def categories_of(body: bytes) -> tuple[str, ...]:
    """All categories of a feed that we made, each once however it is capitalised, sorted. CPU only.

    Read from what everybody sees, so that no filter, level or window has a second reading here.
    """
    found: dict[str, str] = {}
    for value in {_FOLD.sub(b"", match[1]) for match in _LINE.finditer(body)}:
        for name in filter(None, map(str.strip, split_text(decode(value)))):
            key = name.casefold()
            found[key] = min(name, found.get(key, name))
    return tuple(found[key] for key in sorted(found))
