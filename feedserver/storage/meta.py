"""Facts about the database itself, as text."""

from __future__ import annotations

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

_PUT = Upsert(meta, key=("key",))


async def get(tx: Tx, key: str) -> str | None:
    """The value; None when it was never set."""
    value: str | None = await tx.scalar(meta.select().with_only_columns(meta.c.value).where(meta.c.key == key))
    return value


async def put(tx: Tx, key: str, value: str) -> None:
    """Sets it, whether it was set before or not."""
    await _PUT.run(tx, [(key, value)])


async def epoch(tx: Tx) -> int:
    """The number of this database's timeline."""
    return int(await get(tx, EPOCH) or "1")
