"""How an answer leaves the command line: JSON or plain text on standard output, notes on standard error.

A failing command prints `Error: ...` on standard error, or with `--json` `{"error": {...}}` on standard output, so that
a script always finds its JSON in one place.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from feedserver.model.report import ImportReport

_MAX_REFUSALS_SHOWN = 20


class Output:
    """Where one command prints; click carries it as the context's object."""

    def __init__(self) -> None:
        self.is_json = False

    def answer(self, data: Mapping[str, object] | Sequence[object], lines: Iterable[str]) -> None:
        """Print the result: `data` as JSON when asked for, else `lines`."""
        if self.is_json:
            click.echo(_json(data))
            return
        for line in lines:
            click.echo(printable(line))

    def note(self, line: str) -> None:
        """Say something beside the result, on standard error, to people only."""
        if not self.is_json:
            click.echo(printable(line), err=True)

    def fault(self, message: str, *, code: str, lines: Sequence[str] = (), **details: object) -> None:
        """Print why the command failed; people read `lines`, when there are any, in place of `message`."""
        if self.is_json:
            click.echo(_json({"error": {"code": code, "message": message, **details}}))
            return
        first, *more = lines or (message,)
        click.echo(f"Error: {printable(first)}", err=True)
        for line in more:
            click.echo(f"  {printable(line)}", err=True)

    @property
    def is_watched(self) -> bool:
        """True when a person looks at a terminal: only then bars and questions make sense."""
        return not self.is_json and sys.stdin.isatty() and sys.stderr.isatty()


def _json(data: object) -> str:
    """JSON with letters as they are, where standard output can spell them all."""
    is_utf8 = (sys.stdout.encoding or "").lower() in ("utf-8", "utf8")
    return json.dumps(data, ensure_ascii=not is_utf8, indent=2)


def printable(text: str) -> str:
    """`text` without anything a terminal would obey: names and UIDs come from strangers (threats I37)."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of left-aligned columns; a plain word when there is nothing to show."""
    cells = [tuple(printable(cell) for cell in row) for row in rows]
    if not cells:
        return ["none"]
    widths = [max(len(row[i]) for row in [tuple(headings), *cells]) for i in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [tuple(headings), *cells]
    ]


def report_json(report: ImportReport) -> dict[str, object]:
    """The report with the keys scripts know."""
    return {
        "imported": report.imported,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "repaired": report.repaired,
        "refused": report.refused,
        "repairs": dict(sorted(report.repairs.items())),
        "refusals": [
            {"line": r.line, "uid": r.uid, "reason": r.reason} | ({"file": r.file} if r.file else {})
            for r in report.refusals
        ],
    }


def report_lines(report: ImportReport) -> list[str]:
    """The report for people: a line of counts, then what was repaired and what was refused."""
    counts = ("imported", "updated", "unchanged", "repaired", "refused")
    lines = [", ".join(f"{getattr(report, count)} {count}" for count in counts)]
    lines += [f"  repaired {kind.replace('-', ' ')}: {count}" for kind, count in sorted(report.repairs.items())]
    lines += [
        f"  refused {_place(r.file, r.line)}{_uid(r.uid)}: {r.reason}" for r in report.refusals[:_MAX_REFUSALS_SHOWN]
    ]
    if len(report.refusals) > _MAX_REFUSALS_SHOWN:
        lines.append(f"  and {len(report.refusals) - _MAX_REFUSALS_SHOWN} more; --json lists all")
    return lines


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if file else f"line {line}"


def _uid(uid: str) -> str:
    return f" (UID {uid})" if uid else ""


def confirm(output: Output, question: str, *, is_sure: bool) -> None:
    """Ask a person at a terminal, and abort on anything but yes. A script is not asked: it knows what it does."""
    if output.is_watched and not is_sure:
        click.confirm(printable(question), abort=True, err=True)
