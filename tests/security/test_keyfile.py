"""The key ring's file: private, whole at any moment, followed by who uses it (threats K, U07, U30)."""

import json
import os
import pickle
import stat
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedserver.model.errors import InvalidInput, KeyRingUnusable, LinkForged, NotFound
from feedserver.model.share import FeedLink
from feedserver.security.signing import KeyRing

LINK = FeedLink(share_id="00112233445566778899aabbccddeeff", serial=1)


@pytest.fixture(name="path")
def a_path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture(name="ring")
def a_ring(path: Path) -> KeyRing:
    return KeyRing.create(path)


def test_k03_the_file_is_0600_whatever_the_umask_and_nothing_else_is_left(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(path).rotate()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666, 0o610, 0o601, 0o777])
def test_k03_a_file_open_to_others_is_refused(ring: KeyRing, path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyRingUnusable, match="chmod 600"):
        KeyRing.load(path)


def test_a_file_that_is_there_is_never_replaced_by_a_new_ring(ring: KeyRing, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyRingUnusable, match="already"):
        KeyRing.create(path)
    assert path.read_bytes() == before


def test_a_missing_file_and_a_missing_folder_are_named(path: Path) -> None:
    with pytest.raises(KeyRingUnusable, match=r"keys\.json cannot be read: No such file"):
        KeyRing.load(path)
    with pytest.raises(KeyRingUnusable, match="nowhere cannot be opened"):
        KeyRing.create(path.parent / "nowhere" / "keys.json")


def with_entry(good: bytes, **changes: object) -> bytes:
    """The file with its first key changed."""
    document = json.loads(good)
    document["keys"][0].update(changes)
    return json.dumps(document).encode()


DAMAGES = {
    "empty": lambda _: b"",
    "zeroed": lambda good: b"\x00" * len(good),
    "cut": lambda good: good[: len(good) // 2],
    "other name": lambda good: good.replace(b'"keys"', b'"kexs"'),
    "no key": lambda _: b'{"keys": [], "retired": []}',
    "key is text": lambda _: b'{"keys": ["a"], "retired": []}',
    "keys are a number": lambda _: b'{"keys": 7, "retired": []}',
    "deep": lambda _: b"[" * 100_000,
    "list": lambda _: b"[]",
    "retired number": lambda good: json.dumps({**json.loads(good), "retired": [7]}).encode(),
    "twice": lambda good: json.dumps({"keys": json.loads(good)["keys"] * 2, "retired": []}).encode(),
    "short secret": lambda good: with_entry(good, secret="c2hvcnQ="),
    "no base64": lambda good: with_entry(good, secret="*"),
    "secret is a number": lambda good: with_entry(good, secret=1),
    "id is a path": lambda good: with_entry(good, id="../../x"),
    "bad date": lambda good: with_entry(good, created_at="yesterday"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused_and_k06_no_traceback_shows_it(
    ring: KeyRing, path: Path, damage: Callable[[bytes], bytes]
) -> None:
    secret = json.loads(path.read_bytes())["keys"][0]["secret"]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(KeyRingUnusable, match="damaged") as caught:
        KeyRing.load(path)
    assert caught.value.__context__ is None
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_k06_no_repr_shows_a_secret(ring: KeyRing, path: Path) -> None:
    ring.rotate()
    for key in ring.keys:
        shown = f"{ring!r} {ring} {ring.keys!r} {ring._ring!r} {ring.fingerprint}"
        assert key.id in shown
        assert repr(key.secret)[2:-1] not in shown
        assert key.secret.hex() not in shown


def test_u07_old_links_work_after_a_rotation_and_new_ones_are_signed_anew(ring: KeyRing) -> None:
    old = ring.sign_link(LINK)
    first = ring.ids[0]
    second = ring.rotate()
    assert ring.ids == (first, second)
    assert ring.sign_link(LINK) != old
    assert ring.verify_link(old) == ring.verify_link(ring.sign_link(LINK)) == LINK


def test_u07_links_of_a_retired_key_are_forged_at_once_though_remembered(ring: KeyRing) -> None:
    old = ring.sign_link(LINK)
    ring.verify_link(old)
    new_id = ring.rotate()
    ring.retire(ring.ids[0])
    assert ring.ids == (new_id,)
    assert ring.verify_link(ring.sign_link(LINK)) == LINK
    with pytest.raises(LinkForged):
        ring.verify_link(old)


def test_u07_another_process_follows_the_file(ring: KeyRing, path: Path) -> None:
    server = KeyRing.load(path)
    old = ring.sign_link(LINK)
    server.verify_link(old)
    assert server.reload_if_changed() is False
    ring.rotate()
    with pytest.raises(LinkForged):
        server.verify_link(ring.sign_link(LINK))
    assert server.reload_if_changed() is True
    assert server.verify_link(ring.sign_link(LINK)) == server.verify_link(old) == LINK
    ring.retire(ring.ids[0])
    assert server.reload_if_changed() is True
    with pytest.raises(LinkForged):
        server.verify_link(old)


def test_a_touched_file_reloads_to_the_same_keys(ring: KeyRing, path: Path) -> None:
    os.utime(path, ns=(1, 1))
    assert ring.reload_if_changed() is False
    assert ring.verify_link(ring.sign_link(LINK)) == LINK


def test_a_server_keeps_its_keys_while_the_file_is_gone_or_damaged(ring: KeyRing, path: Path) -> None:
    token = ring.sign_link(LINK)
    path.write_bytes(b"{")
    with pytest.raises(KeyRingUnusable):
        ring.reload_if_changed()
    path.unlink()
    with pytest.raises(KeyRingUnusable):
        ring.reload_if_changed()
    assert ring.verify_link(token) == LINK


def test_the_newest_and_the_only_key_cannot_be_retired(ring: KeyRing, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="rotate first"):
        ring.retire(ring.ids[0])
    assert path.read_bytes() == before
    ring.rotate()
    with pytest.raises(InvalidInput):
        ring.retire(ring.ids[1])


def test_k07_retiring_twice_is_retiring_once_and_an_unknown_id_is_named_unknown(ring: KeyRing, path: Path) -> None:
    first = ring.ids[0]
    ring.rotate()
    ring.retire(first)
    before = path.read_bytes()
    ring.retire(first)
    assert path.read_bytes() == before
    with pytest.raises(NotFound):
        ring.retire("feedface")


def test_k07_two_processes_that_rotate_lose_no_key(ring: KeyRing, path: Path) -> None:
    """Each reads the file anew under the lock, however old its own copy is."""
    other = KeyRing.load(path)
    token_of_first = [ring.rotate(), ring.sign_link(LINK)][1]
    other.rotate()
    assert len(KeyRing.load(path).ids) == 3
    assert other.verify_link(token_of_first) == LINK


@pytest.mark.parametrize("step", range(8))
def test_k07_killed_at_any_step_the_file_is_whole_and_the_next_rotation_works(
    ring: KeyRing, path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The process dies before its n-th call that touches the disk; what it left is what the next one finds."""
    calls = iter(range(100))

    class Killed(BaseException):
        pass

    def dying(function):  # noqa: ANN001, ANN202
        def call(*arguments, **named):  # noqa: ANN002, ANN003, ANN202
            if next(calls) == step:
                raise Killed
            return function(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("open", "fdopen", "fsync", "replace", "unlink", "rename"):
            patch.setattr(os, name, dying(getattr(os, name)))
        with suppress(Killed):
            ring.rotate()
    survivor = KeyRing.load(path)
    assert len(survivor.ids) in (1, 2)
    survivor.rotate()
    assert KeyRing.load(path).ids == survivor.ids
    assert survivor.verify_link(ring.sign_link(LINK)) == LINK
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_ring_and_says_so(
    ring: KeyRing, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(KeyRingUnusable, match="No space left"):
            ring.rotate()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_link_laid_where_the_new_file_goes_is_not_followed(ring: KeyRing, path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    path.with_name("keys.json.new").symlink_to(victim)
    ring.rotate()
    assert victim.read_text() == "untouched"


def test_u30_another_ring_and_an_old_copy_do_not_know_the_newest_key(ring: KeyRing, path: Path, tmp_path: Path) -> None:
    stale = KeyRing.load(path)
    stored = ring.fingerprint
    other = KeyRing.create(tmp_path / "other.json")
    assert stale.knows(stored)
    assert not other.knows(stored)
    ring.rotate()
    assert ring.knows(stored)
    assert not stale.knows(ring.fingerprint)
    ring.retire(ring.ids[0])
    assert ring.knows(ring.fingerprint)


def test_u30_a_fingerprint_is_the_same_after_a_restart_and_foreign_text_is_unknown(ring: KeyRing, path: Path) -> None:
    assert KeyRing.load(path).fingerprint == ring.fingerprint
    assert len(ring.fingerprint) == 32
    assert not ring.knows("")
    assert not ring.knows("0" * 32)


def test_a_ring_comes_back_from_the_bytes_in_a_backup(ring: KeyRing, path: Path, tmp_path: Path) -> None:
    ring.rotate()
    elsewhere = tmp_path / "restored.json"
    restored = KeyRing.restore(elsewhere, path.read_bytes())
    assert restored.keys == ring.keys
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    with pytest.raises(KeyRingUnusable, match="damaged"):
        KeyRing.restore(elsewhere, b"no keys")
    assert KeyRing.load(elsewhere).keys == ring.keys


def test_a_key_knows_when_it_was_made(path: Path) -> None:
    class Noon:
        def now(self) -> datetime:
            return datetime(2026, 11, 23, 12, tzinfo=UTC)

        def monotonic(self) -> float:
            return 0.0

    KeyRing.create(path, clock=Noon())
    assert KeyRing.load(path).keys[0].created_at == Noon().now()


def test_a_ring_is_not_pickled_into_another_process(ring: KeyRing) -> None:
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.dumps(ring)
