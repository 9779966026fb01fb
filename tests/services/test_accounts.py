"""Accounts: adding, passwords, deactivating, and proving who somebody is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from feedserver.model.account import Account, Role
from feedserver.model.errors import Conflict, CredentialsRefused, InvalidInput, NotFound
from feedserver.security.passwords import Hasher
from feedserver.security.throttle import Patience, Throttle
from feedserver.services.accounts import AccountService
from feedserver.storage import accounts
from feedserver.storage.engine import Database
from tests.builders import StoppedClock

ADDRESS = "192.0.2.1"
SECRET = "correct horse"


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def service(sqlite_db: Database, pauses: list[float]) -> AsyncIterator[AccountService]:
    async def pause(delay_s: float) -> None:
        pauses.append(delay_s)

    clock, hasher = StoppedClock(), Hasher()
    throttle = Throttle(clock, Patience(login_failures=3))
    yield AccountService(sqlite_db, hasher=hasher, throttle=throttle, clock=clock, pause=pause)
    hasher.close()


async def _ann(service: AccountService, role: Role = Role.MEMBER) -> Account:
    return await service.add(login="Ann", email="ann@example.org", role=role, password=SECRET)


async def test_an_account_is_found_by_login_in_any_case_and_by_id(service: AccountService) -> None:
    ann = await _ann(service)
    assert await service.find("ann") == await service.find(ann.id) == ann
    assert ann.display_name == "Ann"


async def test_an_unknown_account_is_not_found(service: AccountService) -> None:
    with pytest.raises(NotFound):
        await service.find("nobody")


async def test_b12_a_login_that_differs_in_case_only_is_taken(service: AccountService) -> None:
    await _ann(service)
    with pytest.raises(Conflict):
        await service.add(login="ANN", email="x@example.org", role=Role.GUEST)


async def test_b12_look_alike_logins_do_not_open_each_other(service: AccountService) -> None:
    await _ann(service)
    await service.add(login="\u0410nn", email="x@example.org", role=Role.GUEST, password="another password")
    with pytest.raises(CredentialsRefused):
        await service.authenticate("\u0410nn", [SECRET], address=ADDRESS)


@pytest.mark.parametrize("login", [".*", "%", "_", "A%", "An_", "ann ", "ann\n", "a|Ann", "' OR 1=1 --"])
async def test_b12_no_pattern_stands_for_somebody(service: AccountService, login: str) -> None:
    await _ann(service)
    with pytest.raises(CredentialsRefused):
        await service.authenticate(login, [SECRET], address=ADDRESS)


async def test_the_right_password_proves_an_account(service: AccountService) -> None:
    ann = await _ann(service)
    assert await service.authenticate("ANN", [SECRET], address=ADDRESS) == ann


async def test_f33_any_reading_of_the_same_bytes_may_be_right(service: AccountService) -> None:
    ann = await service.add(login="ann", email="a@b", role=Role.GUEST, password="größe größe")
    assert await service.authenticate("ann", ["grÃ¶Ã\x9fe", "größe größe"], address=ADDRESS) == ann


async def test_b02_every_refusal_is_the_same(service: AccountService) -> None:
    await _ann(service)
    await service.add(login="without", email="a@b", role=Role.GUEST)
    await service.add(login="gone", email="a@b", role=Role.GUEST, password=SECRET)
    await service.deactivate("gone")
    words = set()
    for login, password in [
        ("ann", "wrong"),
        ("ann", ""),
        ("nobody", SECRET),
        ("", ""),
        ("without", ""),
        ("gone", SECRET),
    ]:
        with pytest.raises(CredentialsRefused) as refused:
            await service.authenticate(login, [password], address=ADDRESS)
        words.add(str(refused.value))
    assert len(words) == 1


async def test_b05_a_new_password_ends_the_old_one(service: AccountService) -> None:
    ann = await _ann(service)
    changed = await service.set_password("ann", "another password")
    assert changed.version > ann.version
    with pytest.raises(CredentialsRefused):
        await service.authenticate("ann", [SECRET], address=ADDRESS)
    assert await service.authenticate("ann", ["another password"], address=ADDRESS) == changed


async def test_b06_a_deactivated_account_is_refused_until_it_is_reactivated(service: AccountService) -> None:
    await _ann(service)
    await service.deactivate("ann")
    with pytest.raises(CredentialsRefused):
        await service.authenticate("ann", [SECRET], address=ADDRESS)
    back = await service.activate("ann")
    assert await service.authenticate("ann", [SECRET], address=ADDRESS) == back


async def test_a23_the_last_active_admin_cannot_be_deactivated(service: AccountService) -> None:
    await _ann(service, Role.ADMIN)
    await service.add(login="member", email="a@b", role=Role.MEMBER)
    with pytest.raises(Conflict):
        await service.deactivate("ann")
    assert (await service.find("ann")).is_active


async def test_a23_of_two_admins_one_can_go_and_the_other_must_stay(service: AccountService) -> None:
    await _ann(service, Role.ADMIN)
    await service.add(login="bob", email="a@b", role=Role.ADMIN)
    assert not (await service.deactivate("ann")).is_active
    assert not (await service.deactivate("ann")).is_active
    with pytest.raises(Conflict):
        await service.deactivate("bob")


async def test_b04_many_wrong_passwords_slow_down_that_login_from_that_address_only(
    service: AccountService, pauses: list[float]
) -> None:
    ann = await _ann(service)
    for _ in range(5):
        with pytest.raises(CredentialsRefused):
            await service.authenticate("ann", ["wrong"], address=ADDRESS)
    assert pauses
    pauses.clear()
    assert await service.authenticate("ann", [SECRET], address="198.51.100.7") == ann
    assert not pauses


async def test_b04_the_right_password_is_never_locked_out(service: AccountService) -> None:
    ann = await _ann(service)
    for _ in range(20):
        with pytest.raises(CredentialsRefused):
            await service.authenticate("ann", ["wrong"], address=ADDRESS)
    assert await service.authenticate("ann", [SECRET], address=ADDRESS) == ann


async def test_k01_a_weak_hash_is_made_anew_at_the_next_login(service: AccountService, sqlite_db: Database) -> None:
    ann = await _ann(service)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(SECRET)
    async with sqlite_db.write() as tx:
        await accounts.set_password(tx, ann.id, weak)
    proven = await service.authenticate("ann", [SECRET], address=ADDRESS)
    assert proven.password_hash is not None
    assert proven.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await service.find("ann") == proven


async def test_k02_no_password_is_stored_in_clear(service: AccountService, tmp_path: Path) -> None:
    await _ann(service)
    await service.set_password("ann", "another password")
    stored = _all_bytes_in(tmp_path)
    assert b"$argon2id$" in stored
    assert SECRET.encode() not in stored
    assert b"another password" not in stored


def _all_bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("password", ["", "\ud800xxxxxxxxx", "x" * 1025])
async def test_a_password_that_cannot_be_one_is_refused(service: AccountService, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await service.add(login="ann", email="a@b", role=Role.GUEST, password=password)
    assert refused.value.field == "password"


async def test_a_name_of_two_lines_is_refused(service: AccountService) -> None:
    with pytest.raises(InvalidInput):
        await service.add(login="ann", email="a@b", role=Role.GUEST, display_name="Ann\nBob")
