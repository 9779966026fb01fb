"""What no file of the repository may hold, and what stands at its top."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def tracked_texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """(path, text) of every text file that git knows."""
    for path in _files():
        if path.is_file() and (not suffixes or path.suffix in suffixes):
            try:
                yield path.relative_to(REPOSITORY).as_posix(), path.read_text()
            except UnicodeDecodeError:
                continue


def _files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [REPOSITORY / name for name in listing.stdout.split("\0") if name]


# Written so that this file does not hold them itself.
_REGISTRIES = re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|deb[.]debian[.]org|ghcr[.]io|docker[.]io")
_MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:work|root|home|tmp)/\w")


@pytest.mark.parametrize(
    "forbidden", [_REGISTRIES, _MACHINE_PATHS], ids=["host names of registries", "paths of one machine"]
)
def test_no_file_names(forbidden: re.Pattern[str]) -> None:
    found = [f"{name}: {m[0]}" for name, text in tracked_texts() for m in forbidden.finditer(text)]

    assert found == []


def test_at_the_top_stands_only_what_tools_or_people_expect_there() -> None:
    expected = {"feedserver", "admin", "tests", "requirements", "deploy", "pyproject.toml", "Makefile"} | {
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "SECURITY.md",
    }
    top = {path.relative_to(REPOSITORY).parts[0] for path in _files()}

    assert {name for name in top if not name.startswith(".")} <= expected


def test_the_model_imports_the_standard_library_alone() -> None:
    """import-linter knows the rooms and the libraries we name; this catches those nobody named yet."""
    foreign = {
        f"{path.name}: {name}"
        for path in (REPOSITORY / "feedserver" / "model").rglob("*.py")
        for name in _imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("feedserver.model")
    }

    assert foreign == set()


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_i36_sql_is_never_put_together_from_values() -> None:
    """I36. Bound parameters only: nothing but constants of a module may stand in the text of a statement."""
    found = [
        f"{name}:{call.lineno}"
        for name, text in tracked_texts(".py")
        if name.startswith("feedserver/storage/")
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and _is_statement(call) and not _is_constant(call.args[0])
    ]

    assert found == []


def _is_statement(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    is_text = bool(call.args) and not isinstance(call.args[0], ast.Name | ast.Call | ast.Attribute)
    return is_text and name in {"text", "execute", "executescript", "exec_driver_sql"}


def _is_constant(text: ast.expr) -> bool:
    """True for a plain string, and for an f-string or sum in which every name is spelled as a constant."""
    nodes = list(ast.walk(text))
    attributes = [n for n in nodes if isinstance(n, ast.Attribute)]
    owners = {id(n.value) for n in attributes}
    words = [n.attr for n in attributes] + [n.id for n in nodes if isinstance(n, ast.Name) and id(n) not in owners]
    return all(word.isupper() for word in words) and not any(isinstance(n, ast.Call) for n in nodes)


def test_a12_nothing_gets_around_the_escaping_of_templates() -> None:
    doors = re.compile(
        r"\|\s*safe\b|\bMarkup\b|\bmarkupsafe\b|autoescape\s*(?:=\s*)?false|\burlize\b|\bxmlattr\b", re.IGNORECASE
    )
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for room in ("feedserver", "admin")
        for path in sorted((REPOSITORY / room).rglob("*"))
        if path.suffix in (".py", ".html", ".txt")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if doors.search(line)
    ]
    assert found == []
