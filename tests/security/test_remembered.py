"""Remembered credentials (threats B05, B18)."""

import gc
import timeit
from base64 import b64encode
from datetime import timedelta

import pytest

from feedserver.security.remembered import KnownAccount, Remembered
from tests.builders import StoppedClock

HEADER = "Basic " + b64encode(b"ann:open sesame").decode()


@pytest.fixture(name="clock")
def a_clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(name="memory")
def a_memory(clock: StoppedClock) -> Remembered:
    return Remembered(clock)


def test_a_header_that_was_good_names_its_account_and_version(memory: Remembered) -> None:
    memory.add(HEADER, "a1", 7)
    assert memory.find(HEADER) == KnownAccount("a1", 7)


@pytest.mark.parametrize("other", ["", HEADER + "=", HEADER.lower(), HEADER[:-1], "Basic", "Basic \udcff\udc80", "é"])
def test_any_other_header_is_unknown(memory: Remembered, other: str) -> None:
    memory.add(HEADER, "a1", 7)
    assert memory.find(other) is None


def test_b18_it_lasts_five_minutes_and_use_does_not_prolong_it(memory: Remembered, clock: StoppedClock) -> None:
    memory.add(HEADER, "a1", 7)
    for _ in range(299):
        clock.advance(timedelta(seconds=1))
        assert memory.find(HEADER) is not None
    clock.advance(timedelta(seconds=1))
    assert memory.find(HEADER) is None
    assert memory._entries == {}


def test_b05_what_is_forgotten_has_to_be_proven_again(memory: Remembered) -> None:
    memory.add(HEADER, "a1", 7)
    memory.forget(HEADER)
    memory.forget(HEADER)
    assert memory.find(HEADER) is None


def test_a_newer_version_replaces_the_older(memory: Remembered) -> None:
    memory.add(HEADER, "a1", 7)
    memory.add(HEADER, "a1", 8)
    assert memory.find(HEADER) == KnownAccount("a1", 8)


def test_b18_never_more_than_the_bound_and_the_oldest_goes_first(clock: StoppedClock) -> None:
    memory = Remembered(clock, max_entries=3)
    for n in range(5):
        memory.add(f"Basic {n}", str(n), 1)
    memory.add("Basic 4", "4", 2)
    assert [memory.find(f"Basic {n}") is not None for n in range(5)] == [False, False, True, True, True]


def test_b18_neither_repr_nor_anything_it_holds_shows_header_or_password(memory: Remembered) -> None:
    memory.add(HEADER, "a1", 7)
    seen, todo = [], [memory.__dict__]
    while todo:
        thing = todo.pop()
        seen.append(repr(thing))
        todo += [each for each in gc.get_referents(thing) if isinstance(each, (dict, tuple, list, bytes, str))]
    dump = repr(memory) + "".join(seen)
    assert repr(memory) == "Remembered(1 of 10000)"
    for secret in (HEADER, HEADER.removeprefix("Basic "), "sesame", "ann"):
        assert secret not in dump


def test_two_processes_digest_differently(memory: Remembered, clock: StoppedClock) -> None:
    other = Remembered(clock)
    memory.add(HEADER, "a1", 7)
    other.add(HEADER, "a1", 7)
    assert memory._entries.keys() != other._entries.keys()


def test_f21_the_wall_clock_may_jump(memory: Remembered, clock: StoppedClock) -> None:
    memory.add(HEADER, "a1", 7)
    clock.set(clock.now() + timedelta(days=365))
    assert memory.find(HEADER) is not None
    clock.set(clock.now() - timedelta(days=730))
    assert memory.find(HEADER) is not None


def test_finding_costs_about_a_microsecond(memory: Remembered) -> None:
    memory.add(HEADER, "a1", 7)
    assert min(timeit.repeat(lambda: memory.find(HEADER), number=2000, repeat=5)) / 2000 < 10e-6
