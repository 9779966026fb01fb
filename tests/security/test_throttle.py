"""Patience with wrong passwords and forged links (threats B04, B06, U15, F21; contract F35, F36)."""

from datetime import timedelta

import pytest

from feedserver.model.errors import LinkForged, TooManyForgedLinks
from feedserver.security.throttle import Patience, Throttle
from tests.builders import StoppedClock

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(name="clock")
def a_clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(name="throttle")
def a_throttle(clock: StoppedClock) -> Throttle:
    return Throttle(clock)


def fail(throttle: Throttle, login: str, address: str, times: int) -> list[tuple[float, float]]:
    """Per try what it waited before verification and what its refusal waited after."""
    return [(throttle.begin_login(login, address), throttle.login_failed(login, address)) for _ in range(times)]


def test_b04_ten_wrong_passwords_are_borne_and_then_each_waits_one_to_five_seconds(throttle: Throttle) -> None:
    waits = fail(throttle, "ann", HERE, 40)
    before = [wait for wait, _ in waits]
    assert before[:10] == [0.0] * 10
    assert before[10] == 1.0
    assert before[10:] == sorted(before[10:])
    assert before[-1] == max(before) == 5.0


def test_b04_forty_at_once_count_like_forty_in_a_row(throttle: Throttle) -> None:
    before = [throttle.begin_login("ann", HERE) for _ in range(40)]
    assert sum(wait >= 1 for wait in before) == 30


def test_b04_other_users_at_the_same_address_do_not_notice(throttle: Throttle) -> None:
    fail(throttle, "ann", HERE, 40)
    assert throttle.begin_login("ben", HERE) == 0
    assert throttle.login_failed("ben", HERE) == 0


def test_b04_the_right_password_from_elsewhere_is_never_delayed(throttle: Throttle) -> None:
    for n in range(200):
        fail(throttle, "ann", f"10.0.{n}.1", 40)
    assert throttle.begin_login("ann", ELSEWHERE) == 0


def test_the_right_password_from_the_attackers_own_address_waits_five_seconds_at_most(throttle: Throttle) -> None:
    fail(throttle, "ann", HERE, 100_000)
    assert throttle.begin_login("ann", HERE) == 5.0
    throttle.login_succeeded("ann", HERE)
    assert throttle.begin_login("ann", HERE) == 0


def test_a_person_with_the_right_password_is_never_slowed_down_by_how_often(throttle: Throttle) -> None:
    for _ in range(1000):
        assert throttle.begin_login("ann", HERE) == 0
        throttle.login_succeeded("ann", HERE)


def test_a_login_guessed_from_many_addresses_slows_down_refusals_only(throttle: Throttle) -> None:
    waits = [fail(throttle, "ann", f"10.0.{n}.1", 1)[0] for n in range(100)]
    assert {before for before, _ in waits} == {0.0}
    assert [after for _, after in waits[:49]] == [0.0] * 49
    assert waits[49][1] == 1.0
    assert waits[-1][1] == 5.0


def test_many_logins_tried_from_one_address_slow_down_its_refusals_only(throttle: Throttle) -> None:
    waits = [fail(throttle, f"user{n}", HERE, 1)[0] for n in range(130)]
    assert {before for before, _ in waits} == {0.0}
    assert [after for _, after in waits[:99]] == [0.0] * 99
    assert waits[-1][1] == 5.0
    assert throttle.begin_login("ann", HERE) == 0


def test_one_right_password_buys_no_tries_at_others(throttle: Throttle) -> None:
    for n in range(120):
        fail(throttle, f"user{n}", HERE, 1)
        throttle.begin_login("mallory", HERE)
        throttle.login_succeeded("mallory", HERE)
    assert throttle.login_failed("user", HERE) == 5.0


def test_b06_ipv6_counts_by_64_and_mapped_addresses_by_their_own(throttle: Throttle) -> None:
    for n in range(20):
        fail(throttle, "ann", f"2001:db8:1:2::{n:x}:1", 1)
    assert throttle.begin_login("ann", "2001:DB8:1:2:ffff::") > 0
    assert throttle.begin_login("ann", "2001:db8:1:2::1%eth0") > 0
    assert throttle.begin_login("ann", "2001:db8:1:3::1") == 0
    fail(throttle, "ben", "::ffff:192.0.2.9", 20)
    assert throttle.begin_login("ben", "192.0.2.9") > 0
    assert throttle.begin_login("ben", "::ffff:192.0.2.10") == 0


def test_an_address_that_is_none_counts_as_itself(throttle: Throttle) -> None:
    fail(throttle, "ann", "unknown", 20)
    assert throttle.begin_login("ann", "unknown") > 0
    assert throttle.begin_login("ann", "") == 0


def test_after_fifteen_minutes_all_is_forgotten(throttle: Throttle, clock: StoppedClock) -> None:
    fail(throttle, "ann", HERE, 120)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert throttle.begin_login("ann", HERE) == 5.0
    clock.advance(timedelta(seconds=1))
    assert fail(throttle, "ann", HERE, 10) == [(0.0, 0.0)] * 10


def test_f21_a_jump_of_the_wall_clock_changes_nothing(throttle: Throttle, clock: StoppedClock) -> None:
    fail(throttle, "ann", HERE, 20)
    clock.set(clock.now() + timedelta(days=365))
    assert throttle.begin_login("ann", HERE) > 0
    clock.set(clock.now() - timedelta(days=730))
    assert throttle.begin_login("ann", HERE) > 0


def test_u15_three_hundred_forged_links_are_borne_and_further_ones_told_when_to_come_back(
    throttle: Throttle, clock: StoppedClock
) -> None:
    for _ in range(300):
        throttle.link_forged(HERE)
    clock.advance(timedelta(minutes=4))
    with pytest.raises(TooManyForgedLinks) as caught:
        throttle.link_forged(HERE)
    assert caught.value.retry_after_s == 360
    assert isinstance(caught.value, LinkForged)
    throttle.link_forged(ELSEWHERE)
    clock.advance(timedelta(minutes=6))
    throttle.link_forged(HERE)


def test_forged_links_and_wrong_passwords_do_not_count_for_each_other(throttle: Throttle) -> None:
    for _ in range(300):
        throttle.link_forged(HERE)
    assert fail(throttle, "ann", HERE, 1) == [(0.0, 0.0)]


def test_memory_is_bounded_and_the_oldest_makes_room(clock: StoppedClock) -> None:
    throttle = Throttle(clock, max_keys=100)
    fail(throttle, "first", HERE, 20)
    for n in range(99):
        fail(throttle, f"user{n}", HERE, 1)
        throttle.link_forged(f"10.0.0.{n}")
    assert throttle.begin_login("first", HERE) > 0
    for n in range(200):
        fail(throttle, f"other{n}", f"10.1.0.{n}", 1)
        throttle.link_forged(f"10.2.0.{n}")
    assert throttle.begin_login("first", HERE) == 0
    assert {len(w) for w in (throttle._tries, throttle._by_account, throttle._by_address, throttle._forged)} == {100}


def test_a_made_up_login_of_any_length_costs_little_memory(throttle: Throttle) -> None:
    fail(throttle, "x" * 8000, HERE, 11)
    (key,) = throttle._tries._windows
    assert len(str(key)) < 200
    assert throttle.begin_login("x" * 8000, HERE) > 0
    throttle.login_succeeded("x" * 8000, HERE)
    assert throttle.begin_login("x" * 8000, HERE) == 0


def test_how_much_is_borne_is_a_setting(clock: StoppedClock) -> None:
    throttle = Throttle(clock, Patience(login_failures=3, forged_links=1))
    assert [wait > 0 for wait, _ in fail(throttle, "ann", HERE, 5)] == [False, False, False, True, True]
    throttle.link_forged(HERE)
    with pytest.raises(TooManyForgedLinks):
        throttle.link_forged(HERE)


def test_a15_resets_are_bounded_by_address_and_by_account_for_an_hour(throttle: Throttle, clock: StoppedClock) -> None:
    assert [throttle.may_ask_reset(HERE) for _ in range(22)] == [True] * 20 + [False] * 2
    assert throttle.may_ask_reset(ELSEWHERE)
    assert [throttle.may_send_reset("a") for _ in range(5)] == [True] * 3 + [False] * 2
    assert throttle.may_send_reset("b")
    clock.advance(timedelta(hours=1))
    assert throttle.may_ask_reset(HERE)
    assert throttle.may_send_reset("a")
