"""Backups: the database of one moment together with the keys that its links need."""

from __future__ import annotations

from pathlib import Path

from feedserver.model.clock import Clock
from feedserver.model.errors import InvalidInput, KeyRingUnusable
from feedserver.security.signing import KeyRing
from feedserver.storage import backup
from feedserver.storage.backup import Summary
from feedserver.storage.engine import Database

KEYS = "keys.json"


class BackupService:
    """Writes backups and puts them back. Works whether or not the key file there is fits the database."""

    def __init__(self, db: Database, *, key_path: Path, clock: Clock) -> None:
        self._db = db
        self._key_path = key_path
        self._clock = clock

    async def write(self, path: Path) -> Summary:
        """Write everything to `path`, whole or not at all, readable by its owner alone.

        One moment is shown, whatever is written meanwhile. Raises InvalidInput when it cannot be written there, and
        KeyRingUnusable when the key file cannot be read: a backup without it would open no link.
        """
        files = {KEYS: self._keys()}
        async with self._db.read() as tx:
            return await backup.dump(tx, path, now=self._clock.now(), files=files)

    def _keys(self) -> bytes:
        try:
            return self._key_path.read_bytes()
        except OSError as error:
            raise KeyRingUnusable(f"the key file {self._key_path} cannot be read: {error.strerror}") from error

    async def restore(self, path: Path) -> Summary:
        """Put back what the backup at `path` holds, in place of all there is, keys included.

        The database comes first: whoever is killed in between finds the database restored and a start that refuses the
        old key file, and restores again. Raises InvalidInput when the file is no backup; nothing changed then.
        """
        async with self._db.write() as tx:
            summary = await backup.restore(tx, path, now=self._clock.now())
            if KEYS not in summary.files:
                raise InvalidInput(f"{path} holds no keys, and no link would open without them", field="path")
        KeyRing.restore(self._key_path, summary.files[KEYS], clock=self._clock)
        return summary
