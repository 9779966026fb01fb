"""Every item of the contracts this project holds is named by a test, or answered here with the reason why not.

The items: the feed contract (F, T) and the threats that belong to the feed, the command line and mail (U, B, O, K, I,
M, P, C). A test names an item by its id in its name (`test_f51_...`) or in its docstring.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def _span(letter: str, first: int, last: int, width: int = 1) -> list[str]:
    return [f"{letter}{n:0{width}d}" for n in range(first, last + 1)]


ITEMS = (
    _span("F", 1, 83)
    + _span("T", 1, 9)
    + _span("U", 0, 30, 2)
    + _span("B", 0, 20, 2)
    + [o for o in _span("O", 1, 18, 2) if o not in {"O10", "O13", "O15", "O17"}]
    + _span("K", 1, 8, 2)
    + _span("A", 0, 29, 2)
    + ["I01", "I02", "I03", "I04", "I07", "I08", "I09", "I10", "I14", "I16", "I17", "I18", "I19", "I36", "I37", "I38"]
    + _span("M", 1, 16, 2)
    + ["M20", "M21"]
    + _span("P", 1, 5, 2)
    + _span("C", 1, 7, 2)
)

ANSWERED_ELSEWHERE = {
    "B20": "CalDAV is not served yet; feeds and pages answer 401 and 404 as B02 and U10 are tested to",
    "C02": "an audit of the locked packages asks a service on the internet; it belongs to a release, not to a test",
    "C03": "a bill of materials is made with a release, and there was none yet",
    "C07": "there is no CI configuration with foreign actions to pin; .ci/run calls make test",
    "K08": "no remote calendars are fetched, so no remote credentials are kept",
}
"""Item -> why no test names it."""


def _names_and_docstrings() -> Iterator[str]:
    for path in sorted(TESTS.rglob("test_*.py")):
        if path == Path(__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{node.name.upper().replace('_', ' ')} {ast.get_docstring(node) or ''}"


@pytest.fixture(scope="module")
def named() -> set[str]:
    found: set[str] = set()
    for text in _names_and_docstrings():
        found.update(re.findall(r"\b[FTUBOKIMPCA]\d{1,2}\b", text))
    return found


@pytest.mark.parametrize("item", ITEMS)
def test_item_is_named_by_a_test_or_answered(item: str, named: set[str]) -> None:
    assert item in named or item in ANSWERED_ELSEWHERE, f"no test names {item}"


def test_answered_items_are_not_tested_as_well(named: set[str]) -> None:
    assert not named & ANSWERED_ELSEWHERE.keys(), "tested: take it out of ANSWERED_ELSEWHERE"
