"""The catalogues and the messages of the program, side by side.

`python -m tests.languages.messages` (`make catalogues`) brings every catalogue up to date: new messages are added
empty, those that nobody says any more are dropped, what is translated stays. A message is what stands in `_("...")`,
`gettext`, `ngettext`, `say` and `message`, and what an error says that people see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from feedserver.model import errors

REPOSITORY = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((REPOSITORY / "feedserver" / "languages" / "catalogues").glob("*.po"))

_SPOKEN_ON_THE_CONSOLE = tuple(
    REPOSITORY / "feedserver" / place
    for place in (
        "app",
        "cli",
        "security/keyfile.py",
        "security/signing.py",
        "services/backups.py",
        "services/keys.py",
        "setting_values.py",
        "settings.py",
        "storage/backup.py",
        "storage/schema.py",
        "storage/sqlite.py",
    )
)
_SHOWN_TO_NOBODY = (
    errors.CannotListen,
    errors.DataDirUnusable,
    errors.KeyRingUnusable,
    errors.LinkForged,
    errors.LoginNeeded,
    errors.SchemaUnusable,
    errors.SettingsInvalid,
)
"""On no page and in no mail: the command line and the log are in English."""


def messages() -> Catalog:
    """Every message of the program, with the places where it stands."""
    found = Catalog()
    for place, line_no, message in _extracted():
        found.add(message, locations=[(place, line_no)])
    return found


def plurals() -> set[tuple[str, ...]]:
    """The singular and the plural of every message that has both."""
    return {message for _, _, message in _extracted() if isinstance(message, tuple)}


def errors_not_gathered() -> list[str]:
    """Where an error that people see says what no catalogue can hold, or what is not marked as a message."""
    found = []
    for file in _sources():
        tree = ast.parse(file.read_text())
        unmarked = set(_unmarked_texts(tree))
        found += [
            f"{file.relative_to(REPOSITORY)}:{call.lineno}"
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in _SHOWN_ERRORS
            and any(_is_lost(said, unmarked) for said in call.args[:1])
        ]
    return found


def _unmarked_texts(tree: ast.Module) -> Iterator[str]:
    """Names of the module's texts that are not in `message(...)`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_lost(said: ast.expr, unmarked: set[str]) -> bool:
    return isinstance(said, ast.JoinedStr | ast.Call) or (isinstance(said, ast.Name) and said.id in unmarked)


def _extracted() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """File, line and message; the message is a singular and a plural where it has both."""
    for file in sorted([*_sources(), *_templates()]):
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        for line_no, message, _, _ in extract_from_file(method, str(file), keywords=_KEYWORDS, options=_OPTIONS):
            if message:
                yield file.relative_to(REPOSITORY).as_posix(), line_no, message


def read(file: Path) -> Catalog:
    """A catalogue of the program."""
    with file.open("rb") as stream:
        return read_po(stream, locale=file.stem)


def update(file: Path) -> None:
    """Bring one catalogue up to date."""
    catalogue = read(file)
    catalogue.update(messages(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    write(file, catalogue)


def write(file: Path, catalogue: Catalog) -> None:
    """Over what the file holds but its header, which stays: a date in it would change at each update."""
    header = file.read_text().strip().partition("\n\n")[0]
    with file.open("wb") as stream:
        stream.write(f"{header}\n\n".encode())
        write_po(stream, catalogue, width=120, omit_header=True, include_lineno=False, sort_by_file=True)


def _sources() -> Iterator[Path]:
    for room in ("admin", "feedserver"):
        for file in (REPOSITORY / room).rglob("*.py"):
            if not any(place in (file, *file.parents) for place in _SPOKEN_ON_THE_CONSOLE):
                yield file


def _templates() -> Iterator[Path]:
    for room in ("admin", "feedserver"):
        for folder in (REPOSITORY / room).rglob("templates"):
            yield from (file for file in folder.rglob("*") if file.is_file())


def _kinds(root: type[errors.FeedserverError]) -> Iterator[type[errors.FeedserverError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _kinds(kind)


_SHOWN_ERRORS = {
    kind.__name__
    for kind in _kinds(errors.FeedserverError)
    if kind.__module__ == errors.__name__ and not issubclass(kind, _SHOWN_TO_NOBODY)
}
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "say": None,
    "message": None,
    "ngettext": (1, 2),
    **dict.fromkeys(_SHOWN_ERRORS),
}
_OPTIONS = {"silent": "false"}


if __name__ == "__main__":
    for known in CATALOGUES:
        update(known)
