"""One component made consistent in itself: identity, stamps, small values, and the times that hang on its DTSTART.

Each function here looks for one fault and does nothing when it is absent; the kinds they report are those of
`mend.REPAIRS`. What stays ambiguous is refused rather than guessed: a value that was misread is never published.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from hashlib import blake2b

from feedserver.ics.reading.mend import Draft, Rewritten
from feedserver.ics.reading.times import conform, conform_end, read_date_list, read_period_list, read_when
from feedserver.ics.syntax.lines import ContentLine
from feedserver.ics.syntax.values import (
    LAST_DATE,
    RRule,
    When,
    format_duration,
    format_when,
    parse_duration,
    parse_integer,
    parse_rrule,
    scan_when,
    when_line,
)
from feedserver.ics.zones.timezones import ZoneBook
from feedserver.model.errors import ObjectRefused

_EPOCH = "19700101T000000Z"
_UTC_STAMP_LENGTH = len(_EPOCH)
_TIMES_ONCE = frozenset({"DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "UID"})
_RECURRENCE = frozenset({"RRULE", "EXRULE", "RDATE", "EXDATE"})
_ONCE = _TIMES_ONCE | {
    *("DTSTAMP", "CREATED", "LAST-MODIFIED", "COMPLETED", "SEQUENCE", "PRIORITY", "PERCENT-COMPLETE", "GEO", "CLASS"),
    *("SUMMARY", "LOCATION", "STATUS", "TRANSP", "ORGANIZER", "URL", "COLOR"),
}
_GEO = re.compile(r"\s*([+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?);([+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*")
_UNTIL = re.compile(r"(?<![A-Z])UNTIL=([^;]*)", re.IGNORECASE)
_END_OF_DAY = time(23, 59, 59)
_DAY = timedelta(days=1)


def repair_component(draft: Draft, zones: ZoneBook, default_zone: str | None) -> None:
    """Repair one VEVENT, VTODO or VJOURNAL in place; `default_zone` is the TZID its floating times are given.

    Raises ObjectRefused with the reason when its meaning is not plain.
    """
    _drop_duplicates(draft)
    _mend_stamps(draft)
    _mend_identity(draft)
    _drop_bad_values(draft)
    start = read_when(draft, "DTSTART", default_zone)
    if start is None:
        if draft.component.name == "VEVENT":
            raise ObjectRefused("the event has no DTSTART")
        _check_without_start(draft, default_zone)
        return
    _mend_end(draft, start, zones, default_zone)
    _mend_duration(draft, start)
    if not _RECURRENCE.isdisjoint(line[0] for line in draft.component.lines):
        draft.rewrite(lambda line: _recurrence_line(line, start, zones, default_zone))


def repair_recurrence_id(draft: Draft, start: When | None, default_zone: str | None) -> When | None:
    """The RECURRENCE-ID, of the type and zone of the master's `start`; None for a master."""
    when = read_when(draft, "RECURRENCE-ID", default_zone)
    if when is None or start is None:
        return when
    same = conform(when, start)
    line = draft.component.first("RECURRENCE-ID")
    if same != when and line is not None:
        kept = tuple(param for param in line.params if param[0] not in ("VALUE", "TZID"))
        new = when_line(line.name, same)
        draft.replace(line, new.with_params(kept + new.params), "recurrence-id-mended")
    return same


def _recurrence_line(line: ContentLine, start: When, zones: ZoneBook, default_zone: str | None) -> Rewritten | None:
    if line.name in ("EXDATE", "RDATE"):
        read = read_period_list if "/" in line.value else read_date_list
        return read(line, start, default_zone)
    return _mend_rule(line, start, zones) if line.name in ("RRULE", "EXRULE") else None


def _lines_of(draft: Draft, *names: str) -> list[ContentLine]:
    return [line for line in draft.component.lines if line[0] in names]


def _drop_duplicates(draft: Draft) -> None:
    """Of a property that may stand once, keep the first; two different times are no matter of taste."""
    lines = draft.component.lines
    if len({line[0] for line in lines}) == len(lines):
        return
    kept: dict[str, ContentLine] = {}
    for line in lines:
        first = kept.setdefault(line.name, line)
        if line.name in _TIMES_ONCE and line != first:
            raise ObjectRefused("it has two different {name}", name=line.name)
        if line.name == "CLASS" and first.value.upper() == "PUBLIC":
            kept["CLASS"] = line

    def drop(line: ContentLine) -> Rewritten | None:
        return None if line.name not in _ONCE or line is kept[line.name] else ((), {"duplicate-property"})

    draft.rewrite(drop)


def _mend_identity(draft: Draft) -> None:
    component = draft.component
    uid = component.first("UID")
    if uid is None or not uid.value.strip():
        if uid is not None:
            draft.replace(uid, None, "uid-added")
        component.lines.insert(0, ContentLine("UID", (), derived_uid(draft.raw)))
        draft.note("uid-added")
    if component.first("DTSTAMP") is None:
        newest = component.first("LAST-MODIFIED") or component.first("CREATED")
        at = next(i for i, line in enumerate(component.lines) if line.name == "UID")
        component.lines.insert(at + 1, ContentLine("DTSTAMP", (), newest.value if newest else _EPOCH))
        draft.note("dtstamp-added")


def derived_uid(content: bytes) -> str:
    """A UID that the same content is given each time it is imported."""
    return f"feedserver-{blake2b(content, digest_size=16).hexdigest()}"


def _mend_stamps(draft: Draft) -> None:
    """Stamps are UTC times (RFC 5545 section 3.8.7); a stamp that cannot be read says nothing and goes."""
    for line in _lines_of(draft, "DTSTAMP", "CREATED", "LAST-MODIFIED", "COMPLETED"):
        try:
            when = scan_when(line.value.strip().upper())
        except ValueError:
            draft.replace(line, None, "bad-value-dropped" if line.value.strip() else "empty-property")
            continue
        if len(line.value) != _UTC_STAMP_LENGTH or line.param("TZID") is not None:
            draft.replace(line, ContentLine(line.name, (), format_when(When(when.start, is_utc=True))), "stamp-in-utc")


def _drop_bad_values(draft: Draft) -> None:
    for line in draft.component.lines:
        is_good = _CHECKS.get(line[0])
        if is_good is not None and not is_good(line.value):
            draft.rewrite(_checked)
            return


def _checked(line: ContentLine) -> Rewritten | None:
    is_good = _CHECKS.get(line.name)
    if is_good is None or is_good(line.value):
        return None
    unescaped = line.value.replace("\\", "")  # SOGo writes the semicolon of GEO as text
    if is_good(unescaped):
        return [ContentLine(line.name, line.params, unescaped)], {"line-mended"}
    return (), {"bad-value-dropped"}


def _is_number(low: int, high: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        with suppress(ValueError):
            return low <= parse_integer(text.strip()) <= high
        return False

    return check


def _is_geo(text: str) -> bool:
    found = _GEO.fullmatch(text)
    return found is not None and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180  # noqa: PLR2004 - degrees


_CHECKS: dict[str, Callable[[str], bool]] = {
    "SEQUENCE": _is_number(0, 2**31 - 1),
    "PRIORITY": _is_number(0, 9),
    "PERCENT-COMPLETE": _is_number(0, 100),
    "GEO": _is_geo,
}


def _check_without_start(draft: Draft, default_zone: str | None) -> None:
    """A VTODO or VJOURNAL without DTSTART: what depends on it must at least be readable."""
    read_when(draft, "DUE", default_zone)
    for line in _lines_of(draft, "DURATION"):
        _length(line)
    draft.rewrite(lambda line: _read_rule(line)[1] if line.name in ("RRULE", "EXRULE") else None)


def _mend_end(draft: Draft, start: When, zones: ZoneBook, default_zone: str | None) -> None:
    name = "DUE" if draft.component.name == "VTODO" else "DTEND"
    end = read_when(draft, name, default_zone)
    if end is None:
        return
    duration = draft.component.first("DURATION")
    if duration is not None:
        draft.replace(duration, None, "duration-dropped")
    same = conform_end(end, start)
    line = draft.component.first(name)
    assert line is not None
    if same != end:
        new = when_line(name, same)
        draft.replace(line, new, "end-mended")
        line = new
    if _is_before(same, start, zones) or (start.is_date and same.value == start.value):
        draft.replace(line, None, "end-dropped")


def _is_before(end: When, start: When, zones: ZoneBook) -> bool:
    if (end.tzid, end.is_utc) == (start.tzid, start.is_utc):
        return end.start < start.start
    return moment(end, zones) < moment(start, zones)


def moment(when: When, zones: ZoneBook) -> datetime:
    """A naive UTC time to compare moments by; floating ones and those of unknown zones count as UTC."""
    zone = zones.resolve(when.tzid) if when.tzid is not None else None
    return when.start if zone is None else zone.utc(when.start).replace(tzinfo=None)


def _mend_duration(draft: Draft, start: When) -> None:
    line = draft.component.first("DURATION")
    if line is None:
        return
    length = _length(line)
    if length < timedelta(0):
        draft.replace(line, None, "duration-dropped")
        return
    if start.start + length > datetime.combine(LAST_DATE, time.min):
        raise ObjectRefused("DURATION ends after the year 9998")
    if start.is_date and length % _DAY:
        days = -(-length // _DAY) * _DAY
        draft.replace(line, ContentLine("DURATION", line.params, format_duration(days)), "duration-mended")


def _length(line: ContentLine) -> timedelta:
    try:
        return parse_duration(line.value)
    except ValueError as error:
        raise ObjectRefused("{name}: {detail}", name="DURATION", detail=str(error)) from error


def _mend_rule(line: ContentLine, start: When, zones: ZoneBook) -> Rewritten | None:
    """A rule that can be read, whose UNTIL is of the type DTSTART asks for (RFC 5545 section 3.3.10)."""
    rule, changed = _read_rule(line)
    if rule is None or rule.until is None:
        return changed
    until = _conform_until(rule.until, start, zones)
    if until == rule.until:
        return changed
    lines, kinds = changed or ([line], set[str]())
    value = _UNTIL.sub(f"UNTIL={format_when(until)}", lines[0].value)
    return [ContentLine(line.name, line.params, value)], kinds | {"until-mended"}


def _conform_until(until: When, start: When, zones: ZoneBook) -> When:
    if start.is_date:
        return until if until.is_date else When(until.start.date())
    zone = zones.resolve(start.tzid) if start.tzid is not None else None
    is_floating = zone is None and not start.is_utc
    if until.is_utc and start.is_floating:
        return When(until.start)
    if until.is_utc or (is_floating and not until.is_date):
        return until
    local = datetime.combine(until.value, _END_OF_DAY) if until.is_date else until.start
    if is_floating:
        return When(local)
    return When(local if zone is None else zone.utc(local).replace(tzinfo=None), is_utc=True)


def _read_rule(line: ContentLine) -> tuple[RRule | None, Rewritten | None]:
    """The rule, None when the line is empty and goes; and what stands in its place when it has to be mended."""
    with suppress(ValueError):
        return parse_rrule(line.value), None
    text = _plain_rule(line.value)
    if not text:
        return None, ((), {"empty-property"})
    try:
        rule = parse_rrule(text)
    except ValueError as error:
        raise ObjectRefused("{name}: {detail}", name=line.name, detail=str(error)) from error
    return rule, ([ContentLine(line.name, line.params, text)], {"rule-mended"})


def _plain_rule(value: str) -> str:
    r"""A rule without the noise some writers add: `\;`, blanks, a trailing semicolon, a part said twice alike."""
    value = "".join(value.replace("\\", "").split()).upper()
    return ";".join(dict.fromkeys(filter(None, value.removeprefix("RRULE:").split(";"))))
