"""What `publish` and `calendar import` share: the progress bar and the report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from feedserver.cli.exits import Exit
from feedserver.cli.output import Output, report_json, report_lines

if TYPE_CHECKING:
    from feedserver.model.report import ImportReport


@contextmanager
def progress_bar(output: Output) -> Iterator[Callable[[int, int], None]]:
    """What an import tells how far it is; on a terminal that draws a bar, elsewhere nothing."""
    if not output.is_watched:
        yield lambda _done, _known: None
        return
    with click.progressbar(length=1, label="Importing", show_pos=True, file=sys.stderr) as bar:

        def show(done: int, known: int) -> None:
            bar.length = max(known, 1)
            bar.update(done - bar.pos)

        yield show


def print_report(output: Output, report: ImportReport, about: dict[str, object]) -> None:
    """Print the report beside the keys of `about`; leave with FAILED when everything was refused."""
    if report.kept == 0 and report.refused:
        nothing_kept(output, report)
    output.answer(about | report_json(report), report_lines(report))


def nothing_kept(output: Output, report: ImportReport) -> None:
    """Say that not a single object could be kept, and leave with FAILED."""
    for line in report_lines(report):
        output.note(line)
    output.fault("nothing could be kept", code="nothing-kept", report=report_json(report))
    click.get_current_context().exit(Exit.FAILED)
