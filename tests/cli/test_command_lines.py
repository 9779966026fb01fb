"""What holds for every command: help that teaches, --json anywhere, exit codes, and never a traceback."""

from __future__ import annotations

import inspect
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator

import click
import pytest

from feedserver.cli.command import Command
from feedserver.cli.exits import MEANINGS, Exit, answer_for
from feedserver.cli.output import Output, printable
from feedserver.cli.tree import root
from feedserver.model import errors
from tests.cli.answers import Answer, Run, fails, run_program


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(_commands(root, "feedserver"))
EXAMPLES = [line for command in COMMANDS.values() if isinstance(command, Command) for line in command.examples]


def test_every_command_of_the_specification_is_there() -> None:
    nouns = {
        "calendar": "add list import export remove",
        "account": "add list password deactivate activate",
        "share": "create list show edit activate deactivate remove rotate",
        "key": "list rotate retire",
    }
    wanted = {f"feedserver {noun} {verb}" for noun, verbs in nouns.items() for verb in verbs.split()}
    wanted |= {f"feedserver {verb}" for verb in ("serve", "publish", "check", "backup", "restore")}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_help_says_what_a_command_does_and_shows_an_example(path: str, run: Run) -> None:
    answer = run(*path.split()[1:], "--help")
    assert answer.code == 0
    assert "Examples:" in answer.out
    assert f"    {path} "[2:].rstrip() in answer.out
    assert "--json" in answer.out


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_a_command_line_that_parses(line: str) -> None:
    words = shlex.split(re.split(r"\s[<>]\s|\s<|\s>", line.rpartition("| ")[2])[0])
    command: click.Command = root
    context = click.Context(root, info_name=words[0])
    arguments = words[1:]
    while isinstance(command, click.Group):
        found = command.get_command(context, arguments.pop(0))
        assert found is not None, line
        command, context = found, click.Context(found, parent=context)
    parser = command.make_parser(click.Context(command, resilient_parsing=True))
    options, rest, _order = parser.parse_args(list(arguments))
    assert not [word for word in rest if word.startswith("-") and word != "-"], line
    for parameter in command.params:
        assert not parameter.required or parameter.name in options, line


def test_every_exit_code_is_explained_in_the_help(run: Run) -> None:
    text = run("--help").out
    assert set(MEANINGS) == set(Exit)
    for code, meaning in MEANINGS.items():
        assert f"{code.value:>3}  {meaning}" in text


@pytest.mark.parametrize(
    "kind", [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.FeedserverError)]
)
def test_every_error_of_the_product_has_an_exit_code(kind: type[errors.FeedserverError]) -> None:
    code, word = answer_for(kind.__new__(kind))
    assert code is not Exit.OK
    assert re.fullmatch("[a-z-]+", word)


@pytest.mark.parametrize(
    "args", [("--json", "calendar", "list"), ("calendar", "--json", "list"), ("calendar", "list", "--json")]
)
def test_json_may_stand_anywhere(args: tuple[str, ...], run: Run) -> None:
    answer = run(*args)
    assert (answer.code, answer.json) == (0, [])


@pytest.mark.parametrize(
    "args",
    [("nonsense",), ("share", "nonsense"), ("share", "show"), ("share", "show", "--nonsense"), ("publish", "a", "b")],
)
def test_what_cannot_be_parsed_is_a_usage_error(args: tuple[str, ...], run: Run) -> None:
    fails(run(*args, "--json"), 2, "usage")
    plain = run(*args)
    assert (plain.code, plain.out) == (2, "")
    assert "Traceback" not in plain.err


def test_no_command_at_all_shows_the_help(run: Run) -> None:
    answer = run()
    assert answer.code == 2
    assert "First steps" in answer.err


def test_a_fault_of_the_program_itself_shows_no_traceback_and_no_values(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(**_: object) -> None:
        raise ZeroDivisionError("a secret value")

    monkeypatch.setattr(COMMANDS["feedserver key list"], "callback", burst)
    message = fails(run("key", "list", "--json"), 70, "internal")
    assert "ZeroDivisionError" in message
    assert "secret" not in message


def test_ctrl_c_ends_quietly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS["feedserver key list"], "callback", interrupted)
    assert run("key", "list").code == 130


def test_i37_names_cannot_steer_the_terminal(run: Run) -> None:
    assert printable("a\x1b[31mb\nc\u202ed") == "a\\x1b[31mb\\nc\\u202ed"
    assert "\x1b" not in run("share", "show", "\x1b[31m").err


def test_a_script_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert not Output().is_watched


def test_several_faults_of_the_settings_are_told_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_BASE_URL", "ftp://secret.example")
    monkeypatch.setenv("FEEDSERVER_LISTEN", "nowhere")
    monkeypatch.setenv("FEEDSERVER_NONSENSE", "1")
    answer = run("share", "list", "--json")
    fails(answer, 5, "settings-invalid")
    faults = answer.json["error"]["faults"]
    assert [name for name in ("BASE_URL", "LISTEN", "NONSENSE") if any(name in fault for fault in faults)] == [
        "BASE_URL", "LISTEN", "NONSENSE"
    ]  # fmt: skip
    assert "secret.example" not in answer.out


def test_k04_what_a_command_makes_is_its_owners_alone(run: Run, environment: os.PathLike[str]) -> None:
    assert run("calendar", "add", "Team").code == 0
    for entry in os.scandir(environment):
        assert entry.stat().st_mode & 0o077 == 0, entry.name


def test_an_answer_without_anything_says_so(run: Run) -> None:
    assert run("share", "list") == Answer(0, "none\n", "")


def test_people_read_each_fault_and_each_candidate_on_a_line_of_its_own(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sorted(run("calendar", "add", "Twin", "--json").json["id"] for _ in range(2))
    first, *candidates = run("calendar", "export", "Twin").err.splitlines()
    assert first.startswith("Error: Several calendars are named Twin")
    assert candidates == [f"  {id_}  Twin" for id_ in ids]
    monkeypatch.setenv("FEEDSERVER_BASE_URL", "ftp://secret.example")
    monkeypatch.setenv("FEEDSERVER_NONSENSE", "1")
    assert [line[:12] for line in run("share", "list").err.splitlines()] == ["Error: sever", *["  FEEDSERVER"] * 2]


@pytest.mark.parametrize(
    "args", [("calendar", "export", "a\udcff"), ("share", "show", "a\udcff"), ("account", "password", "a\udcff")]
)
def test_a_name_that_is_no_text_is_a_usage_error(args: tuple[str, ...], run: Run) -> None:
    assert "not UTF-8" in fails(run(*args, "--json"), 2, "usage")


def test_a_locale_that_cannot_spell_a_name_is_no_reason_to_fail(environment: os.PathLike[str]) -> None:
    latin = {"PYTHONIOENCODING": "latin-1"}
    assert run_program("calendar", "add", "Snow ☃", "--json", **latin).json["name"] == "Snow ☃"
    listed = run_program("calendar", "list", **latin)
    assert (listed.code, listed.err) == (0, "")
    assert "Snow \\u2603" in listed.out


def test_the_help_of_a_group_says_whole_sentences(run: Run) -> None:
    for noun in ("calendar", "share", "account", "key"):
        assert "..." not in run(noun, "--help").out.partition("Commands:")[2]
