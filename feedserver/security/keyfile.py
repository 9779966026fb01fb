"""The key file: which signing keys there are, kept beside the database and never inside it.

JSON, mode 0600, replaced as a whole: whoever reads it, at any moment and after any crash, finds the old ring or the
new one. Needs a POSIX file system with working locks; a file on NFS is safe against crashes, but two machines that
rotate at once there depend on the server's lock daemon.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from feedserver.model.errors import KeyRingUnusable

SECRET_BYTES = 32
_KEY_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One key; its `repr` shows no secret."""

    id: str
    """8 hexadecimal digits, random: for people who rotate and retire."""
    secret: bytes = field(repr=False)
    """32 bytes from the operating system."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What a key file says."""

    keys: tuple[SigningKey, ...]
    """Oldest first, never empty, no id twice; the newest signs."""
    retired: tuple[str, ...] = ()
    """Ids of keys that were taken out, oldest first."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """What changes when the file is replaced or edited; cheap to ask for."""

    inode: int
    size: int
    modified_ns: int


def read(path: Path) -> tuple[Ring, FileMark]:
    """The ring in the file and the mark of the very file it was read from.

    Raises KeyRingUnusable when the file is missing, may be read or written by group or others, or is damaged.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            data = file.read()
    except OSError as error:
        raise KeyRingUnusable(f"the key file {path} cannot be read: {error.strerror}") from None
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyRingUnusable(f"the key file {path} can be opened by others than its owner; run: chmod 600 {path}")
    return parse(data, path), _mark_of(status)


def mark(path: Path) -> FileMark:
    """The mark of the file that is there now. Raises KeyRingUnusable when there is none."""
    try:
        return _mark_of(path.stat())
    except OSError as error:
        raise KeyRingUnusable(f"the key file {path} cannot be read: {error.strerror}") from None


def _mark_of(status: os.stat_result) -> FileMark:
    return FileMark(status.st_ino, status.st_size, status.st_mtime_ns)


def parse(data: bytes, path: Path) -> Ring:
    """The ring that `data` spells. Raises KeyRingUnusable, which names `path`, when it is damaged."""
    ring = _ring_of(data)
    if ring is None:
        raise KeyRingUnusable(f"the key file {path} is damaged; put the copy from your backup in its place")
    return ring


def _ring_of(data: bytes) -> Ring | None:
    """None when damaged: an exception of the decoder would carry the file's text, secrets and all, into a traceback."""
    try:
        document = json.loads(data)
        keys = tuple(_key_of(entry) for entry in document["keys"])
        retired = tuple(document["retired"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    ids = [*(key.id for key in keys), *retired]
    are_ids_good = all(isinstance(i, str) and _KEY_ID.fullmatch(i) for i in ids) and len(set(ids)) == len(ids)
    are_secrets_good = all(len(key.secret) == SECRET_BYTES for key in keys)
    return Ring(keys=keys, retired=retired) if keys and are_ids_good and are_secrets_good else None


def _key_of(entry: dict[str, str]) -> SigningKey:
    created_at = datetime.fromisoformat(entry["created_at"])
    return SigningKey(id=entry["id"], secret=urlsafe_b64decode(entry["secret"]), created_at=created_at)


def write(path: Path, ring: Ring) -> None:
    """Put `ring` in the file's place, durably and all or nothing; call it within `locked`.

    Raises KeyRingUnusable when it cannot be written; the old file is untouched then.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        # We hold the lock: one that is there was left by a process that died.
        fresh.unlink(missing_ok=True)
        _write_private(fresh, _spell(ring))
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise KeyRingUnusable(f"the key file {path} cannot be written: {error.strerror}") from None


def _spell(ring: Ring) -> bytes:
    keys = [
        {
            "id": key.id,
            "secret": urlsafe_b64encode(key.secret).decode(),
            "created_at": key.created_at.isoformat(timespec="seconds"),
        }
        for key in ring.keys
    ]
    return json.dumps({"keys": keys, "retired": list(ring.retired)}, indent=1).encode() + b"\n"


def _write_private(path: Path, data: bytes) -> None:
    """O_EXCL follows no link that somebody laid there, and the mode holds from the first moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among the processes that change this key file; ends with the process, so nothing stale can stay.

    Raises KeyRingUnusable when the folder is not there.
    """
    try:
        descriptor = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise KeyRingUnusable(f"the folder {path.parent} cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
