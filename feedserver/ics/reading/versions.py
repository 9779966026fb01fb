"""Components of one UID sorted into objects: one master with its overrides each (RFC 4791 section 4.1).

What we do with several components where one may stand (trap 7):

- the same component twice is one;
- overrides of one instance, and masters with equal DTSTART and RRULE, that differ in SEQUENCE or DTSTAMP are versions:
  the newest is kept (RFC 5546 section 2.1.5);
- other masters with the UID, and components of another type, are events of their own: each later one is kept under a
  UID derived from its content. The overrides stay with the first master.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from feedserver.ics.reading.mend import Draft
from feedserver.ics.reading.repair import derived_uid, moment, repair_recurrence_id
from feedserver.ics.syntax.lines import ContentLine, escape_text
from feedserver.ics.syntax.values import parse_when
from feedserver.ics.zones.timezones import ZoneBook


@dataclass(slots=True)
class Series:
    """What becomes one object."""

    uid: str
    drafts: list[Draft]
    """Master first when there is one, then overrides in the order of the file."""
    repairs: set[str] = field(default_factory=set)
    """Those that no single draft needed."""


def sort_into_series(uid: str, drafts: list[Draft], zones: ZoneBook, default_zone: str | None) -> list[Series]:
    """The objects that repaired components of one UID make, at least one, each with a UID of its own."""
    if len(drafts) == 1:
        repair_recurrence_id(drafts[0], None, default_zone)
        return [Series(uid, drafts)]
    kind = drafts[0].component.name
    main = Series(uid, [])
    others = [draft for draft in drafts if draft.component.name != kind]
    drafts = [draft for draft in drafts if draft.component.name == kind]
    masters = [draft for draft in drafts if draft.component.first("RECURRENCE-ID") is None]
    overrides = [draft for draft in drafts if draft.component.first("RECURRENCE-ID") is not None]
    masters = _newest(_distinct(masters, main), _rule_of, main)
    start = masters[0].component.first("DTSTART") if masters else None
    start_when = None if start is None else parse_when(start)
    instances: dict[int, Hashable] = {}
    for draft in overrides:
        when = repair_recurrence_id(draft, start_when, default_zone)
        assert when is not None
        instances[id(draft)] = moment(when, zones)
    overrides = _newest(_distinct(overrides, main), lambda draft: instances[id(draft)], main)
    main.drafts = masters[:1] + overrides
    return [main, *(_under_derived_uid(uid, draft) for draft in _distinct(masters[1:] + others, main))]


def _distinct(drafts: list[Draft], series: Series) -> list[Draft]:
    kept: dict[bytes, Draft] = {}
    for draft in drafts:
        kept.setdefault(draft.to_bytes(), draft)
    if len(kept) < len(drafts):
        series.repairs.add("duplicate-dropped")
    return list(kept.values())


def _newest(drafts: list[Draft], what: Callable[[Draft], Hashable], series: Series) -> list[Draft]:
    """Of drafts that are versions of the same thing, the newest, in the place of the first.

    Masters of equal version are events of their own; of overrides of equal version the later one holds, since an
    instance can show only once.
    """
    kept: dict[Hashable, Draft] = {}
    for draft in drafts:
        key = what(draft)
        first = kept.get(key)
        is_override = draft.component.first("RECURRENCE-ID") is not None
        if first is not None and not is_override and _version(first) == _version(draft):
            key = (key, draft.to_bytes())
            first = kept.get(key)
        if first is None:
            kept[key] = draft
            continue
        series.repairs.add("older-version-dropped")
        if _version(draft) >= _version(first):
            kept[key] = draft
    return list(kept.values())


def _rule_of(draft: Draft) -> Hashable:
    return tuple(line for line in draft.component.lines if line.name in ("DTSTART", "RRULE"))


def _version(draft: Draft) -> tuple[int, str]:
    """What tells versions apart: SEQUENCE, then DTSTAMP; both are good by now."""
    sequence, stamp = draft.component.first("SEQUENCE"), draft.component.first("DTSTAMP")
    return int(sequence.value) if sequence else 0, stamp.value if stamp else ""


def _under_derived_uid(uid: str, draft: Draft) -> Series:
    new = derived_uid(uid.encode() + b"\0" + draft.raw)
    line = draft.component.first("UID")
    assert line is not None
    draft.replace(line, ContentLine("UID", (), escape_text(new)), "uid-derived")
    return Series(new, [draft])
