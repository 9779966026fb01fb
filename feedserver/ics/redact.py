"""The one redaction: what of a component shows at which level of detail (feed-contract F69-F72, F74-F79).

Feed, page, CalDAV and JSON all show a share through `redact`; nothing else in the program decides what is seen.
It works by allow-lists: what is not named for a level does not show. Only `full` passes what it does not know,
and even there never what would lead a reader's machine astray: inline data, odd schemes, alarms, foreign UIDs.

Times are not its matter: every level shows when. Who renders them is `rendition`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b

from feedserver.ics import slots
from feedserver.ics.components import Component
from feedserver.ics.lines import ContentLine, escape_text, split_text, unescape_text
from feedserver.ics.values import format_when, parse_integer, scan_when
from feedserver.model.share import DetailLevel

UID_SLOT, BUSY_SLOT, NO_TITLE_SLOT = (slot.decode() for slot in (slots.UID, slots.BUSY, slots.NO_TITLE))

MAX_PRIORITY = 9

_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_BREAKS = re.compile("[\u2028\u2029]")
_WEB = re.compile(r"https?://[^\s\x00-\x20\"<>]+", re.IGNORECASE)
_CONFERENCE = re.compile(r"(?:https?|tel|sips?|xmpp|mailto):[^\s\"<>]+", re.IGNORECASE)
_ASTRAY = re.compile(
    r"\s*(?:javascript|vbscript|livescript|data|file|smb|jar|blob|about|cid|mhtml|ftp|ms-[a-z0-9-]+|search-ms)\s*:",
    re.IGNORECASE,
)
"""Schemes that open something on the reader's machine (threats, DEF CON 30 white paper)."""
_GEO = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s*;\s*([+-]?\d{1,3}(?:\.\d{1,12})?)")
_COLOR = re.compile(r"[a-z]{3,24}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Z0-9-]{1,64}")

_STATUSES = frozenset({"TENTATIVE", "CONFIRMED", "CANCELLED"})
_BUSY_LINES = [
    ContentLine("SUMMARY", (), BUSY_SLOT),
    ContentLine("TRANSP", (), "OPAQUE"),
    ContentLine("X-MICROSOFT-CDO-BUSYSTATUS", (), "BUSY"),
]


def redact(component: Component, level: DetailLevel, *, master: Component | None = None) -> list[ContentLine] | None:
    """The descriptive lines of `component` at `level`, in fixed order; None when nothing of it shows.

    `master` is the component it overrides: its CLASS holds for the override too, the stricter of both wins (F71).
    Values may be slots. At `full` nested components stand among the lines as BEGIN ... END.
    """
    return redact_all(component, master=master)[level]


def redact_all(component: Component, *, master: Component | None = None) -> dict[DetailLevel, list[ContentLine] | None]:
    """`redact` for every level at once, which shares the work."""
    if is_private(component, master):
        busy = _busy(component)
        return dict.fromkeys(DetailLevel, busy)
    titles = list(_titles(component))
    details = titles + _details(component)
    return {
        DetailLevel.BUSY: _busy(component),
        DetailLevel.TITLES: titles,
        DetailLevel.DETAILS: details,
        DetailLevel.FULL: _full(component, details),
    }


def is_private(component: Component, master: Component | None = None) -> bool:
    """True when CLASS is anything but PUBLIC, an unknown one too (RFC 5545 section 3.8.1.3), on it or its master."""
    return any(
        line.value.strip().upper() != "PUBLIC"
        for part in (component, master)
        if part is not None
        for line in part.all("CLASS")
    )


def _busy(component: Component) -> list[ContentLine] | None:
    """A block without words. What takes no time does not show: it would tell that something is there."""
    if _status(component) == "CANCELLED" or _is_transparent(component):
        return None
    return _BUSY_LINES


def _status(component: Component) -> str | None:
    line = component.first("STATUS")
    status = line.value.strip().upper() if line else ""
    return status if status in _STATUSES else None


def _is_transparent(component: Component) -> bool:
    line = component.first("TRANSP")
    return line is not None and line.value.strip().upper() == "TRANSPARENT"


def _titles(component: Component) -> Iterator[ContentLine]:
    """What, where, and how it stands: F69, F70, F81."""
    yield from _readable(component, "SUMMARY", _text) or [ContentLine("SUMMARY", (), NO_TITLE_SLOT)]
    yield from _readable(component, "LOCATION", _text)
    yield from _readable(component, "GEO", _geo)
    status = _status(component)
    if status is not None:
        yield ContentLine("STATUS", (), status)
    is_transparent = _is_transparent(component)
    yield ContentLine("TRANSP", (), "TRANSPARENT" if is_transparent else "OPAQUE")
    yield ContentLine("X-MICROSOFT-CDO-BUSYSTATUS", (), _busy_status(component, status, is_transparent=is_transparent))


def _busy_status(component: Component, status: str | None, *, is_transparent: bool) -> str:
    if is_transparent:
        return "FREE"
    if status == "TENTATIVE":
        return "TENTATIVE"
    known = component.first("X-MICROSOFT-CDO-BUSYSTATUS")
    return "OOF" if known is not None and known.value.strip().upper() == "OOF" else "BUSY"


Read = Callable[[str], str | None]
"""A raw value as it is shown; None when it does not show. May raise ValueError."""


def _readable(component: Component, name: str, read: Read) -> list[ContentLine]:
    """The first property of that name with its value read and no parameter but LANGUAGE; or nothing."""
    line = component.first(name)
    value = _value(line, read) if line is not None else None
    if line is None or not value:
        return []
    language = line.param("LANGUAGE") if line.params else None
    return [ContentLine(name, (("LANGUAGE", (language,)),) if language and _is_token(language) else (), value)]


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text.upper()) is not None


def _value(line: ContentLine, read: Read) -> str | None:
    try:
        return read(line.value)
    except ValueError:
        return None


def clean(value: str) -> str:
    """Without control characters (F37), so that no value can hold a slot; separators of lines become blanks."""
    if value.isprintable():
        return value
    return _BREAKS.sub(" ", _CONTROLS.sub("", value))


def _text(value: str) -> str | None:
    """One TEXT, escaped as RFC 5545 section 3.3.11 says whatever the source did (F77)."""
    value = clean(value)
    if "\\" not in value and "," not in value and ";" not in value:
        return value.strip() and value
    text = unescape_text(value)
    return escape_text(text) if text.strip() else None


def _texts(value: str) -> str | None:
    """A list of TEXTs."""
    texts = (text.strip() for text in split_text(clean(value)))
    return ",".join(escape_text(text) for text in texts if text)


def _geo(value: str) -> str | None:
    found = _GEO.fullmatch(value.replace("\\", "").strip())
    if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:  # noqa: PLR2004 - degrees
        return None
    return f"{found[1]};{found[2]}"


def _web(value: str) -> str | None:
    value = clean(value).strip()
    return value if _WEB.fullmatch(value) else None


def _color(value: str) -> str | None:
    return value.strip().lower() if _COLOR.fullmatch(value.strip()) else None


def _priority(value: str) -> str | None:
    number = parse_integer(value.strip())
    return str(number) if 0 <= number <= MAX_PRIORITY else None


def _created(value: str) -> str | None:
    when = scan_when(value.strip())
    return format_when(when) if when.is_utc else None


_DETAILS: dict[str, Read] = {
    "DESCRIPTION": _text,
    "URL": _web,
    "COLOR": _color,
    "PRIORITY": _priority,
    "CREATED": _created,
}


def _details(component: Component) -> list[ContentLine]:
    """What `details` adds. Several CATEGORIES become one."""
    lines = [line for name, read in _DETAILS.items() for line in _readable(component, name, read)]
    categories = filter(None, (_value(line, _texts) for line in component.all("CATEGORIES")))
    joined = ",".join(categories)
    return [*lines, ContentLine("CATEGORIES", (), joined)] if joined else lines


# --- full -------------------------------------------------------------------------------------------------------

_NEVER = frozenset(
    {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID"}
    | {"RRULE", "RDATE", "EXDATE", "EXRULE", "CLASS", "RELATED-TO", "REQUEST-STATUS", "METHOD", "BEGIN", "END"}
    | {"SOURCE", "REFID", "X-LIC-ERROR", "X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME", "X-EVOLUTION-ALARM-UID"}
)
"""Rendered elsewhere, keys into the source, or traces of the owner's own program."""
_SHOWN_BEFORE = frozenset({"SUMMARY", "LOCATION", "GEO", "STATUS", "TRANSP", "CATEGORIES", *_DETAILS})
_TEXTS = frozenset({"COMMENT", "CONTACT"})
_URIS = {"ATTACH": _WEB, "IMAGE": _WEB, "LINK": _WEB, "STRUCTURED-DATA": _WEB, "CONFERENCE": _CONFERENCE}
"""Only ever as a URI of these schemes; never inline (F76, F78)."""
_NO_PARAMS = frozenset({"TZID", "ENCODING", "X-LIC-ERROR"})


def _full(component: Component, details: list[ContentLine]) -> list[ContentLine]:
    lines = details + [shown for line in component.lines for shown in _passed(line)]
    lines += _join_link(lines)
    for child in component.children:
        lines += _child(child)
    return lines


def _passed(line: ContentLine) -> list[ContentLine]:
    """A property that no level before shows, as `full` shows it."""
    name = line.name
    if name in _NEVER or name in _SHOWN_BEFORE or name.startswith("X-MICROSOFT-CDO-"):
        return []
    value = clean(line.value)
    if name in _TEXTS:
        value = escape_text(unescape_text(value))
    params = {key: values for key, values in line.params if key not in _NO_PARAMS}
    is_inline = line.param("ENCODING") is not None or line.param("VALUE") in ("BINARY", "binary")
    allowed = _URIS.get(name)
    if allowed is not None:
        if not allowed.fullmatch(value.strip()):
            return []
        params["VALUE"] = ("URI",)
    elif is_inline or _ASTRAY.match(value) or line.param("TZID") is not None:
        return []
    return [ContentLine(name, tuple(_clean_params(params)), value)]


def _clean_params(params: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, values in params.items():
        if not any(_ASTRAY.match(value) for value in values):
            yield key, tuple(clean(value) for value in values)


def _join_link(lines: list[ContentLine]) -> list[ContentLine]:
    """F78: hardly any client shows CONFERENCE, so its web link is the URL where there is none."""
    if any(line.name == "URL" for line in lines):
        return []
    links = [line.value for line in lines if line.name == "CONFERENCE" and _WEB.fullmatch(line.value)]
    return [ContentLine("URL", (), links[0])] if links else []


def _child(component: Component) -> Iterator[ContentLine]:
    """A nested component (RFC 9073 and unknown ones), flat; never an alarm (F74). Its UID is keyed like the event's."""
    if component.name == "VALARM" or not _TOKEN.fullmatch(component.name):
        return
    yield ContentLine("BEGIN", (), component.name)
    for line in component.lines:
        if line.name == "UID":
            yield ContentLine("UID", (), f"{UID_SLOT}-{digest(line.value)}")
        elif line.name in _SHOWN_BEFORE:
            value = _value(line, _DETAILS.get(line.name, _text))
            if value:
                yield ContentLine(line.name, (), value)
        else:
            yield from _passed(line)
    for child in component.children:
        yield from _child(child)
    yield ContentLine("END", (), component.name)


def digest(text: str) -> str:
    """12 hexadecimal digits that follow the emitted UID, which is keyed, where one object is shown as several."""
    return blake2b(text.encode(), digest_size=6).hexdigest()
