"""The passwords that are tried first, from the frequency list of zxcvbn."""

from __future__ import annotations

from itertools import islice

TOP = 3000
"""How many of those that are long enough at all (ASVS 5.0, 6.2.4)."""


def common_passwords(*, min_chars: int) -> frozenset[str]:
    """In small letters. Takes 50 ms and 5 MB when asked for first: not on the event loop."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - only who chooses a password pays for it

    long_enough = (password for password in FREQUENCY_LISTS["passwords"] if len(password) >= min_chars)
    return frozenset(islice(long_enough, TOP))
