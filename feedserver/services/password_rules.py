"""What a person may choose as a password on a page (threat A27); the command line may choose freely.

At least eight characters, fifteen advised, and none of the three thousand that everybody tries first.
"""

from __future__ import annotations

import asyncio
import unicodedata
from functools import lru_cache
from typing import Final

from feedserver.model.errors import InvalidInput
from feedserver.security.common_passwords import common_passwords

MIN_CHARS: Final = 8


async def refuse_weak(password: str) -> None:
    """Raises InvalidInput with field `password`."""
    spelled = unicodedata.normalize("NFC", password)
    if len(spelled) < MIN_CHARS:
        raise InvalidInput("A password has at least {min} characters.", field="password", min=MIN_CHARS)
    if spelled.casefold() in await asyncio.to_thread(_common):
        raise InvalidInput("This password is one of those that are guessed first. Choose another.", field="password")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return common_passwords(min_chars=MIN_CHARS)
