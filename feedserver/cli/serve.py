"""`feedserver serve`: run the server."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from feedserver import __version__
from feedserver.cli.command import Command
from feedserver.cli.demo import sample_link
from feedserver.cli.output import Output

if TYPE_CHECKING:
    from feedserver.app.house import House


@click.command(cls=Command, examples=("feedserver serve", "feedserver serve --listen 0.0.0.0:8080"))
@click.option("--listen", metavar="HOST:PORT", help="Where to listen, in place of FEEDSERVER_LISTEN.")
@click.pass_obj
def serve(output: Output, *, listen: str | None) -> None:
    """Run the server until it is told to stop (Ctrl-C, SIGTERM); requests that have begun end first.

    Links begin with FEEDSERVER_BASE_URL. Other commands work beside it and are effective at once.
    """
    from feedserver import logs  # noqa: PLC0415 - aiohttp and the database libraries load only when a server runs
    from feedserver.app.server import serve as run  # noqa: PLC0415
    from feedserver.settings import load_settings  # noqa: PLC0415

    settings = load_settings(listen=listen)
    logs.configure(settings.log_format, settings.log_level, sys.stderr)
    for hint in settings.hints():
        output.note(f"Note: {hint}")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(run(settings, announce=lambda house, setup_url: _announce(output, house, setup_url)))


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    """That of uvloop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return None
    return uvloop.Loop


async def _announce(output: Output, house: House, setup_url: str | None) -> None:
    settings = house.settings
    sample_url = await sample_link(house)
    admin_url = f"{house.links.base_url}/admin/"
    data = {
        "version": __version__,
        "listen": str(settings.listen),
        "base_url": settings.base_url,
        "data_dir": str(settings.data_dir),
        "admin_url": admin_url,
        "setup_url": setup_url,
        "sample_url": sample_url,
    }
    lines = (
        f"feedserver {__version__} serves {settings.base_url}",
        f"  listening on    {settings.listen}",
        f"  data directory  {settings.data_dir}",
        f"  admin page      {admin_url}",
        *(("There is no administrator yet. Open this link once to become it:", f"  {setup_url}") if setup_url else ()),
        f"Sample calendar:          {sample_url or 'feedserver demo'}",
        "Publish a calendar with:  feedserver publish FILE.ics",
    )
    output.answer(data, lines)
    sys.stdout.flush()
