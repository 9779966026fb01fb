"""Whole rows in bulk: one statement for many, past the parameter handling that one row would pay for.

SQLAlchemy prepares each parameter set by itself (7 us a row); an import writes six rows an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Dialect, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

IN_BATCH = 5_000
"""How many values one IN list takes; both engines stop at some 32,000."""

Row = tuple[Any, ...]
_Binders = list[tuple[int, Callable[[Any], Any]]]


class Upsert:
    """Inserts rows, or overwrites those whose `key` columns are there already.

    `keep`: columns that an overwritten row keeps. `unless_same`: a row that has the same values in all of these is left
    alone as a whole. No `key`: rows that are there already are a Conflict.
    """

    def __init__(
        self, table: Table, *, key: Sequence[str] = (), keep: Sequence[str] = (), unless_same: Sequence[str] = ()
    ) -> None:
        self._table = table
        self._key = key
        self._keep = frozenset((*key, *keep))
        self._unless_same = unless_same
        self._compiled: dict[str, tuple[str, _Binders]] = {}

    async def run(self, tx: AsyncConnection, rows: Iterable[Row]) -> None:
        """`rows`: values in the order of the table's columns; nothing happens when there are none."""
        sql, binders = self._compiled.get(tx.dialect.name) or self._compile(tx.dialect)
        if bound := _bound(rows, binders):
            await tx.exec_driver_sql(sql, bound)

    def _compile(self, dialect: Dialect) -> tuple[str, _Binders]:
        compiled = self._statement(dialect).compile(dialect=dialect)
        columns = list(self._table.columns)
        assert compiled.positiontup == [column.name for column in columns]
        binders: _Binders = [
            (position, binder)
            for position, column in enumerate(columns)
            if (binder := column.type.dialect_impl(dialect).bind_processor(dialect))
        ]
        self._compiled[dialect.name] = str(compiled), binders
        return self._compiled[dialect.name]

    def _statement(self, dialect: Dialect) -> Any:
        insert = _INSERT[dialect.name](self._table)
        insert = insert.values({column.name: None for column in self._table.columns})
        if not self._key:
            return insert
        new, old = insert.excluded, self._table.c
        keys = [old[name] for name in self._key]
        overwritten = {column.name: new[column.name] for column in old if column.name not in self._keep}
        if not overwritten:
            return insert.on_conflict_do_nothing(index_elements=keys)
        return insert.on_conflict_do_update(
            index_elements=keys,
            set_=overwritten,
            where=or_(*(old[name] != new[name] for name in self._unless_same)) if self._unless_same else None,
        )


def _bound(rows: Iterable[Row], binders: _Binders) -> list[Row]:
    """The rows as the driver takes them; by columns, which costs Python less than row by row."""
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    if columns:
        for position, binder in binders:
            columns[position] = map(Known(binder).__getitem__, columns[position])
    return list(zip(*columns, strict=True))


class Known(dict[Any, Any]):
    """Values by what they were made from, each made once: most cells of a batch repeat (zones, levels, stamps)."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, given: Any) -> Any:
        self[given] = value = self._make(given)
        return value


def batches(values: Sequence[str], size: int = IN_BATCH) -> Iterator[Sequence[str]]:
    """`values` in lists short enough for one IN."""
    return (values[start : start + size] for start in range(0, len(values), size))
