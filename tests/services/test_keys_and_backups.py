"""The key ring beside the database, and both together in a backup."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from feedserver.model.errors import InvalidInput, KeyRingUnusable, LinkForged, NotFound
from feedserver.security.signing import KeyRing
from feedserver.services.backups import BackupService
from feedserver.services.keys import KeyService, key_fingerprint
from feedserver.storage.engine import Database
from tests.builders import an_event
from tests.premises import Premises, open_premises


def _backups(premises: Premises, folder: Path) -> BackupService:
    return BackupService(premises.db, key_path=folder / "keys.json", clock=premises.clock)


def _token(premises: Premises, share_url: str) -> str:
    return share_url.rstrip("/").rpartition("/")[2]


async def test_u30_a_node_with_other_keys_is_refused(premises: Premises, tmp_path: Path) -> None:
    await KeyService(premises.db, premises.ring).prove()
    (tmp_path / "other").mkdir()
    stranger = KeyRing.create(tmp_path / "other" / "keys.json")
    with pytest.raises(KeyRingUnusable):
        await KeyService(premises.db, stranger).prove()


async def test_u30_a_node_with_an_old_copy_of_the_keys_is_refused(premises: Premises, tmp_path: Path) -> None:
    old = KeyRing.load(tmp_path / "keys.json")
    await KeyService(premises.db, premises.ring).rotate()
    with pytest.raises(KeyRingUnusable):
        await KeyService(premises.db, old).prove()


async def test_u30_a_running_node_learns_that_another_one_rotated_without_it(
    premises: Premises, tmp_path: Path
) -> None:
    """Only its links would tell otherwise: each new one is a forged one to it."""
    await KeyService(premises.db, premises.ring).prove()
    old = KeyService(premises.db, KeyRing.load(tmp_path / "keys.json"))
    await old.compare()
    await KeyService(premises.db, premises.ring).rotate()
    with pytest.raises(KeyRingUnusable):
        await old.compare()


async def test_k07_a_rotation_killed_before_the_database_knew_of_it_is_made_good_by_the_next_start(
    premises: Premises,
) -> None:
    keys = KeyService(premises.db, premises.ring)
    await keys.prove()
    premises.ring.rotate()
    await keys.prove()
    assert await key_fingerprint(premises.db) == premises.ring.fingerprint


async def test_k07_retiring_after_such_a_rotation_leaves_a_database_that_knows_the_ring(premises: Premises) -> None:
    keys = KeyService(premises.db, premises.ring)
    await keys.prove()
    old = premises.ring.ids[0]
    premises.ring.rotate()
    await keys.retire(old)
    await keys.retire(old)
    await keys.prove()


async def test_u07_links_signed_by_a_retired_key_are_forged_and_others_are_not(premises: Premises) -> None:
    keys = KeyService(premises.db, premises.ring)
    old_share = await premises.share()
    old_token = _token(premises, premises.link(old_share).page_url)
    (old_key,) = premises.ring.ids
    await keys.rotate()
    new_token = _token(premises, premises.link(old_share).page_url)
    premises.ring.verify_link(old_token)
    await keys.retire(old_key)
    with pytest.raises(LinkForged):
        premises.ring.verify_link(old_token)
    premises.ring.verify_link(new_token)


async def test_the_signing_key_cannot_be_retired_and_an_unknown_one_is_not_found(premises: Premises) -> None:
    keys = KeyService(premises.db, premises.ring)
    with pytest.raises(InvalidInput):
        await keys.retire(premises.ring.ids[-1])
    with pytest.raises(NotFound):
        await keys.retire("00000000")


async def test_u07_another_process_follows_the_key_file(premises: Premises, tmp_path: Path) -> None:
    other = KeyRing.load(tmp_path / "keys.json")
    await KeyService(premises.db, premises.ring).rotate()
    await KeyService(premises.db, other).follow()
    assert other.ids == premises.ring.ids


async def test_a_backup_brings_back_calendars_shares_accounts_and_links_elsewhere(
    premises: Premises, tmp_path: Path
) -> None:
    await KeyService(premises.db, premises.ring).prove()
    await premises.account("ann")
    share = await premises.share(await premises.calendar(an_event("a"), an_event("b")))
    summary = await _backups(premises, tmp_path).write(tmp_path / "backup.tar.gz")
    assert (summary.rows["objects"], summary.rows["shares"], summary.rows["accounts"]) == (2, 1, 1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    db = await Database.open(data_dir=elsewhere)
    try:
        service = BackupService(db, key_path=elsewhere / "keys.json", clock=premises.clock)
        await service.restore(tmp_path / "backup.tar.gz")
        async with open_premises(db, elsewhere) as restored:
            await KeyService(db, restored.ring).prove()
            back = await restored.sharing.find(share.id)
            assert restored.link(back) == premises.link(share)
            assert back.revision > share.revision
            assert (await restored.calendars.list_all())[0].object_count == 2
    finally:
        await db.close()


async def test_k04_a_backup_is_its_owners_alone(premises: Premises, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    mask = os.umask(0)
    await _backups(premises, tmp_path).write(path)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_is_no_backup_changes_nothing(premises: Premises, tmp_path: Path) -> None:
    await premises.calendar(name="Work")
    keys = (tmp_path / "keys.json").read_bytes()
    (tmp_path / "backup.tar.gz").write_bytes(b"nonsense")
    with pytest.raises(InvalidInput):
        await _backups(premises, tmp_path).restore(tmp_path / "backup.tar.gz")
    assert [c.name for c in await premises.calendars.list_all()] == ["Work"]
    assert (tmp_path / "keys.json").read_bytes() == keys


async def test_a_backup_without_the_keys_is_not_made(premises: Premises, tmp_path: Path) -> None:
    (tmp_path / "keys.json").unlink()
    with pytest.raises(KeyRingUnusable):
        await _backups(premises, tmp_path).write(tmp_path / "backup.tar.gz")
    assert not (tmp_path / "backup.tar.gz").exists()


async def test_k05_the_database_alone_holds_no_key(premises: Premises, tmp_path: Path) -> None:
    await KeyService(premises.db, premises.ring).rotate()
    stored = _database_bytes(tmp_path)
    for key in premises.ring.keys:
        assert key.secret not in stored
        assert key.secret.hex().encode() not in stored


def _database_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("feedserver.db*"))
