"""What an import did, object by object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from feedserver.model.errors import FeedserverError


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One object that could not be kept."""

    line: int
    """1-based line of the file at which its component begins."""
    uid: str
    """Empty when it had none."""
    message: str
    """Why; as of an error, a message of the catalogues in which `values` stand in braces."""
    values: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    """The file's name, when a folder was imported."""

    @classmethod
    def of(cls, error: FeedserverError, *, line: int, uid: str = "", file: str = "") -> Refusal:
        """What `error` says; the error itself would keep in memory all that was at hand when it was raised."""
        return cls(line=line, uid=uid, message=error.message, values=error.values, file=file)

    @property
    def reason(self) -> str:
        """Why, in English."""
        return self.message.format(**self.values) if self.values else self.message


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Counts objects (one UID with its overrides is one), filled while the import runs."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: int = 0
    """How many of the three above were kept only after a repair."""
    refused: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    """Kind of repair -> how many objects needed it."""
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Objects that are in the calendar now."""
        return self.imported + self.updated + self.unchanged
