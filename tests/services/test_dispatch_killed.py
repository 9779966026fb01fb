"""Kill -9 while mail is being sent (threat M11)."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

from feedserver.model.clock import SystemClock
from feedserver.model.notice import NoticeState
from feedserver.storage.engine import Database
from tests.mailbox import Mailbox
from tests.premises import open_premises
from tests.services.dispatching import LEASE
from tests.services.posting import a_dispatch, a_public_share, queue_link, rows

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 4


async def _start(folder: Path, port: int) -> asyncio.subprocess.Process:
    program = (sys.executable, "-m", "tests.services.dispatching", str(folder), str(port))
    return await asyncio.create_subprocess_exec(*program, cwd=REPOSITORY, stdin=asyncio.subprocess.PIPE)


async def _kill_after_a_text(process: asyncio.subprocess.Process, mailbox: Mailbox, pause_s: float) -> None:
    """Between the text and the mark: at once the server has not answered, a little later it has."""
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await asyncio.wait_for(mailbox.texts.get(), 30)
    await asyncio.sleep(pause_s)
    process.kill()
    await process.wait()


async def test_m11_kill_9_between_sending_and_marking_loses_none_and_doubles_at_most_one_per_kill(
    sqlite_db: Database, tmp_path: Path, mailbox: Mailbox
) -> None:
    clock = SystemClock()
    async with open_premises(sqlite_db, tmp_path, clock=clock) as premises:  # type: ignore[arg-type]
        share = await a_public_share(premises, *(f"p{number}@example.net" for number in range(10)))
        for recipient in share.recipients:
            await queue_link(premises, share, recipient.email)
        processes = [await _start(tmp_path, mailbox.port) for _ in range(KILLS)]
        for number, process in enumerate(processes):
            await _kill_after_a_text(process, mailbox, pause_s=number / 500)
        dispatch = a_dispatch(premises, mailbox.server(), clock=clock, lease=LEASE)
        async with asyncio.timeout(20):
            while any(row.notice.state is not NoticeState.SENT for row in await rows(premises)):
                await dispatch.run()
                await asyncio.sleep(0.1)

    sent = Counter(mail.recipients[0] for mail in mailbox.received)
    assert sent.keys() == {recipient.email for recipient in share.recipients}
    assert sum(sent.values()) - len(sent) <= KILLS
    ids = {(mail.recipients[0], mail.message["Message-ID"]) for mail in mailbox.received}
    assert len(ids) == len(sent), "a duplicate has the Message-ID of the first"
