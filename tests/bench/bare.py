"""The reference: a bare aiohttp handler that answers fixed bytes, or an empty 304. Prints its port when it listens."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

try:
    from uvloop import run
except ImportError:
    from asyncio import run


def _app(folder: Path) -> web.Application:
    """`/<name>` answers the file of that name, or 304 when the request has an If-None-Match."""
    app = web.Application()
    for file in sorted(folder.iterdir()):
        app.router.add_get(f"/{file.name}", _handler(file))
    return app


def _handler(file: Path):  # noqa: ANN202 - a handler
    body = file.read_bytes()
    headers = {"Content-Type": "text/calendar; charset=utf-8", "ETag": '"fixed"'}
    if file.suffix == ".gz":
        headers["Content-Encoding"] = "gzip"

    async def answer(request: web.Request) -> web.Response:
        if "If-None-Match" in request.headers:
            return web.Response(status=304, headers={"ETag": '"fixed"'})
        return web.Response(body=body, headers=headers)

    return answer


async def _serve(folder: Path) -> None:
    runner = web.AppRunner(_app(folder), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(_serve(Path(sys.argv[1])))
