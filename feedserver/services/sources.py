"""Sources: what an import reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file to import, read when its turn comes."""

    name: str
    """For the report; empty when it has none."""
    read: Callable[[], bytes]
    """The whole file. Raises OSError, TooLarge."""
