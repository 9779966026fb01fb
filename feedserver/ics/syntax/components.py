"""Components: the tree that BEGIN and END lines make of content lines (RFC 5545 section 3.4, 3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feedserver.ics.syntax.limits import DEFAULT_LIMITS, Limits
from feedserver.ics.syntax.lines import ContentLine, decode, format_line, parse_line, unescape_text, unfold
from feedserver.model.errors import NotACalendar, ObjectRefused

Mend = Callable[[str], ContentLine | None]
"""What to read a line as that is no content line: a property, None to leave it out, or ValueError to give up."""


class Component:
    """One component: its properties in order, then its children in order.

    Built once and then read; whoever changes `lines` owns the component.
    """

    __slots__ = ("children", "line_no", "lines", "name")

    def __init__(
        self,
        name: str,
        lines: list[ContentLine] | None = None,
        children: list[Component] | None = None,
        line_no: int = 0,
    ) -> None:
        self.name = name
        """Upper-case."""
        self.lines = [] if lines is None else lines
        self.children = [] if children is None else children
        self.line_no = line_no
        """1-based line of its BEGIN in what was parsed; 0 when it was made here."""

    def __repr__(self) -> str:
        """Without values: a repr ends up in logs."""
        return f"Component({self.name!r}, {len(self.lines)} lines, {len(self.children)} children)"

    def __eq__(self, other: object) -> bool:
        """Equal content; where it stood in the file does not matter."""
        if not isinstance(other, Component):
            return NotImplemented
        return (self.name, self.lines, self.children) == (other.name, other.lines, other.children)

    __hash__ = None  # type: ignore[assignment]

    def first(self, name: str) -> ContentLine | None:
        """The first property of that upper-case name."""
        for line in self.lines:
            if line[0] == name:
                return line
        return None

    def all(self, name: str) -> list[ContentLine]:
        """Every property of that upper-case name, in order."""
        return [line for line in self.lines if line[0] == name]

    def text(self, name: str) -> str | None:
        """The unescaped TEXT of the first property of that name; None when there is none."""
        line = self.first(name)
        return None if line is None else unescape_text(line.value)

    def walk(self) -> Iterator[Component]:
        """The component itself and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_bytes(self) -> bytes:
        """The component written anew: CRLF, folded; properties first, then children."""
        parts = [f"BEGIN:{self.name}\r\n".encode()]
        parts.extend(format_line(*line) for line in self.lines)
        parts.extend(child.to_bytes() for child in self.children)
        parts.append(f"END:{self.name}\r\n".encode())
        return b"".join(parts)


def parse_components(data: bytes, limits: Limits = DEFAULT_LIMITS) -> list[Component]:
    """The VCALENDARs of `data`, in order. Strict: every END closes what was begun last, nothing stands outside.

    Raises NotACalendar when there is none, ObjectRefused with the line when the structure is broken or a limit is
    passed: a broken file never reads as an empty one (trap 3).
    """
    calendars = parse_tree(data, limits=limits)
    if not calendars:
        raise NotACalendar("the data holds no VCALENDAR")
    for calendar in calendars:
        if calendar.name != "VCALENDAR":
            raise NotACalendar(
                "line {line}: {name} stands outside a VCALENDAR", line=calendar.line_no, name=calendar.name[:40]
            )
    return calendars


def parse_tree(
    data: bytes, *, first_line: int = 1, limits: Limits = DEFAULT_LIMITS, mend: Mend | None = None
) -> list[Component]:
    """The outermost components of `data`, whatever they are; `first_line` numbers its first line.

    `mend` is asked for lines that cannot be read; without it they are refused. Raises ObjectRefused with the line.
    """
    top: list[Component] = []
    stack: list[Component] = []
    components = 0
    lines = unfold(data)
    if len(lines) > 2 * limits.max_properties:
        raise ObjectRefused("it has more than {max} properties", max=limits.max_properties)
    for offset, raw in lines:
        if len(raw) > limits.max_line_bytes:
            raise ObjectRefused(
                "line {line} is longer than {max} bytes", line=first_line + offset - 1, max=limits.max_line_bytes
            )
        try:
            line = _read_line(decode(raw), mend)
            if line is None:
                continue
            if line[0] == "BEGIN":
                components += 1
                _check_counts(components, len(stack), limits)
                _begin(line, stack, top, first_line + offset - 1)
            elif line[0] == "END":
                _end(line, stack)
            elif stack:
                stack[-1].lines.append(line)
            else:
                raise ValueError("a property stands outside any component")  # noqa: TRY301 - one place adds the line
        except ValueError as error:
            raise ObjectRefused("line {line}: {detail}", line=first_line + offset - 1, detail=str(error)) from error
    if stack:
        raise ObjectRefused("line {line}: BEGIN:{name} has no END", line=stack[-1].line_no, name=stack[-1].name[:40])
    return top


def _read_line(text: str, mend: Mend | None) -> ContentLine | None:
    try:
        return parse_line(text)
    except ValueError:
        if mend is None:
            raise
        return mend(text)


def _check_counts(components: int, depth: int, limits: Limits) -> None:
    if components > limits.max_components:
        raise ValueError(f"it has more than {limits.max_components} components")
    if depth >= limits.max_depth:
        raise ValueError(f"components are nested deeper than {limits.max_depth}")


def _begin(line: ContentLine, stack: list[Component], top: list[Component], line_no: int) -> None:
    name = line.value.strip().upper()
    if not name or not name.isascii() or not name.replace("-", "").isalnum():
        raise ValueError("BEGIN names no component")
    component = Component(name, line_no=line_no)
    (stack[-1].children if stack else top).append(component)
    stack.append(component)


def _end(line: ContentLine, stack: list[Component]) -> None:
    name = line.value.strip().upper()
    if not stack:
        raise ValueError(f"END:{name[:40]} closes nothing")
    if stack[-1].name != name:
        raise ValueError(f"END:{name[:40]} where END:{stack[-1].name[:40]} is due")
    stack.pop()
