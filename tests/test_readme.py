"""The README says what is: its commands, settings and exit codes are the program's own."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from feedserver.cli.exits import MEANINGS
from feedserver.cli.tree import root
from feedserver.settings import settings_table_markdown

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text()

_COMMAND_LINE = re.compile(r"(?:^|`)(?:\.venv/bin/)?feedserver (?P<words>[^`\n]+)", re.MULTILINE)


def between(marker: str) -> str:
    """What stands between `<!-- marker -->` and `<!-- /marker -->`, each on its own line."""
    match = re.search(rf"^<!-- {marker} -->\n(.*?)^<!-- /{marker} -->$", README, re.MULTILINE | re.DOTALL)
    assert match, f"the README has no section between <!-- {marker} --> markers"
    return match[1]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Every command below `group` by its words, groups left out."""
    found: dict[tuple[str, ...], click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= commands(command, (*path, name))
        else:
            found[*path, name] = command
    return found


COMMANDS = commands(root)
COMMAND_LINES = sorted({m["words"] for m in _COMMAND_LINE.finditer(README)})


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_command_line_in_the_readme_can_be_typed_as_it_stands(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)
    for file in words:
        if file == "FILE" or file.endswith(".tar.gz"):
            (tmp_path / file).touch()
    path = next(path for n in (2, 1) if (path := tuple(words[:n])) in COMMANDS)

    context = COMMANDS[path].make_context(" ".join(path), words[len(path) :])

    assert not context.args


def test_every_command_is_in_the_readme() -> None:
    named = {path for line in COMMAND_LINES for n in (1, 2) if (path := tuple(shlex.split(line)[:n])) in COMMANDS}
    verbs_in_passing = {("share", "activate"), ("account", "activate")}

    assert COMMANDS.keys() - named == verbs_in_passing


def test_every_make_target_is_in_the_readme_and_every_one_named_there_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) == targets


def test_the_settings_table_is_the_one_in_the_code() -> None:
    assert between("settings") == settings_table_markdown()


def test_the_exit_codes_are_those_of_the_code() -> None:
    rows = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())

    assert between("exit codes") == f"| Code | Meaning |\n| --- | --- |\n{rows}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_a_link_in_the_readme_leads_somewhere(target: str) -> None:
    if target.startswith("#"):
        headings = {re.sub(r"[^a-z0-9]+", "-", h.lower()) for h in re.findall(r"^#+ (.+)$", README, re.MULTILINE)}
        assert target[1:] in headings
    else:
        assert (REPOSITORY / target).exists()
