"""What stands between a program and its PostgreSQL: a wire that can be cut, or on which somebody else speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.databases import PostgresServer


class Relay:
    """Passes everything on to the server and back, until it is told to freeze."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.clients: list[asyncio.StreamWriter] = []
        """Through which the server's clients can be written to, as if by the server."""
        self.flows = asyncio.Event()
        """Clear it, and nothing passes any more; no connection is closed."""
        self.flows.set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients.append(writer)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._pump(reader, to_server), self._pump(from_server, writer))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self.flows.wait()
                target.write(data)
                await target.drain()
        target.close()


@asynccontextmanager
async def relayed(server: PostgresServer) -> AsyncIterator[tuple[str, Relay]]:
    """A URL that leads to `server`, and the relay that it goes through."""
    relay = Relay(server.port)
    async with await asyncio.start_server(relay.accept, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        yield server.url.replace(f":{server.port}/", f":{port}/"), relay
