"""A program that sends what is due in a folder's database for ever; what a test kills.

Usage: python -m tests.services.dispatching FOLDER PORT, then a line on its standard input to begin.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from feedserver.mail.transport import MailServer, Security
from feedserver.model.clock import SystemClock
from feedserver.storage.engine import Database
from tests.premises import open_premises
from tests.services.posting import a_dispatch

LEASE = timedelta(seconds=1)


async def main(folder: Path, port: int) -> None:
    db = await Database.open(data_dir=folder)
    clock = SystemClock()
    async with open_premises(db, folder, clock=clock) as premises:  # type: ignore[arg-type]
        server = MailServer(host="localhost", port=port, security=Security.NONE)
        dispatch = a_dispatch(premises, server, clock=clock, lease=LEASE)
        await asyncio.to_thread(sys.stdin.readline)
        while True:
            await dispatch.run()
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
