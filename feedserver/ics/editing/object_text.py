"""A stored calendar object as its bytes: its events to be edited, everything else left as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.reading.assemble import tzids_of
from feedserver.ics.reading.source import PRODID, iana_definition
from feedserver.ics.reading.split import split
from feedserver.ics.syntax.components import parse_tree

EMPTY = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nEND:VCALENDAR\r\n".encode()


class ObjectText:
    """One VCALENDAR in canonical bytes, cut into its events and what stands between them."""

    __slots__ = ("_parts", "_timezones", "_used")

    def __init__(self, data: bytes = EMPTY) -> None:
        found = split(data)
        self._timezones = {tzid: raw for source in found.sources for tzid, (raw, _) in source.timezones.items()}
        self._parts: list[bytes | ComponentText] = []
        at = 0
        for raw in found.components:
            self._parts += [data[at : raw.start], ComponentText(data[raw.start : raw.end])]
            at = raw.end
        end = data.rfind(b"END:") if at == 0 else at
        self._parts += [data[at:end], data[end:]] if at == 0 else [data[at:]]
        self._used = _tzids(self.events)

    @property
    def events(self) -> list[ComponentText]:
        """The master first when there is one, then the overrides in the order they stand in."""
        events = [part for part in self._parts if isinstance(part, ComponentText)]
        return sorted(events, key=lambda event: event.has("RECURRENCE-ID"))

    def add(self, event: ComponentText) -> None:
        """Behind the last event."""
        self._parts.insert(len(self._parts) - 1, event)

    def remove(self, event: ComponentText) -> None:
        """Take that very event out."""
        self._parts = [part for part in self._parts if part is not event]

    def to_bytes(self) -> bytes:
        """The object as it stands now.

        Time zones that came into use are defined by IANA's rules, and those no longer in use go.
        """
        used = _tzids(self.events)
        for tzid in sorted((self._used - used) & self._timezones.keys()):
            self._replace(self._timezones.pop(tzid), b"")
        for tzid in sorted(used - self._timezones.keys()):
            self._define(tzid)
        self._used = used
        return b"".join(part if isinstance(part, bytes) else part.to_bytes() for part in self._parts)

    def _define(self, tzid: str) -> None:
        """Add a VTIMEZONE where the order of TZIDs wants it, as an import has them."""
        definition = iana_definition(tzid)
        if definition is None:
            return
        following = next((self._timezones[known] for known in sorted(self._timezones) if known > tzid), None)
        self._timezones[tzid] = definition.data
        if following is not None:
            self._replace(following, definition.data + following)
        else:
            head = self._parts[0]
            assert isinstance(head, bytes)
            self._parts[0] = head + definition.data

    def _replace(self, old: bytes, new: bytes) -> None:
        """Put `new` where the VTIMEZONE `old` stands."""
        for at, part in enumerate(self._parts):
            if isinstance(part, bytes) and old in part:
                self._parts[at] = part.replace(old, new, 1)
                return


def _tzids(events: Iterable[ComponentText]) -> set[str]:
    return tzids_of(tree for event in events for tree in parse_tree(event.to_bytes()))
