"""Where an import's bytes come from: files, folders, standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click

from feedserver.ics.syntax.limits import MIB
from feedserver.model.errors import TooLarge
from feedserver.services.sources import Source

STDIN = "-"


def sources(paths: Sequence[str], *, max_bytes: int) -> Iterator[Source]:
    """What `paths` name, one at a time: a folder gives all `.ics` files below it, sorted by path; `-` standard input.

    A file is opened and read when its source is, never more than `max_bytes` of it. Raises UsageError for a path that
    is not there.
    """
    for path in paths:
        if path == STDIN:
            yield Source(name="", read=lambda: _read(sys.stdin.buffer, "standard input", max_bytes))
        elif Path(path).is_dir():
            yield from _folder(Path(path), max_bytes)
        elif Path(path).exists():
            yield _file(Path(path), Path(path).name, max_bytes)
        else:
            raise click.UsageError(f"there is no file {path}")


def _folder(folder: Path, max_bytes: int) -> Iterator[Source]:
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".ics" and p.is_file())
    if not files:
        raise click.UsageError(f"there is no .ics file in {folder}")
    for file in files:
        yield _file(file, file.relative_to(folder).as_posix(), max_bytes)


def _file(path: Path, name: str, max_bytes: int) -> Source:
    def read() -> bytes:
        with path.open("rb") as file:
            return _read(file, name, max_bytes)

    return Source(name=name, read=read)


def _read(file: BinaryIO, name: str, max_bytes: int) -> bytes:
    """All of `file`. Raises TooLarge one byte past `max_bytes`: the size of a pipe or device is known to nobody."""
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise TooLarge(f"{name} is larger than {max_bytes // MIB} MiB (setting FEEDSERVER_MAX_IMPORT_MB)")
    return data
