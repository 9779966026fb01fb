"""Tokens: signing and verifying what stands in a share's URL, and in the one-time links that people get.

A token is `b64url(share id, serial[, recipient id]) + "." + b64url(HMAC-SHA-256)` without padding: 16 random bytes,
4 bytes big-endian, 16 random bytes. It tells nothing but random ids and how often the link was replaced, uses
unreserved characters only (feed-contract F2, F4), and has exactly one spelling. The ring's newest key signs,
all verify. A one-time link's token is the same with one random id of 16 bytes and a purpose of its own.

A narrower link has a purpose of its own too. Before the same ids stand two bytes, how many calendars and how many
categories it names, and behind them their marks of 6 bytes each: no token of one kind is as long as one of the other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from feedserver.model.clock import Clock, SystemClock
from feedserver.model.errors import InvalidInput, KeyRingUnusable, LinkForged, NotFound
from feedserver.model.narrowing import MARK_BYTES, MAX_MARKS
from feedserver.model.share import FeedLink, Narrowing
from feedserver.security import keyfile
from feedserver.security.keyfile import Ring, SigningKey

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

MAX_REMEMBERED_TOKENS = 8192
"""Verified tokens kept; about 4 MB when full."""

_LINK_PURPOSE, _NARROWED_PURPOSE = b"feedserver.link", b"feedserver.narrowed"
"""Its own salt for each thing that is signed, so that a token made for one is worthless for another (threat U06)."""


class Purpose(StrEnum):
    """What a one-time link is for."""

    SETUP = "feedserver.setup"
    """To make the first admin."""
    INVITATION = "feedserver.invitation"
    """To choose the password of an account."""


_ID_BYTES = 16
_SERIAL_BYTES = 4
_SIGNATURE_CHARACTERS = 43
_LINK_BYTES = (_ID_BYTES + _SERIAL_BYTES, _ID_BYTES + _SERIAL_BYTES + _ID_BYTES)
"""Of the general link and of one with a recipient."""


def _lengths(bodies: Iterable[int]) -> frozenset[int]:
    """Characters of tokens with bodies of so many bytes."""
    return frozenset(-(-size * 4 // 3) + 1 + _SIGNATURE_CHARACTERS for size in bodies)


_LINK_LENGTHS = _lengths(_LINK_BYTES)
_NARROWED_LENGTHS = _lengths(2 + size + MARK_BYTES * count for size in _LINK_BYTES for count in range(1, MAX_MARKS + 1))
_ID_LENGTHS = _lengths([_ID_BYTES])


class KeyRing:
    """The keys of one deployment, and what they sign.

    Belongs to one event loop. Another process may change the key file at any time; `reload_if_changed` follows it.
    """

    def __init__(self, path: Path, ring: Ring, mark: keyfile.FileMark, *, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._verified: _lru_cache_wrapper[FeedLink] = lru_cache(MAX_REMEMBERED_TOKENS)(self._verify)
        self._adopt(ring, mark)

    @classmethod
    def load(cls, path: Path, *, clock: Clock | None = None) -> Self:
        """The ring in the key file at `path`. Raises KeyRingUnusable: missing, open to others, or damaged."""
        return cls(path, *keyfile.read(path), clock=clock or SystemClock())

    @classmethod
    def create(cls, path: Path, *, clock: Clock | None = None) -> Self:
        """A ring with one new key, written to `path`. Raises KeyRingUnusable: a file is there, or none can be made."""
        clock = clock or SystemClock()
        with keyfile.locked(path):
            if path.exists():
                raise KeyRingUnusable(f"there is a key file at {path} already")
            keyfile.write(path, Ring(keys=(_new_key(clock, taken=()),)))
        return cls.load(path, clock=clock)

    @classmethod
    def restore(cls, path: Path, data: bytes, *, clock: Clock | None = None) -> Self:
        """The ring that `data`, the bytes of a key file, spells; it replaces what is at `path`.

        Raises KeyRingUnusable when `data` is damaged or the file cannot be written; nothing changed then.
        """
        ring = keyfile.parse(data, path)
        with keyfile.locked(path):
            keyfile.write(path, ring)
        return cls.load(path, clock=clock)

    def __repr__(self) -> str:
        """Ids only."""
        return f"KeyRing(ids={list(self.ids)!r})"

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the keys, oldest first; the last one signs."""
        return tuple(key.id for key in self._ring.keys)

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """The keys, oldest first; for listings of id and age."""
        return self._ring.keys

    @property
    def fingerprint(self) -> str:
        """Stands for the newest key, 32 hexadecimal digits; tells nothing about it, so it may be stored anywhere."""
        return _fingerprint_of(self._ring.keys[-1])

    def knows(self, fingerprint: str) -> bool:
        """True when the key of that fingerprint is in the ring.

        The database keeps the fingerprint of the newest key it has seen. A node whose ring does not know it has other
        keys, or an old copy, and must not start (threat U30). After a rotation the older key is still known.
        """
        return any(hmac.compare_digest(_fingerprint_of(key), fingerprint) for key in self._ring.keys)

    def rotate(self) -> str:
        """Add a key that signs from now on, and return its id; links signed by the others keep working.

        Killed at any moment it leaves a whole ring, the old or the new one. Raises KeyRingUnusable.
        """
        with keyfile.locked(self._path):
            ring, _ = keyfile.read(self._path)
            key = _new_key(self._clock, taken=[*(key.id for key in ring.keys), *ring.retired])
            self._replace(Ring(keys=(*ring.keys, key), retired=ring.retired))
        return key.id

    def retire(self, key_id: str) -> None:
        """Take a key out: links that it signed are forged ones from now on. Retiring a retired key changes nothing.

        Raises InvalidInput for the newest key, which signs; NotFound for one that never was; KeyRingUnusable.
        """
        with keyfile.locked(self._path):
            ring, _ = keyfile.read(self._path)
            if key_id in ring.retired:
                return
            if key_id == ring.keys[-1].id:
                raise InvalidInput("the newest key signs all links and cannot be retired; rotate first", field="key_id")
            keys = tuple(key for key in ring.keys if key.id != key_id)
            if len(keys) == len(ring.keys):
                raise NotFound("there is no key of that id; list them with: feedserver key list")
            self._replace(Ring(keys=keys, retired=(*ring.retired, key_id)))

    def _replace(self, ring: Ring) -> None:
        keyfile.write(self._path, ring)
        self._adopt(*keyfile.read(self._path))

    def reload_if_changed(self) -> bool:
        """Follow the key file; True when the keys are others now. Costs one `stat` when nothing happened.

        Raises KeyRingUnusable when the file is gone or unusable; the keys stay as they were.
        """
        if keyfile.mark(self._path) == self._mark:
            return False
        before = self._ring
        self._adopt(*keyfile.read(self._path))
        return self._ring != before

    def _adopt(self, ring: Ring, mark: keyfile.FileMark) -> None:
        self._ring = ring
        self._mark = mark
        keys = [key.secret for key in ring.keys]
        self._signer = _signer(keys, _LINK_PURPOSE)
        self._narrowed_signer = _signer(keys, _NARROWED_PURPOSE)
        self._id_signers = {purpose: _signer(keys, purpose.encode()) for purpose in Purpose}
        self._verified.cache_clear()

    def sign_link(self, link: FeedLink) -> str:
        """The token of `link`, 71 characters, or 92 with a recipient; the same for the same link and newest key.

        A narrower link has up to 896 characters.
        """
        body = _body_of_link(link)
        if link.narrowing is None:
            return self._signer.sign(base64_encode(body)).decode()
        return self._narrowed_signer.sign(base64_encode(_narrowed_body(body, link.narrowing))).decode()

    def verify_link(self, token: str) -> FeedLink:
        """What `token` says, when one of our keys signed it. Asks no database; good tokens are remembered.

        Raises LinkForged for everything else, always with the same words.
        """
        return self._verified(token)

    def _verify(self, token: str) -> FeedLink:
        if len(token) in _NARROWED_LENGTHS:
            return _narrowed_link_of(_body_of(token, self._narrowed_signer, _NARROWED_LENGTHS))
        return _link_of(_body_of(token, self._signer, _LINK_LENGTHS))

    def sign_id(self, purpose: Purpose, random_id: str) -> str:
        """The token, 66 characters, that stands for an id of 32 hexadecimal digits."""
        return self._id_signers[purpose].sign(base64_encode(bytes.fromhex(random_id))).decode()

    def verify_id(self, purpose: Purpose, token: str) -> str:
        """The id that one of our keys signed for this purpose. Raises LinkForged for everything else."""
        return _body_of(token, self._id_signers[purpose], _ID_LENGTHS).hex()


def _body_of(token: str, signer: Signer, lengths: frozenset[int]) -> bytes:
    """What was signed. Raises LinkForged."""
    if len(token) not in lengths or not token.isascii():
        raise LinkForged(_FORGED)
    try:
        text = signer.unsign(token)
    except BadSignature:
        raise LinkForged(_FORGED) from None
    body, signature = base64_decode(text), base64_decode(token[-_SIGNATURE_CHARACTERS:])
    # base64 decoders are lenient: a signature has seven spellings, and each would pass by what is keyed by tokens.
    if f"{base64_encode(body).decode()}.{base64_encode(signature).decode()}" != token:
        raise LinkForged(_FORGED)
    return body


_FORGED = "this link is not one of ours"


def _body_of_link(link: FeedLink) -> bytes:
    """Its ids and serial: 20 or 36 bytes."""
    body = bytes.fromhex(link.share_id) + link.serial.to_bytes(_SERIAL_BYTES, "big")
    return body + bytes.fromhex(link.recipient_id or "")


def _narrowed_body(body: bytes, narrowing: Narrowing) -> bytes:
    """Counts, ids and serial, marks."""
    counts = bytes((len(narrowing.calendars), len(narrowing.categories)))
    return b"".join((counts, body, *narrowing.calendars, *narrowing.categories))


def _link_of(body: bytes, narrowing: Narrowing | None = None) -> FeedLink:
    """What a signed body of 20 or 36 bytes says."""
    serial_end = _ID_BYTES + _SERIAL_BYTES
    return FeedLink(
        share_id=body[:_ID_BYTES].hex(),
        serial=int.from_bytes(body[_ID_BYTES:serial_end], "big"),
        recipient_id=body[serial_end:].hex() or None,
        narrowing=narrowing,
    )


def _narrowed_link_of(body: bytes) -> FeedLink:
    """What the signed body of a narrower link says."""
    calendars, categories = body[:2]
    marks_at = len(body) - MARK_BYTES * (calendars + categories)
    marks = [body[at : at + MARK_BYTES] for at in range(marks_at, len(body), MARK_BYTES)]
    narrowing = Narrowing(calendars=tuple(marks[:calendars]), categories=tuple(marks[calendars:]))
    return _link_of(body[2:marks_at], narrowing)


def _signer(keys: list[bytes], purpose: bytes) -> Signer:
    """A signer with SHA-256: itsdangerous takes SHA-1 unless told otherwise."""
    return Signer(keys, salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)


def _new_key(clock: Clock, *, taken: Iterable[str]) -> SigningKey:
    key_id = secrets.token_hex(4)
    while key_id in taken:
        key_id = secrets.token_hex(4)
    return SigningKey(id=key_id, secret=secrets.token_bytes(keyfile.SECRET_BYTES), created_at=clock.now())


def _fingerprint_of(key: SigningKey) -> str:
    """A keyed digest of a constant: one-way, and with a use of the key that no signer has."""
    return hmac.digest(key.secret, b"feedserver.fingerprint", "sha256")[:16].hex()
