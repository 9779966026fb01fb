"""`feedserver backup` and `feedserver restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Command, with_backups
from feedserver.cli.output import Output, confirm

if TYPE_CHECKING:
    from feedserver.services.backups import BackupService
    from feedserver.storage.backup import Summary


@click.command(cls=Command, examples=("feedserver backup feedserver-backup.tar.gz",))
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@with_backups
async def backup(backups: BackupService, output: Output, *, path: Path) -> None:
    """Write everything into one file: calendars, shares, accounts and the keys that sign links.

    It shows one moment, also while the server runs and imports go on. It opens every link of yours to whoever has it:
    keep it as safe as the server. An older file of that name is replaced only when the new one is whole.
    """
    summary = await backups.write(path)
    output.answer(_json(path, summary), [f"Wrote {path}: {_words(summary)}."])


@click.command(cls=Command, examples=("feedserver restore feedserver-backup.tar.gz",))
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_backups
async def restore(backups: BackupService, output: Output, *, path: Path, is_sure: bool) -> None:
    """Put back what a backup holds, in place of all that is there now.

    All or nothing; a running server follows at once. Every feed counts as changed, so that subscribers take the
    restored state, and sync tokens given out before become invalid. On a terminal it asks first.

    When the backup was stolen and not lost, end every link in it: rotate the keys, then retire the old ones.
    """
    confirm(output, "Replace everything in the database by the backup?", is_sure=is_sure)
    summary = await backups.restore(path)
    output.answer(_json(path, summary), [f"Restored {path}: {_words(summary)}."])


def _json(path: Path, summary: Summary) -> dict[str, object]:
    return {"file": str(path), "made_at": summary.made_at.isoformat(), **_counts(summary)}


def _words(summary: Summary) -> str:
    return ", ".join(f"{count} {what}" for what, count in _counts(summary).items())


def _counts(summary: Summary) -> dict[str, int]:
    tables = {"calendars": "collections", "objects": "objects", "shares": "shares", "accounts": "accounts"}
    return {word: summary.rows[table] for word, table in tables.items()}
