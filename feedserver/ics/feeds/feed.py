"""The body of a feed, kept so that one changed event costs one event (and not ten thousand).

Fragments (one object's VEVENTs, slots filled) lie in buckets chosen by the first bits of their emitted UID, about a
hundred in each. A bucket keeps its joined text and its deflated form, so that a change renders and deflates one bucket
and joins the rest. Emitted UIDs are digests, which spreads them evenly and makes bucket order the order of UIDs (F22).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from feedserver.ics.feeds.head import TAIL
from feedserver.model.calendar_object import ETag

_BUCKET_SIZE: Final = 100
"""Events in a bucket on average, at most twice as many: what is deflated anew when one changes."""
_PREFIX_DIGITS: Final = 8
_PREFIX_BITS: Final = 4 * _PREFIX_DIGITS
_LEVEL: Final = 6
_GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time: the same body gives the same bytes."""
_LAST_BLOCK: Final = b"\x03\x00"
"""An empty final block of fixed Huffman codes: ends a deflate stream (RFC 1951 section 3.2.6)."""


@dataclass(frozen=True, slots=True)
class FeedText:
    """One state of a feed, ready to be sent."""

    body: bytes
    gzip: bytes
    etag: ETag
    """Digest of `body`, so of what is shown alone: equal on every worker and after a restart (F21, O09)."""

    @property
    def size_bytes(self) -> int:
        """Memory it holds."""
        return len(self.body) + len(self.gzip)


class _Bucket:
    """Fragments of one range of emitted UIDs."""

    __slots__ = ("_deflated", "_fragments", "_text")

    def __init__(self) -> None:
        self._fragments: dict[bytes, bytes] = {}
        self._text: bytes | None = None
        self._deflated: bytes | None = None

    def __len__(self) -> int:
        return len(self._fragments)

    def replace(self, uid: bytes, fragment: bytes) -> None:
        if fragment:
            self._fragments[uid] = fragment
        else:
            self._fragments.pop(uid, None)
        self._text = self._deflated = None

    def items(self) -> Iterable[tuple[bytes, bytes]]:
        return self._fragments.items()

    @property
    def text(self) -> bytes:
        if self._text is None:
            self._text = b"".join(self._fragments[uid] for uid in sorted(self._fragments))
        return self._text

    @property
    def deflated(self) -> bytes:
        if self._deflated is None:
            self._deflated = _deflate(self.text)
        return self._deflated


class FeedBody:
    """The fragments of one feed. Not thread-safe: one build at a time."""

    def __init__(self, fragments: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._count = 0
        self._fill(dict(fragments))

    def __len__(self) -> int:
        """Objects that show."""
        return self._count

    def apply(self, changes: Iterable[tuple[bytes, bytes]]) -> None:
        """Put (emitted UID, fragment) pairs in place of what stood there; an empty fragment takes the object out."""
        for uid, fragment in changes:
            bucket = self._bucket_of(uid)
            before = len(bucket)
            bucket.replace(uid, fragment)
            self._count += len(bucket) - before
        if self._count > 2 * _BUCKET_SIZE * len(self._buckets):
            self._fill({uid: text for bucket in self._buckets for uid, text in bucket.items()})

    def _fill(self, fragments: dict[bytes, bytes]) -> None:
        bits = max(0, (len(fragments) // _BUCKET_SIZE).bit_length())
        self._shift = _PREFIX_BITS - bits
        self._buckets = [_Bucket() for _ in range(2**bits)]
        for uid, fragment in fragments.items():
            self._bucket_of(uid).replace(uid, fragment)
        self._count = sum(map(len, self._buckets))

    def _bucket_of(self, uid: bytes) -> _Bucket:
        return self._buckets[int(uid[:_PREFIX_DIGITS], 16) >> self._shift]

    def text(self, head: bytes, *, is_compressed: bool = True, keep_alive: bytes = b"") -> FeedText:
        """The whole feed under `head`; `keep_alive` is the event shown when there is no other (F55)."""
        shown = [bucket for bucket in self._buckets if len(bucket)]
        rest = [bucket.text for bucket in shown] or [keep_alive]
        body = b"".join([head, *rest, TAIL])
        deflated = [bucket.deflated for bucket in shown] if is_compressed else []
        compressed = _gzip(body, head, deflated or [_deflate(keep_alive)]) if is_compressed else b""
        return FeedText(body, compressed, etag_of_body(body))


def etag_of_body(body: bytes) -> ETag:
    """The strong ETag of a feed's bytes, unquoted."""
    return ETag(blake2b(body, digest_size=16).hexdigest())


def whole(body: bytes, *, is_compressed: bool = True) -> FeedText:
    """A feed that was made in one piece, as a tombstone is."""
    head, tail = body[: -len(TAIL)], body[-len(TAIL) :]
    assert tail == TAIL
    return FeedText(body, _gzip(body, head, []) if is_compressed else b"", etag_of_body(body))


def _gzip(body: bytes, head: bytes, deflated: Iterable[bytes]) -> bytes:
    """`body` as one gzip member, put together from pieces deflated on their own (RFC 1952)."""
    check = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join([_GZIP_HEAD, _deflate(head), *deflated, _deflate(TAIL), _LAST_BLOCK, check])


def _deflate(data: bytes) -> bytes:
    """Raw deflate blocks that end on a byte and refer to nothing before them, so that any may follow any."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
