"""The key ring beside the database: they must belong together on every node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedserver.model.errors import KeyRingUnusable
from feedserver.storage import meta

if TYPE_CHECKING:
    from feedserver.security.keyfile import SigningKey
    from feedserver.security.signing import KeyRing
    from feedserver.storage.engine import Database


async def key_fingerprint(db: Database) -> str | None:
    """The newest key this database was used with; None at the first start."""
    async with db.read() as tx:
        return await meta.get(tx, meta.KEY_FINGERPRINT)


class KeyService:
    """Rotates and retires keys, and proves that the ring is the one this database knows."""

    def __init__(self, db: Database, ring: KeyRing) -> None:
        self._db = db
        self._ring = ring

    def list_all(self) -> tuple[SigningKey, ...]:
        """The keys, oldest first; the last one signs."""
        return self._ring.keys

    async def prove(self) -> None:
        """Check the ring against the fingerprint in the database, and note the ring's newest key there.

        Raises KeyRingUnusable when the database has seen a newer key, or another deployment's: this node's links would
        be forged ones to the others, and theirs to it (threat U30).
        """
        if await self.compare() != self._ring.fingerprint:
            await self._note_newest()

    async def compare(self) -> str | None:
        """What the database knows of the keys, when it fits the ring; nothing is noted.

        For a node that runs while another one rotates. Raises KeyRingUnusable.
        """
        known = await key_fingerprint(self._db)
        if known is not None and not self._ring.knows(known):
            raise KeyRingUnusable(
                "the key file is not the one this database was last used with; put the newest copy in its place, from "
                "the node that rotated or from your backup"
            )
        return known

    async def follow(self) -> None:
        """Take over what another process did to the key file. Raises KeyRingUnusable; the keys stay as they were."""
        if self._ring.reload_if_changed():
            await self.prove()

    async def rotate(self) -> str:
        """Add a key that signs from now on; its id.

        The file comes first: killed in between, the database still knows an older key of the ring, and the next start
        notes the newer one (threat K07).
        """
        key_id = self._ring.rotate()
        await self._note_newest()
        return key_id

    async def retire(self, key_id: str) -> None:
        """Take a key out; what it signed is forged from now on. Raises NotFound, InvalidInput for the signing key.

        The database is brought up to the newest key first, so that it never knows only a key that is gone.
        """
        await self._note_newest()
        self._ring.retire(key_id)

    async def _note_newest(self) -> None:
        async with self._db.write() as tx:
            await meta.put(tx, meta.KEY_FINGERPRINT, self._ring.fingerprint)
