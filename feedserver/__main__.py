"""`python -m feedserver` and the `feedserver` command."""

from __future__ import annotations

import sys

from feedserver.cli.tree import main as run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
