"""One stored component as the lines it stands in, so that an edit touches no other line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine, decode, format_line, parse_line, unfold

_LOGICAL_LINE = re.compile(rb"[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n")


@dataclass(frozen=True, slots=True)
class _Piece:
    raw: bytes
    """With its folds and line break."""
    line: ContentLine | None
    """None for BEGIN, END and everything inside a nested component."""


class ComponentText:
    """A component as canonical bytes (CR LF); properties inside nested components are out of reach."""

    __slots__ = ("_pieces",)

    def __init__(self, raw: bytes) -> None:
        self._pieces = list(_pieces(raw))

    def copy(self) -> ComponentText:
        """Another one with the same lines."""
        made = ComponentText(b"")
        made._pieces = list(self._pieces)
        return made

    def to_bytes(self) -> bytes:
        """The component as it stands now."""
        return b"".join(piece.raw for piece in self._pieces)

    @property
    def lines(self) -> list[ContentLine]:
        """Its own properties, in order."""
        return [piece.line for piece in self._pieces if piece.line is not None]

    def component(self) -> Component:
        """Its own properties as a component, without what is nested."""
        return Component("VEVENT", self.lines)

    def first(self, name: str) -> ContentLine | None:
        """The first property of that upper-case name."""
        return next((line for line in self.lines if line.name == name), None)

    def has(self, name: str) -> bool:
        """True when it has a property of that upper-case name."""
        return self.first(name) is not None

    def put(self, line: ContentLine, *, instead_of: str = "", after: str = "") -> None:
        """Set the property that stands once.

        It takes the place of the first one of its name (or of the name `instead_of`), and others of both names go.
        Where there is none it is added behind the last property of the name `after`, else behind all properties.
        """
        names = {line.name, instead_of}
        at = next((i for i, piece in enumerate(self._pieces) if piece.line and piece.line.name in names), None)
        if at is None:
            self.add(line, after=after)
        elif self._pieces[at].line != line:
            self._pieces[at] = _written(line)
        kept = [p for i, p in enumerate(self._pieces) if i == at or not p.line or p.line.name not in names]
        self._pieces = self._pieces if at is None else kept

    def add(self, line: ContentLine, *, after: str = "") -> None:
        """Add a property behind the last one of the name `after`, else behind all properties."""
        same = [i for i, piece in enumerate(self._pieces) if piece.line and piece.line.name == after]
        at = same[-1] + 1 if same else self._end_of_properties()
        self._pieces.insert(at, _written(line))

    def _end_of_properties(self) -> int:
        """Where the first nested component begins, else the END: properties come first (RFC 5545 section 3.6)."""
        return next(i for i, piece in enumerate(self._pieces) if i and piece.line is None)

    def remove(self, *names: str) -> None:
        """Take away every property of these names."""
        self._pieces = [piece for piece in self._pieces if not piece.line or piece.line.name not in names]

    def rewrite(self, name: str, change: Callable[[ContentLine], ContentLine | None]) -> None:
        """Put what `change` gives in place of each property of that name; None takes it away."""
        pieces: list[_Piece] = []
        for piece in self._pieces:
            if piece.line is None or piece.line.name != name:
                pieces.append(piece)
                continue
            new = change(piece.line)
            if new is not None:
                pieces.append(piece if new == piece.line else _written(new))
        self._pieces = pieces


def _pieces(raw: bytes) -> Iterator[_Piece]:
    depth = 0
    for found in _LOGICAL_LINE.finditer(raw):
        logical = unfold(found[0])
        line = parse_line(decode(logical[0][1])) if logical else None
        if line is None:
            yield _Piece(found[0], None)
            continue
        if line.name == "BEGIN":
            depth += 1
        is_own = depth == 1 and line.name not in ("BEGIN", "END")
        if line.name == "END":
            depth -= 1
        yield _Piece(found[0], line if is_own else None)


def _written(line: ContentLine) -> _Piece:
    return _Piece(format_line(*line), line)
