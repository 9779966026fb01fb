"""Passwords: what one may be, how it is hashed, and what its check costs (threats B07-B09, B15, B17, K01)."""

import asyncio
import re
import statistics
import time
import unicodedata
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from feedserver.model.errors import InvalidInput, TooBusy
from feedserver.security.passwords import Hasher, checked, generate_password

GOOD = "correct horse battery"


@pytest.fixture(name="hasher")
async def a_hasher() -> AsyncIterator[Hasher]:
    hasher = Hasher()
    yield hasher
    hasher.close()


async def test_the_right_password_is_verified_and_any_other_is_not(hasher: Hasher) -> None:
    password_hash = await hasher.hash(GOOD)
    assert await hasher.verify(password_hash, GOOD)
    for wrong in ("", "x", GOOD + " ", GOOD[:-1], GOOD.upper(), GOOD + "\x00"):
        assert not await hasher.verify(password_hash, wrong)


async def test_k01_argon2id_at_or_above_the_floor_with_its_parameters_in_the_hash(hasher: Hasher) -> None:
    password_hash = await hasher.hash(GOOD)
    match = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$[^$]{22}\$[^$]{43}", password_hash)
    assert match is not None
    assert int(match[1]) >= 19_456
    assert int(match[2]) >= 2
    assert password_hash != await hasher.hash(GOOD)


async def test_k01_a_hash_of_other_parameters_is_verified_and_to_be_made_anew(hasher: Hasher) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD.encode())
    assert await hasher.verify(weak, GOOD)
    assert hasher.needs_rehash(weak)
    assert hasher.needs_rehash("no hash")
    assert not hasher.needs_rehash(await hasher.hash(GOOD))


@pytest.mark.parametrize(
    "password",
    [
        "жёлтый шум дождя",
        "密码密码密码密码",
        "🗝️🗝️🗝️🗝️",
        " leading and trailing ",
        "with:colon:s",
        "nul\x00inside",
        "tab\tand\nline",
    ],
)
async def test_b15_any_unicode_works_unchanged(hasher: Hasher, password: str) -> None:
    password_hash = await hasher.hash(password)
    assert await hasher.verify(password_hash, password)
    assert not await hasher.verify(password_hash, password.strip() + "!")
    assert await hasher.verify(password_hash, password.strip()) is (password == password.strip())


async def test_b07_both_forms_of_an_accent_are_one_password(hasher: Hasher) -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert await hasher.verify(await hasher.hash(decomposed), composed)
    assert await hasher.verify(await hasher.hash(composed), decomposed)
    assert not await hasher.verify(await hasher.hash(composed), "creme brulee")


async def test_b08_no_byte_beyond_the_72nd_is_ignored(hasher: Hasher) -> None:
    password = "p" * 85
    password_hash = await hasher.hash(password)
    assert await hasher.verify(password_hash, password)
    assert not await hasher.verify(password_hash, password[:72])
    assert not await hasher.verify(password_hash, password[:72] + "q" * 13)


async def test_b09_a_kilobyte_is_a_password_and_one_byte_more_is_not(hasher: Hasher) -> None:
    for longest in ("x" * 1024, "é" * 512, unicodedata.normalize("NFD", "ǖ") * 512):
        password_hash = await hasher.hash(longest)
        assert await hasher.verify(password_hash, longest)
        assert not await hasher.verify(password_hash, longest + "x")
        with pytest.raises(InvalidInput, match="1024 bytes"):
            await hasher.hash(longest + "x")


@pytest.mark.parametrize("size", [1_025, 5_000, 100_000, 1_000_000, 20_000_000])
async def test_b09_what_is_too_long_is_never_hashed_nor_normalised(
    hasher: Hasher, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hasher, "_in_thread", None)
    started = time.process_time()
    assert not await hasher.verify(None, "a" * size)
    assert not await hasher.verify(None, "\u0344" * size)
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize("password", ["\ud800" * 8, "abcdefgh\udcff"])
async def test_text_that_is_no_unicode_is_wrong_and_cannot_be_chosen(hasher: Hasher, password: str) -> None:
    assert not await hasher.verify(await hasher.hash(GOOD), password)
    with pytest.raises(InvalidInput):
        checked(password)


def test_an_empty_password_cannot_be_chosen() -> None:
    with pytest.raises(InvalidInput, match="empty") as caught:
        checked("")
    assert caught.value.field == "password"


@pytest.mark.parametrize("password", ["1", "密", " ", "x" * 1024])
def test_a_password_of_any_length_up_to_1024_bytes_can_be_chosen(password: str) -> None:
    assert checked(password) == password.encode()


async def test_b03_nobodys_password_and_a_broken_hash_cost_what_a_wrong_one_does(hasher: Hasher) -> None:
    password_hash = await hasher.hash(GOOD)
    times: dict[str | None, list[float]] = {password_hash: [], None: [], "!": []}
    for _ in range(9):
        for stored, spent in times.items():
            started = time.process_time()
            assert not await hasher.verify(stored, "wrong password")
            spent.append(time.process_time() - started)
    wrong, nobody, broken = (statistics.median(spent) for spent in times.values())
    assert 0.6 < nobody / wrong < 1.67
    assert 0.6 < broken / wrong < 1.67


async def test_b17_no_more_hashes_at_once_than_allowed_and_the_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Hasher(at_once=2)
    running, most = 0, 0
    real = hasher._verify

    def counted(*arguments: object) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return real(*arguments)  # type: ignore[arg-type]
        finally:
            running -= 1

    monkeypatch.setattr(hasher, "_verify", counted)
    tries = [asyncio.ensure_future(hasher.verify(None, "wrong password")) for _ in range(12)]
    turns = 0
    while not all(task.done() for task in tries):
        turns += 1
        await asyncio.sleep(0)
    assert most == 2
    assert turns > 100
    hasher.close()


async def test_b17_beyond_the_queue_a_try_is_turned_away_and_afterwards_all_is_well() -> None:
    hasher = Hasher(at_once=1, max_waiting=2)
    tries = [hasher.verify(None, "wrong password") for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(result) for result in results] == [bool, bool, bool, TooBusy, TooBusy]
    assert await hasher.verify(None, "wrong password") is False
    hasher.close()


async def test_who_hangs_up_while_waiting_frees_the_place() -> None:
    hasher = Hasher(at_once=1, max_waiting=1)
    waiting = [asyncio.ensure_future(hasher.verify(None, "wrong password")) for _ in range(2)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await hasher.verify(None, "wrong password") is False
    hasher.close()


def test_f33_a_generated_password_survives_every_client_and_holds_over_112_bits() -> None:
    passwords = {generate_password() for _ in range(500)}
    assert len(passwords) == 500
    assert all(re.fullmatch(r"([A-Za-z0-9]{5}-){3}[A-Za-z0-9]{5}", password) for password in passwords)
    alphabet = set("".join(passwords)) - {"-"}
    assert not alphabet & set("0OIl1")
    assert len(alphabet) ** 20 > 2**112
