"""Raw components of one UID to the objects that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from feedserver.ics.reading.mend import Draft, read_draft
from feedserver.ics.reading.repair import derived_uid, repair_component
from feedserver.ics.reading.source import CalendarSource, Definition
from feedserver.ics.reading.split import OBJECT_COMPONENTS, RawComponent
from feedserver.ics.reading.versions import Series, sort_into_series
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.limits import Limits
from feedserver.ics.zones.timezones import ZoneBook, iana_zone
from feedserver.model.errors import ObjectRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedObject:
    """One calendar object, repaired and checked."""

    uid: str
    """Unescaped."""
    component: str
    """VEVENT, VTODO or VJOURNAL."""
    components: list[Component]
    """All of that type, in the order of `data`: the master first when there is one, then its overrides."""
    zones: ZoneBook
    timezone: str
    """IANA name of the collection's zone, in which floating times are read."""
    data: bytes
    """A whole VCALENDAR as it is stored."""
    repairs: frozenset[str]
    """Kinds of `mend.REPAIRS`; empty when the components stand in `data` as received."""
    line_no: int
    """1-based line of its first component in the file."""


class RefusedAt(ObjectRefused):
    """An object is refused because of the component that begins at `line_no`."""

    def __init__(self, error: ObjectRefused, line_no: int) -> None:
        super().__init__(error.message, precondition=error.precondition, **error.values)
        self.line_no = line_no


def assemble(
    group: Sequence[RawComponent],
    data: bytes,
    sources: Mapping[int, CalendarSource],
    *,
    repairs: frozenset[str],
    timezone: str,
    limits: Limits,
) -> list[ParsedObject]:
    """The objects of one UID's raw components; more than one when masters do not belong together.

    `sources` is keyed by the `id` of a raw component's source; `repairs` are those of the whole file. Raises RefusedAt.
    """
    origins = list(dict.fromkeys(id(raw.source) for raw in group))
    source = sources[origins[0]]
    try:
        _check_group(group, limits)
        header, header_repairs = source.header
        drafts = [_read(raw, data, sources[id(raw.source)], limits) for raw in group]
        uid = _uid_of(drafts, limits)
        all_series = sort_into_series(uid, drafts, source.zones, source.default_zone)
        return [
            _store(
                series,
                header,
                [sources[origin] for origin in origins],
                repairs=repairs | header_repairs,
                timezone=timezone,
                limits=limits,
            )
            for series in all_series
        ]
    except RefusedAt:
        raise
    except ObjectRefused as error:
        raise RefusedAt(error, group[0].line_no) from error


def _check_group(group: Sequence[RawComponent], limits: Limits) -> None:
    for raw in group:
        if raw.fault:
            raise RefusedAt(raw.fault, raw.line_no)
        if raw.name not in OBJECT_COMPONENTS:
            error = ObjectRefused(
                "a calendar keeps no {name} components",
                precondition="supported-calendar-component",
                name=raw.name[:40],
            )
            raise RefusedAt(error, raw.line_no)
    if sum(raw.end - raw.start for raw in group) > limits.max_object_bytes:
        raise ObjectRefused(
            "it is larger than {max} bytes", precondition="max-resource-size", max=limits.max_object_bytes
        )
    if len(group) > limits.max_components:
        raise ObjectRefused(
            "it has more than {max} components", precondition="max-instances", max=limits.max_components
        )


def _read(raw: RawComponent, data: bytes, source: CalendarSource, limits: Limits) -> Draft:
    try:
        draft = read_draft(data[raw.start : raw.end], raw.line_no, limits)
        _check_counts(draft.component, limits)
        repair_component(draft, source.zones, source.default_zone)
    except ObjectRefused as error:
        raise RefusedAt(error, raw.line_no) from error
    return draft


def _check_counts(component: Component, limits: Limits) -> None:
    attendees = dates = 0
    for line in component.lines:
        if line[0] == "ATTENDEE":
            attendees += 1
        elif line[0] in ("EXDATE", "RDATE"):
            dates += line.value.count(",") + 1
    if attendees > limits.max_attendees:
        message = f"it has more than {limits.max_attendees} attendees"
        raise ObjectRefused(message, precondition="max-attendees-per-instance")
    if dates > limits.max_dates:
        raise ObjectRefused("it lists more than {max} dates", precondition="max-instances", max=limits.max_dates)


def _uid_of(drafts: Iterable[Draft], limits: Limits) -> str:
    uids = {(draft.component.text("UID") or "").strip() for draft in drafts}
    uid = uids.pop()
    if uids or not uid:
        raise ObjectRefused("its UID cannot be read")
    if len(uid.encode()) > limits.max_uid_bytes:
        raise ObjectRefused("its UID is longer than {max} bytes", max=limits.max_uid_bytes)
    return uid


def _store(
    series: Series,
    header: bytes,
    sources: Sequence[CalendarSource],
    *,
    repairs: frozenset[str],
    timezone: str,
    limits: Limits,
) -> ParsedObject:
    components = [draft.component for draft in series.drafts]
    if sum(len(part.lines) for component in components for part in component.walk()) > limits.max_properties:
        raise ObjectRefused("it has more than {max} properties", max=limits.max_properties)
    definitions = _definitions(components, sources)
    parts = [b"BEGIN:VCALENDAR\r\n", header]
    parts.extend(definition.data for definition in definitions)
    parts.extend(draft.to_bytes() for draft in series.drafts)
    parts.append(b"END:VCALENDAR\r\n")
    needed = series.repairs.union(*(draft.repairs for draft in series.drafts))
    needed.update(definition.repair for definition in definitions if definition.repair)
    return ParsedObject(
        uid=series.uid,
        component=components[0].name,
        components=components,
        zones=sources[0].zones if len(sources) == 1 else ZoneBook(each.component for each in definitions),
        timezone=timezone,
        data=b"".join(parts),
        repairs=repairs | needed,
        line_no=series.drafts[0].line_no,
    )


def _definitions(components: Iterable[Component], sources: Sequence[CalendarSource]) -> list[Definition]:
    """The VTIMEZONEs that the components use, sorted by TZID so that the same object always has the same bytes."""
    found = (_definition(tzid, sources) for tzid in sorted(tzids_of(components)))
    return [definition for definition in found if definition]


def tzids_of(components: Iterable[Component]) -> set[str]:
    """Every TZID that a property of the components, or of what is nested in them, refers to."""
    return {
        values[0]
        for component in components
        for part in component.walk()
        for line in part.lines
        if line.params
        for name, values in line.params
        if name == "TZID" and values[0]
    }


def _definition(tzid: str, sources: Sequence[CalendarSource]) -> Definition | None:
    """The one definition of a TZID. Raises ObjectRefused when the VCALENDARs that its parts come from disagree."""
    found = [definition for source in sources if (definition := source.definition(tzid))]
    own = [definition for definition in found if definition.repair != "vtimezone-added"] or found
    if any(other.component != own[0].component for other in own[1:]) and iana_zone(tzid) is None:
        raise ObjectRefused("its parts use one TZID for different zones")
    return own[0] if own else None


def group_key(raw: RawComponent, data: bytes) -> str:
    """The UID that a raw component is grouped by: its own, or the one derived from its content."""
    return raw.uid if raw.uid is not None else derived_uid(data[raw.start : raw.end])
