"""Basic credentials (RFC 7617) as calendar apps really send them."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_HEADER_CHARS = 8192
REALM = "Calendars"


def challenge() -> str:
    """The one WWW-Authenticate value there is (F31).

    The realm is fixed (B13): Thunderbird stores one password per origin and realm, so one login opens all shares.
    """
    return f'Basic realm="{REALM}", charset="UTF-8"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody claims to be. Its repr shows neither password nor header."""

    login: str
    password: str = field(repr=False)
    header: str = field(repr=False)
    """The whole header as sent: what the memory of good credentials is keyed by."""


def read_credentials(headers: Sequence[str]) -> Credentials | None:
    """The credentials in the Authorization headers of one request; None when there are none that can be read.

    Two headers are none (B11): proxies and servers differ over which one counts.
    """
    if len(headers) != 1 or len(headers[0]) > MAX_HEADER_CHARS:
        return None
    scheme, _, encoded = headers[0].partition(" ")
    if scheme.lower() != "basic":
        return None
    text = _decode(encoded.strip(" "))
    if text is None or ":" not in text:
        return None
    login, _, password = text.partition(":")
    return Credentials(login=login, password=password, header=headers[0])


def _decode(encoded: str) -> str | None:
    """UTF-8, as the challenge asks; else latin-1, which some clients send whatever they are asked for (F33)."""
    try:
        raw = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
