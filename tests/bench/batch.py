"""Many `feedserver` command lines in one interpreter: a start each would take longer than what is measured.

Reads a JSON list of argument lists on standard input, writes the list of their JSON answers.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from feedserver.cli.tree import main


def _answer(args: list[str]) -> object:
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        code = main([*args, "--json"])
    if code:
        sys.exit(f"feedserver {' '.join(args)} ended with {code}: {written.getvalue()}")
    return json.loads(written.getvalue())


if __name__ == "__main__":
    json.dump([_answer(args) for args in json.load(sys.stdin)], sys.stdout)
