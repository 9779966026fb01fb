"""What the next page tells: the result of an action that answered with a redirect, shown once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message; its texts are in the reader's language already."""

    kind: Literal["done", "failed", "note"]
    text: str
    items: tuple[str, ...] = ()
    """One line for each thing that went its own way, such as a share that could not be changed."""
    button: str = ""
    """What a button beside the text says, such as "Undo"; empty for no button."""
    action: str = ""
    """The path that the button's form is sent to."""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What that form carries."""


def told_text(messages: Sequence[Told]) -> str:
    """As a session keeps them."""
    return json.dumps([asdict(message) for message in messages], ensure_ascii=False)


def told_of(text: str) -> tuple[Told, ...]:
    """What `told_text` made; nothing for an empty text.

    What a newer version of this program added to a message is passed over: two versions may serve at once.
    """
    return tuple(_told(entry) for entry in json.loads(text or "[]"))


def _told(entry: dict[str, Any]) -> Told:
    known = {name: value for name, value in entry.items() if name in Told.__dataclass_fields__}
    return Told(**{**known, "items": tuple(entry["items"])})
