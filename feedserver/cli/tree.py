"""The root of the command tree, and the one place where an error becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from feedserver import __version__
from feedserver.cli.command import LateGroup, write_section
from feedserver.cli.exits import Exit, answer_for, meanings_text
from feedserver.cli.output import Output
from feedserver.model.errors import AmbiguousName, FeedserverError, InvalidInput, SettingsInvalid

_COMMANDS = {
    "serve": ("feedserver.cli.serve", "Run the server."),
    "publish": ("feedserver.cli.publish", "Import an .ics file and share it in one go."),
    "demo": ("feedserver.cli.demo", "Make a sample calendar with two shares, to try things out."),
    "calendar": ("feedserver.cli.calendar", "Add, list, import, export, edit and remove calendars."),
    "share": ("feedserver.cli.share", "Create, edit, pause and remove shares and their links."),
    "account": ("feedserver.cli.account", "Add accounts, set passwords, deactivate and reactivate."),
    "key": ("feedserver.cli.key", "List, rotate and retire the keys that sign links."),
    "check": ("feedserver.cli.check", "Check settings, database, keys and address; say what to mend."),
    "backup": ("feedserver.cli.backup", "Write everything into one file, also while the server runs."),
    "restore": ("feedserver.cli.backup", "Put back what a backup holds."),
}


class _Root(LateGroup):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first steps and the table of exit codes."""
        super().format_epilog(ctx, formatter)
        write_section(
            formatter, "First steps", ("feedserver serve", "feedserver publish team.ics --name 'Team calendar'")
        )
        write_section(formatter, "Exit codes", meanings_text().splitlines())


@click.group(
    cls=_Root, late=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, package_name="feedserver")
def root() -> None:
    """Share your organisation's calendars with people outside it.

    Settings come from FEEDSERVER_* variables and feedserver.toml; `feedserver check` says whether they can be used.
    Every command works while the server runs.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code; no exception leaves, whatever happens."""
    os.umask(0o077)  # the database, the keys, backups and exports are their owner's alone (threats K04)
    _print_anything()
    argv = list(sys.argv[1:] if args is None else args)
    output = Output()
    try:
        code = root.main(argv, prog_name="feedserver", standalone_mode=False, obj=output)
        sys.stdout.flush()  # now, while a full disk or a closed pipe can still be told
    except FeedserverError as error:
        return _refused(error, output)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    except click.ClickException as error:
        output.is_json = output.is_json or "--json" in argv
        output.fault(_usage_message(error), code="usage")
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    except OSError as error:
        output.fault(f"{error.strerror or 'input or output failed'}{_file_of(error)}", code="io")
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - never a traceback for a person; the class and place tell a developer where
        output.fault(f"unexpected {type(error).__name__} at {_place_of(error)}; please report it", code="internal")
        return Exit.INTERNAL
    return code if isinstance(code, int) else Exit.OK


def _print_anything() -> None:
    """Names are any Unicode and file names any bytes; a locale that cannot spell them is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refused(error: FeedserverError, output: Output) -> Exit:
    code, word = answer_for(error)
    details: dict[str, object] = {}
    lines: list[str] = []
    if isinstance(error, AmbiguousName):
        details["candidates"] = [{"id": id_, "name": name} for id_, name in error.candidates]
        lines = [str(error), *(f"{id_}  {name}" for id_, name in error.candidates)]
    if isinstance(error, SettingsInvalid):
        details["faults"] = list(error.faults)
        lines = ["several settings cannot be used:", *error.faults] if len(error.faults) > 1 else []
    if isinstance(error, InvalidInput) and error.field:
        details["field"] = error.field
    output.fault(str(error), code=word, lines=lines, **details)
    return code


def _usage_message(error: click.ClickException) -> str:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.format_message().rstrip('.')}. Try '{error.ctx.command_path} --help'."
    return error.format_message()


def _file_of(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "an unknown place"  # noqa: PTH119 - a name, not a path to open


def _reader_gone() -> Exit:
    """`feedserver ... | head` closed our pipe: that is its right, and the interpreter shall not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.OK
