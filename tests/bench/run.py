"""`make bench`: measure the speed targets side by side in one run and print the table.

CPU seconds of the server's process are the measure, not wall time: the machine may be busy. Ours, a bare aiohttp
handler and nginx (when installed) are measured in turns, several rounds, and the medians are compared.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import growth
import listing
import polls
import start
import writes
from figures import Figure, as_json, table

_SIZES = (100, 1_000, 10_000, 100_000)


def main() -> None:
    """Run the chosen parts and print their figures."""
    options = _options()
    chapters: dict[str, Callable[[Path], Iterator[Figure]]] = {
        "start": lambda folder: start.measure(folder, rounds=options.rounds),
        "polls": lambda folder: polls.measure(folder, rounds=options.rounds, seconds=options.seconds),
        "import": lambda folder: writes.measure_import(folder, rounds=min(3, options.rounds)),
        "change": lambda folder: writes.measure_change(folder, rounds=options.rounds + 2),
        "listing": lambda folder: listing.measure(folder, rounds=options.rounds),
        "growth": lambda folder: growth.measure(folder, [size for size in _SIZES if size <= options.largest]),
    }
    figures = []
    for name in options.parts or chapters:
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for found in chapters[name](Path(folder)):
                figures.append(found)
                print(f"{time.monotonic() - begin:4.0f} s  {found.name}", file=sys.stderr)
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {options.rounds} rounds of {options.seconds:g} s\n"
    )
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(as_json(figures), indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=["start", "polls", "import", "change", "listing", "growth", []])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--seconds", type=float, default=2, help="of load in each round")
    parser.add_argument(
        "--largest", type=int, default=_SIZES[-1], help="number of events up to which growth is measured"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
