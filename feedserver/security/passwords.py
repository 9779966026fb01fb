"""Passwords: what one may be, and argon2id off the event loop.

A password is compared in its NFC form, so that it matches whichever way a keyboard spells its accents; nothing else
is changed, blanks at its ends and colons stay.
"""

from __future__ import annotations

import asyncio
import secrets
import string
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from feedserver.model.errors import InvalidInput, TooBusy

MAX_PASSWORD_BYTES: Final = 1024
"""Of the NFC form in UTF-8; nothing longer is ever hashed."""

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
"""OWASP's floor for argon2id."""

MAX_WAITING: Final = 256
"""Hashes that may wait for a thread; about four seconds of work for two threads."""

_T = TypeVar("_T")
_GENERATED_ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0OIl1")))
_GENERATED_GROUPS = 4
_GENERATED_GROUP_CHARS = 5


class Hasher:
    """Hashes and verifies passwords in threads of its own, `at_once` at a time. Belongs to one event loop."""

    def __init__(self, *, at_once: int = 2, max_waiting: int = MAX_WAITING) -> None:
        self._argon2 = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, salt_len=16, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._max_pending = at_once + max_waiting
        self._pending = 0

    async def hash(self, password: str) -> str:
        """A new hash in PHC form, its parameters inside. Raises InvalidInput (see `checked`) and TooBusy."""
        secret = checked(password)
        return await self._in_thread(lambda: self._argon2.hash(secret))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """True when `password` is the one behind the hash.

        `None` (no such account, or no password chosen yet) and a text that is no hash of ours take as long as a wrong
        password (threat B03). A password longer than any can be is refused unhashed, whoever is asked for (B09).
        Raises TooBusy.
        """
        secret = _spelled(password)
        if secret is None:
            return False
        return await self._in_thread(lambda: self._verify(password_hash, secret))

    def _verify(self, password_hash: str | None, secret: bytes) -> bool:
        try:
            return self._argon2.verify(password_hash or _NOBODYS_HASH, secret)
        except InvalidHashError:
            return self._verify(None, secret)
        except VerificationError:
            return False

    def needs_rehash(self, password_hash: str) -> bool:
        """True when the hash was made with other parameters than today's: hash anew at the next login (threat K01)."""
        try:
            return self._argon2.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        if self._pending >= self._max_pending:
            raise TooBusy("too many logins at once; try again in a moment")
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._pending -= 1

    def close(self) -> None:
        """End the threads; what waits is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _unmatchable_hash() -> str:
    """A hash of the same cost whose digest nobody derived from anything."""
    salt, digest = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"


_NOBODYS_HASH = _unmatchable_hash()


def checked(password: str) -> bytes:
    """The bytes that are hashed, when `password` may be chosen as one.

    Raises InvalidInput: empty, longer than 1,024 bytes, or no valid Unicode. What is wise is for the face that asks for
    a password to say; an administrator at the command line may choose.
    """
    secret = _spelled(password)
    if secret is None:
        raise InvalidInput("a password has at most {max} bytes of valid text", field="password", max=MAX_PASSWORD_BYTES)
    if not secret:
        raise InvalidInput("a password cannot be empty", field="password")
    return secret


def _spelled(password: str) -> bytes | None:
    """NFC in UTF-8; None when that is no text (lone surrogates) or longer than a password can be.

    Four characters may become one of at least two bytes, so what the first line turns away is too long in any form.
    """
    if len(password) > 3 * MAX_PASSWORD_BYTES:
        return None
    try:
        secret = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None
    return secret if len(secret) <= MAX_PASSWORD_BYTES else None


def generate_password() -> str:
    """A password of 116 random bits such as `kR7mP-...`: letters, digits and hyphens, none that look alike.

    Only what survives every client: iOS, ICSx5 and Nextcloud do not decode what a URL escapes (feed-contract F33).
    """
    groups = (
        "".join(secrets.choice(_GENERATED_ALPHABET) for _ in range(_GENERATED_GROUP_CHARS))
        for _ in range(_GENERATED_GROUPS)
    )
    return "-".join(groups)
