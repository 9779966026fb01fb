"""Good credentials, remembered for minutes, so that a poll of a secured feed does not cost an argon2 run.

Nothing here can be turned back into a password: an entry's key is a digest of the Authorization header under a key
that lives in this process alone, and its value names an account and the version that the password was good for.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Final, NamedTuple

from feedserver.model.clock import Clock

TTL_S: Final = 300.0
MAX_ENTRIES: Final = 10_000


class KnownAccount(NamedTuple):
    """Whose credentials they were. Void as soon as the account's version is another."""

    account_id: str
    version: int


class _Entry(NamedTuple):
    account: KnownAccount
    ends_at_s: float


class Remembered:
    """Authorization headers that were proven good a short while ago. Belongs to one event loop."""

    def __init__(self, clock: Clock, *, ttl_s: float = TTL_S, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._ttl_s = ttl_s
        self._max_entries = max_entries
        self._key = secrets.token_bytes(32)
        self._entries: dict[bytes, _Entry] = {}

    def __repr__(self) -> str:
        """How many, and nothing of them."""
        return f"Remembered({len(self._entries)} of {self._max_entries})"

    def find(self, authorization: str) -> KnownAccount | None:
        """Whose credentials the header holds, when they were good within the last minutes.

        The caller compares `version` with the account's own, as it is now: any change of the account ends the memory.
        """
        digest = self._digest(authorization)
        entry = self._entries.get(digest)
        if entry is None:
            return None
        if self._clock.monotonic() >= entry.ends_at_s:
            del self._entries[digest]
            return None
        return entry.account

    def add(self, authorization: str, account_id: str, version: int) -> None:
        """Remember a header whose password was just verified; the oldest makes room when there is none."""
        digest = self._digest(authorization)
        self._entries.pop(digest, None)
        if len(self._entries) >= self._max_entries:
            del self._entries[next(iter(self._entries))]
        ends_at_s = self._clock.monotonic() + self._ttl_s
        self._entries[digest] = _Entry(KnownAccount(account_id, version), ends_at_s)

    def forget(self, authorization: str) -> None:
        """Drop one header: its account changed, so it has to be proven again."""
        self._entries.pop(self._digest(authorization), None)

    def _digest(self, authorization: str) -> bytes:
        """Headers hold whatever bytes a client sent, which aiohttp hands on as surrogates."""
        return blake2b(authorization.encode("utf-8", "surrogateescape"), key=self._key, digest_size=16).digest()
