"""Values as they may be shown: cleaned, escaped, and led nowhere (F37, F77, threats Z16).

Each reader takes a raw value and gives the raw value to emit, or None when it does not show; some raise ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from feedserver.ics.syntax.lines import escape_text, split_text, unescape_text
from feedserver.ics.syntax.values import format_when, parse_integer, scan_when

Read = Callable[[str], str | None]

_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_BREAKS = re.compile("[\u2028\u2029]")
WEB = re.compile(r"https?://[^\s\x00-\x20\"<>]+", re.IGNORECASE)
CONFERENCE = re.compile(r"(?:https?|tel|sips?|xmpp|mailto):[^\s\"<>]+", re.IGNORECASE)
ASTRAY = re.compile(
    r"\s*(?:javascript|vbscript|livescript|data|file|smb|jar|blob|about|cid|mhtml|ftp|ms-[a-z0-9-]+|search-ms)\s*:",
    re.IGNORECASE,
)
"""Schemes that open something on the reader's machine (threats, DEF CON 30 white paper)."""
_GEO = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s*;\s*([+-]?\d{1,3}(?:\.\d{1,12})?)")
_COLOR = re.compile(r"[a-z]{3,24}", re.IGNORECASE)
TOKEN = re.compile(r"[A-Z0-9-]{1,64}")


def clean(value: str) -> str:
    """Without control characters (F37), so that no value can hold a slot; separators of lines become blanks."""
    if value.isprintable():
        return value
    return _BREAKS.sub(" ", _CONTROLS.sub("", value))


def read_text(value: str) -> str | None:
    """One TEXT, escaped as RFC 5545 section 3.3.11 says whatever the source did (F77)."""
    value = clean(value)
    if "\\" not in value and "," not in value and ";" not in value:
        return value.strip() and value
    text = unescape_text(value)
    return escape_text(text) if text.strip() else None


def read_texts(value: str) -> str | None:
    """A list of TEXTs."""
    texts = (text.strip() for text in split_text(clean(value)))
    return ",".join(escape_text(text) for text in texts if text)


def read_geo(value: str) -> str | None:
    """Degrees north and east; a semicolon that was escaped counts."""
    found = _GEO.fullmatch(value.replace("\\", "").strip())
    if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:  # noqa: PLR2004 - degrees
        return None
    return f"{found[1]};{found[2]}"


def read_web(value: str) -> str | None:
    """An http or https address, nothing else (F77)."""
    value = clean(value).strip()
    return value if WEB.fullmatch(value) else None


def read_color(value: str) -> str | None:
    """A CSS colour's name (RFC 7986 section 5.9)."""
    return value.strip().lower() if _COLOR.fullmatch(value.strip()) else None


def read_priority(value: str) -> str | None:
    """0 to 9."""
    number = parse_integer(value.strip())
    return str(number) if number in range(10) else None


def read_created(value: str) -> str | None:
    """A UTC time."""
    when = scan_when(value.strip())
    return format_when(when) if when.is_utc else None
