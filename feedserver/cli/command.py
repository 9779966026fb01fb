"""The shape all commands share: `--json` before or after the subcommand, examples in the help, late loading."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from feedserver.cli.output import Output

if TYPE_CHECKING:
    from feedserver.app.house import House
    from feedserver.services.backups import BackupService

P = ParamSpec("P")
T = TypeVar("T")


def _turn_json_on(ctx: click.Context, _param: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        ctx.ensure_object(Output).is_json = True


def _json_option() -> click.Option:
    return click.Option(
        ["--json"], is_flag=True, expose_value=False, is_eager=True, callback=_turn_json_on, help="Answer in JSON."
    )


class Command(click.Command):
    """A command with `--json` and an "Examples" section; `examples` are whole command lines, and a test parses each."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_json_option())
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse bytes that are no UTF-8; only the names of files may hold them. Raises BadParameter."""
        rest = super().parse_args(ctx, args)
        for param in self.params:
            if param.name not in _FILES and not _is_text(ctx.params.get(param.name or "")):
                raise click.BadParameter("this is not UTF-8 text", ctx, param)
        return rest

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples unwrapped: they are there to be copied."""
        super().format_epilog(ctx, formatter)
        write_section(formatter, "Examples", self.examples)


_FILES = frozenset({"path", "paths"})


def _is_text(value: object) -> bool:
    """False for text, or a list of it, with a byte that Python could only smuggle through as a surrogate."""
    texts = value if isinstance(value, tuple) else (value,)
    return not any("\ud800" <= char <= "\udfff" for text in texts if isinstance(text, str) for char in text)


class Group(click.Group):
    """A noun and its verbs."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_json_option())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first sentence of each verb whole; click cuts it short."""
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.get_short_help_str(limit=200)) for name, verb in verbs if verb])


class LateGroup(Group):
    """A group that knows its subcommands by name and one line of help, and imports one only when it is called."""

    def __init__(self, *args: Any, late: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._late = late

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of the table: the way a newcomer meets them."""
        return list(self._late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command `cmd_name`, imported now; None when there is none."""
        if cmd_name not in self._late:
            return None
        module, _help = self._late[cmd_name]
        command = getattr(import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the list without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_module, short) in self._late.items()])


def write_section(formatter: click.HelpFormatter, title: str, lines: Sequence[str]) -> None:
    """Write `lines` below `title` as they are."""
    if not lines:
        return
    with formatter.section(title):
        for line in lines:
            formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def with_house(story: Callable[Concatenate[House, Output, P], Awaitable[None]]) -> Callable[P, None]:
    """Run an async command with the settings read, the database open and the services built."""
    return _run_with(_open_house, story)


def with_backups(story: Callable[Concatenate[BackupService, Output, P], Awaitable[None]]) -> Callable[P, None]:
    """Run an async command with the database open, whether or not the key file belongs to it."""
    return _run_with(_open_backups, story)


def _run_with(
    opener: Callable[[], AbstractAsyncContextManager[T]], story: Callable[Concatenate[T, Output, P], Awaitable[None]]
) -> Callable[P, None]:
    @functools.wraps(story)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        output = click.get_current_context().ensure_object(Output)

        async def tell() -> None:
            async with opener() as opened:
                await story(opened, output, *args, **kwargs)

        asyncio.run(tell())

    return run


# The database libraries cost 0.4 s, and `--help` needs none: hence the late imports.


def _open_house() -> AbstractAsyncContextManager[House]:
    from feedserver.app.house import open_house  # noqa: PLC0415
    from feedserver.settings import load_settings  # noqa: PLC0415

    return open_house(load_settings())


def _open_backups() -> AbstractAsyncContextManager[BackupService]:
    from feedserver.app.house import open_backups  # noqa: PLC0415
    from feedserver.settings import load_settings  # noqa: PLC0415

    return open_backups(load_settings())
