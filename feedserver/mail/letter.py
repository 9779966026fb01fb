"""A letter: its parts in order, from which both the plain text and the HTML are written."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from feedserver.languages.language import Language
from feedserver.model.subscribing import SubscribeWay

_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the sender wrote, in lines."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address to open."""

    label: str
    url: str

    def __repr__(self) -> str:
        """Without the address: it is a credential."""
        return f"Link(label={self.label!r})"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """How to subscribe, app by app; their texts are messages."""

    ways: tuple[SubscribeWay, ...]


Part: TypeAlias = Words | Heading | Note | Link | Facts | Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says, in one language."""

    subject: str
    """One line."""
    parts: tuple[Part, ...]
    language: Language

    def text(self) -> str:
        """The plain text: paragraphs of at most 72 characters a line, but for words that are longer."""
        return "\n\n".join(filter(None, (_text_of(part, self.language) for part in self.parts))) + "\n"

    def brief(self) -> Letter:
        """The same without the ways to subscribe: for who sends it by hand."""
        return replace(self, parts=tuple(part for part in self.parts if not isinstance(part, Ways | Heading)))


def _text_of(part: Part, language: Language) -> str:
    match part:
        case Words(text):
            return _wrapped(text)
        case Heading(text):
            return f"{text}\n{'-' * min(len(text), _WIDTH)}"
        case Note(text):
            return "\n".join(_quoted(text.splitlines()))
        case Link(label, url):
            return f"{label}:\n{url}"
        case Facts(rows):
            return "\n".join(f"{name}: {value}" for name, value in rows)
        case Ways(ways):
            return "\n\n".join(_way_text(way, language) for way in ways)


def _quoted(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield from (f"> {piece}" for piece in _wrapped(line, _WIDTH - 2).split("\n"))


def _way_text(way: SubscribeWay, language: Language) -> str:
    """Name, address and steps, the latter two indented."""
    lines = [language.gettext(way.name)]
    if url := way.url or way.copy_url:
        lines.append(f"  {url}")
    if way.steps:
        steps = " ".join(language.gettext(step) for step in way.steps)
        lines.append(textwrap.indent(_wrapped(steps, _WIDTH - 2), "  "))
    return "\n".join(lines)


def _wrapped(text: str, width: int = _WIDTH) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
