"""Column types that behave alike on both engines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

E = TypeVar("E", bound=StrEnum)

_JSON = json.JSONEncoder(ensure_ascii=False)


def key_text() -> TypeEngine[str]:
    """Text that is compared and sorted by code point on both engines (PostgreSQL would ask its locale)."""
    return Text().with_variant(Text(collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC: `timestamptz` on PostgreSQL, text of fixed width that sorts by time on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a naive value: SQLite would keep it as if it were UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone: naive datetime refused")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class StrEnumText(TypeDecorator[E], Generic[E]):
    """A StrEnum by its value; a value unknown to the program is a ValueError."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base's signature
        """The value; a plain string must be one of them."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:  # noqa: ARG002 - the base's signature
        """The member."""
        return None if value is None else self.kind(value)


class Strings(TypeDecorator[tuple[str, ...]]):
    """A list of strings as JSON text, in the order given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base's signature
        """Control characters are escaped by JSON: PostgreSQL's text has no NUL."""
        if value is None:
            return None
        return _JSON.encode(list(value)) if value else "[]"

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002 - the base's signature
        """The same strings."""
        if value is None:
            return None
        return tuple(json.loads(value)) if value != "[]" else ()
