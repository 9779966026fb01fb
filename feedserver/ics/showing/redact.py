"""The one redaction: what of a component shows at which level of detail (feed-contract F69-F72, F74-F79).

Feed, page, CalDAV and JSON all show a share through `redact`; nothing else in the program decides what is seen.
It works by allow-lists: what is not named for a level does not show. Only `full` passes X- properties that it does
not know, and even there never what would lead a reader's machine astray: inline data, odd schemes, alarms, source
UIDs.

Times are not its matter: every level shows when. Who renders them is `rendition`.
"""

from __future__ import annotations

from collections.abc import Iterator

from feedserver.ics.showing import slots
from feedserver.ics.showing.shown_values import (
    ASTRAY,
    CONFERENCE,
    TOKEN,
    WEB,
    Read,
    clean,
    read_color,
    read_created,
    read_geo,
    read_priority,
    read_text,
    read_texts,
    read_web,
)
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine, escape_text, unescape_text
from feedserver.model.share import DetailLevel

UID_SLOT, BUSY_SLOT, NO_TITLE_SLOT = (slot.decode() for slot in (slots.UID, slots.BUSY, slots.NO_TITLE))

_STATUSES = frozenset({"TENTATIVE", "CONFIRMED", "CANCELLED"})
BUSY_LINES = [
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
    found = _firsts(component)
    busy = _busy(found)
    if is_private(component, master):
        return dict.fromkeys(DetailLevel, busy)
    titles = list(_titles(found))
    details = titles + _details(component, found)
    return {
        DetailLevel.BUSY: busy,
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


Firsts = dict[str, ContentLine]
"""Property name -> the first of that name."""


def _firsts(component: Component) -> Firsts:
    found: Firsts = {}
    for line in component.lines:
        found.setdefault(line[0], line)
    return found


def _busy(found: Firsts) -> list[ContentLine] | None:
    """A block without words. What takes no time does not show: it would tell that something is there."""
    if _status(found) == "CANCELLED" or _is_transparent(found):
        return None
    return BUSY_LINES


def _status(found: Firsts) -> str | None:
    line = found.get("STATUS")
    status = line.value.strip().upper() if line else ""
    return status if status in _STATUSES else None


def _is_transparent(found: Firsts) -> bool:
    line = found.get("TRANSP")
    return line is not None and line.value.strip().upper() == "TRANSPARENT"


def _titles(found: Firsts) -> Iterator[ContentLine]:
    """What, where, and how it stands: F69, F70, F81."""
    yield from _readable(found, "SUMMARY", read_text) or [ContentLine("SUMMARY", (), NO_TITLE_SLOT)]
    yield from _readable(found, "LOCATION", read_text)
    yield from _readable(found, "GEO", read_geo)
    status = _status(found)
    if status is not None:
        yield ContentLine("STATUS", (), status)
    is_transparent = _is_transparent(found)
    yield ContentLine("TRANSP", (), "TRANSPARENT" if is_transparent else "OPAQUE")
    yield ContentLine("X-MICROSOFT-CDO-BUSYSTATUS", (), _busy_status(found, status, is_transparent=is_transparent))


def _busy_status(found: Firsts, status: str | None, *, is_transparent: bool) -> str:
    if is_transparent:
        return "FREE"
    if status == "TENTATIVE":
        return "TENTATIVE"
    known = found.get("X-MICROSOFT-CDO-BUSYSTATUS")
    return "OOF" if known is not None and known.value.strip().upper() == "OOF" else "BUSY"


def _readable(found: Firsts, name: str, read: Read) -> list[ContentLine]:
    """The first property of that name with its value read and no parameter but LANGUAGE; or nothing."""
    line = found.get(name)
    if line is None:
        return []
    value = _value(line, read)
    if not value:
        return []
    language = line.param("LANGUAGE") if line.params else None
    return [
        ContentLine(name, (("LANGUAGE", (language,)),) if language and TOKEN.fullmatch(language.upper()) else (), value)
    ]


def _value(line: ContentLine, read: Read) -> str | None:
    try:
        return read(line.value)
    except ValueError:
        return None


_DETAILS: dict[str, Read] = {
    "DESCRIPTION": read_text,
    "URL": read_web,
    "COLOR": read_color,
    "PRIORITY": read_priority,
    "CREATED": read_created,
}


def _details(component: Component, found: Firsts) -> list[ContentLine]:
    """What `details` adds. Several CATEGORIES become one."""
    lines = [line for name, read in _DETAILS.items() for line in _readable(found, name, read)]
    if "CATEGORIES" not in found:
        return lines
    categories = filter(None, (_value(line, read_texts) for line in component.all("CATEGORIES")))
    joined = ",".join(categories)
    return [*lines, ContentLine("CATEGORIES", (), joined)] if joined else lines


# --- full -------------------------------------------------------------------------------------------------------

_PASSED = frozenset({"ORGANIZER", "ATTENDEE", "CONTACT", "COMMENT", "RESOURCES", "ATTACH", "IMAGE", "CONFERENCE"})
"""What `full` adds by name; X- properties pass besides. The newest ones (RFC 9073, RFC 9253) do not: libical 3 calls
the whole event faulty for one property that it does not know. RELATED-TO does not either: it holds source UIDs."""
_TRACES = frozenset({"X-LIC-ERROR", "X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME", "X-EVOLUTION-ALARM-UID"})
"""What the owner's own program noted for itself."""
_TEXTS = frozenset({"COMMENT", "CONTACT"})
_URIS = {"ATTACH": WEB, "IMAGE": WEB, "CONFERENCE": CONFERENCE}
"""Only ever as a URI of these schemes; never inline (F76, F78)."""
_NO_PARAMS = frozenset({"TZID", "ENCODING", "X-LIC-ERROR"})


def _full(component: Component, details: list[ContentLine]) -> list[ContentLine]:
    lines = details + [shown for line in component.lines for shown in _passed(line)]
    lines += _join_link(lines)
    for number, child in enumerate(component.children):
        lines += _child(child, f"{UID_SLOT}-c{number}")
    return lines


def _passed(line: ContentLine) -> list[ContentLine]:
    """A property that no level before shows, as `full` shows it."""
    name = line.name
    is_extension = name.startswith("X-") and not name.startswith("X-MICROSOFT-CDO-") and name not in _TRACES
    if name not in _PASSED and not is_extension:
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
    elif is_inline or ASTRAY.match(value) or line.param("TZID") is not None:
        return []
    return [ContentLine(name, tuple(_clean_params(params)), value)]


def _clean_params(params: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, values in params.items():
        if not any(ASTRAY.match(value) for value in values):
            yield key, tuple(clean(value) for value in values)


def _join_link(lines: list[ContentLine]) -> list[ContentLine]:
    """F78: hardly any client shows CONFERENCE, so its web link is the URL where there is none."""
    if any(line.name == "URL" for line in lines):
        return []
    links = [line.value for line in lines if line.name == "CONFERENCE" and WEB.fullmatch(line.value)]
    return [ContentLine("URL", (), links[0])] if links else []


_IN_CHILDREN: dict[str, Read] = {
    **_DETAILS,
    "NAME": read_text,
    "SUMMARY": read_text,
    "LOCATION": read_text,
    "GEO": read_geo,
}


def _child(component: Component, uid: str) -> Iterator[ContentLine]:
    """A nested component (RFC 9073 and unknown ones), flat; never an alarm (F74). Its UID follows from the event's."""
    if component.name == "VALARM" or not TOKEN.fullmatch(component.name):
        return
    yield ContentLine("BEGIN", (), component.name)
    for line in component.lines:
        if line.name == "UID":
            yield ContentLine("UID", (), uid)
        elif line.name in _IN_CHILDREN:
            value = _value(line, _IN_CHILDREN[line.name])
            if value:
                yield ContentLine(line.name, (), value)
        else:
            yield from _passed(line)
    for number, child in enumerate(component.children):
        yield from _child(child, f"{uid}-{number}")
    yield ContentLine("END", (), component.name)
