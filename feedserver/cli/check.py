"""`feedserver check`: what is in order, what is not, and what to do about it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from feedserver.cli.command import Command
from feedserver.cli.exits import Exit
from feedserver.cli.output import Output

if TYPE_CHECKING:
    from feedserver.app.checkup import Finding

_SIGNS = {"good": "ok   ", "hint": "hint ", "fault": "FAULT"}


@click.command(cls=Command, examples=("feedserver check", "feedserver check --json"))
@click.pass_context
def check(ctx: click.Context) -> None:
    """Check settings, database, keys, accounts, mail and the public address, and say what to mend.

    Exit code 0 when nothing is at fault (hints do not count), else 1. Run it where the server runs, with its settings.
    """
    output = ctx.ensure_object(Output)
    findings = asyncio.run(_gather())
    has_fault = any(finding.verdict == "fault" for finding in findings)
    data = {"is_good": not has_fault, "findings": [asdict(finding) for finding in findings]}
    output.answer(data, [line for finding in findings for line in _lines(finding)])
    ctx.exit(Exit.FAILED if has_fault else Exit.OK)


async def _gather() -> list[Finding]:
    from feedserver.app.checkup import checkup  # noqa: PLC0415 - the database libraries cost 0.4 s, `--help` needs none

    return [finding async for finding in checkup()]


def _lines(finding: Finding) -> list[str]:
    lines = [f"{_SIGNS[finding.verdict]}  {finding.about}: {finding.message}"]
    return [*lines, f"       -> {finding.mend}"] if finding.mend else lines
