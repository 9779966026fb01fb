"""Facts about the database itself, as text."""

from __future__ import annotations

from sqlalchemy import delete

from feedserver.storage.engine import Tx
from feedserver.storage.rows import Upsert
from feedserver.storage.tables import meta

INSTANCE_ID = "instance_id"
"""Random, made with the database; a restored one keeps it."""
EPOCH = "epoch"
"""Raised by a restore: sync tokens of an earlier epoch are void."""
KEY_FINGERPRINT = "key_fingerprint"
"""Which key ring signed this database's links; never a key."""
RENDER_FINGERPRINT = "render_fingerprint"
"""Which renderer and zone rules the renditions were made by."""
SETUP_ID = "setup_id"
"""Of the one-time link that makes the first admin; gone when it was used."""
MAIL_TURN = "mail_turn"
"""When mail last had its turn; whoever writes it holds the others back until its write unit ends."""

_PUT = Upsert(meta, key=("key",))
_PUT_FIRST = Upsert(meta, key=("key",), keep=("value",))


async def get(tx: Tx, key: str) -> str | None:
    """The value; None when it was never set."""
    value: str | None = await tx.scalar(meta.select().with_only_columns(meta.c.value).where(meta.c.key == key))
    return value


async def put(tx: Tx, key: str, value: str) -> None:
    """Sets it, whether it was set before or not."""
    await _PUT.run(tx, [(key, value)])


async def put_first(tx: Tx, key: str, value: str) -> str:
    """The value, which is the one given only when none was set: of two who set it at once both get the same."""
    await _PUT_FIRST.run(tx, [(key, value)])
    return await get(tx, key) or value


async def take(tx: Tx, key: str, value: str) -> bool:
    """Removes it when that is its value; True for the one of several who did."""
    taken = delete(meta).where(meta.c.key == key, meta.c.value == value)
    return (await tx.execute(taken)).rowcount > 0


async def epoch(tx: Tx) -> int:
    """The number of this database's timeline."""
    return int(await get(tx, EPOCH) or "1")
