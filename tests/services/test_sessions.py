"""Sessions: how they begin, how long they last, and what ends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from feedserver.model.account import Account, Role
from feedserver.model.actor import CONSOLE
from feedserver.model.errors import CredentialsRefused
from feedserver.services.sessions import SessionService
from feedserver.storage import sessions
from feedserver.storage.engine import Database
from tests.premises import PASSWORD, Premises, open_premises

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ann(premises: Premises) -> Account:
    return await premises.account("ann", role=Role.ADMIN)


async def test_cookie_of_a_session_finds_its_account(premises: Premises, ann: Account) -> None:
    secret, begun = await premises.sessions.begin(ann, agent="Firefox, Linux")
    found = await premises.sessions.find(secret)
    assert found == begun
    assert (begun.account, begun.session.agent) == (ann, "Firefox, Linux")


async def test_every_session_has_a_secret_of_its_own_of_256_bits(premises: Premises, ann: Account) -> None:
    secrets = {(await premises.sessions.begin(ann, agent=""))[0] for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {43}


async def test_k05_database_holds_no_cookie(premises: Premises, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    assert premises.db.path is not None
    files = premises.db.path.parent.glob(f"{premises.db.path.name}*")
    assert not any(secret.encode() in file.read_bytes() for file in files)


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "' OR 1=1 --", "\x00", "\u00e9" * 500])
async def test_other_cookies_find_nobody(premises: Premises, ann: Account, secret: str) -> None:
    await premises.sessions.begin(ann, agent="")
    assert await premises.sessions.find(secret) is None


async def test_a10_session_ends_half_an_hour_after_its_last_use(premises: Premises, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    for _ in range(10):
        premises.clock.advance(29 * MINUTE)
        assert await premises.sessions.find(secret) is not None
    premises.clock.advance(30 * MINUTE)
    assert await premises.sessions.find(secret) is None
    assert await premises.sessions.list_of(ann) == []


async def test_a10_session_ends_after_twelve_hours_however_much_it_is_used(premises: Premises, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    for _ in range(12 * 60 - 1):
        premises.clock.advance(MINUTE)
        if not await premises.sessions.find(secret):
            pytest.fail("it ended too early")
    premises.clock.advance(MINUTE)
    assert await premises.sessions.find(secret) is None


async def test_session_that_is_kept_lasts_a_fortnight_unused_and_a_month_at_most(
    premises: Premises, ann: Account
) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="", is_kept=True)
    for _ in range(2):
        premises.clock.advance(timedelta(days=13))
        assert await premises.sessions.find(secret) is not None
    premises.clock.advance(timedelta(days=4))
    assert await premises.sessions.find(secret) is None


async def test_a10_clock_that_is_set_back_lends_no_time(premises: Premises, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    premises.clock.advance(10 * MINUTE)
    assert await premises.sessions.find(secret) is not None
    premises.clock.set(premises.clock.now() - timedelta(hours=5))
    premises.clock.advance(31 * MINUTE)
    assert await premises.sessions.find(secret) is None


async def test_a10_session_in_use_survives_a_clock_that_is_set_back(premises: Premises, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    premises.clock.set(premises.clock.now() - timedelta(hours=5))
    premises.clock.advance(10 * MINUTE)
    assert await premises.sessions.find(secret) is not None


async def test_a10_clock_that_is_set_forward_ends_sessions_and_new_ones_last_as_long(
    premises: Premises, ann: Account
) -> None:
    old, _ = await premises.sessions.begin(ann, agent="")
    premises.clock.set(premises.clock.now() + timedelta(days=1))
    assert await premises.sessions.find(old) is None
    fresh, _ = await premises.sessions.begin(ann, agent="")
    premises.clock.set(premises.clock.now() - timedelta(days=1))
    premises.clock.advance(29 * MINUTE)
    assert await premises.sessions.find(fresh) is not None
    premises.clock.advance(30 * MINUTE)
    assert await premises.sessions.find(fresh) is None


async def test_a10_session_from_the_future_is_none_after_a_restart(premises: Premises, ann: Account) -> None:
    premises.clock.set(premises.clock.now() + timedelta(days=365))
    secret, _ = await premises.sessions.begin(ann, agent="", is_kept=True)
    premises.clock.set(premises.clock.now() - timedelta(days=365))
    restarted = SessionService(premises.db, clock=premises.clock)
    assert await restarted.find(secret) is None


async def test_a29_password_counts_as_asked_for_a_quarter_of_an_hour(premises: Premises, ann: Account) -> None:
    secret, begun = await premises.sessions.begin(ann, agent="")
    assert premises.sessions.is_confirmed(begun.session)
    premises.clock.advance(15 * MINUTE)
    assert not premises.sessions.is_confirmed(begun.session)
    await premises.sessions.confirm(begun.session)
    found = await premises.sessions.find(secret)
    assert found is not None
    assert premises.sessions.is_confirmed(found.session)


async def test_a07_session_that_was_ended_finds_nobody(premises: Premises, ann: Account) -> None:
    secret, begun = await premises.sessions.begin(ann, agent="")
    assert await premises.sessions.end(begun.session.id, ann)
    assert await premises.sessions.find(secret) is None
    assert not await premises.sessions.end(begun.session.id, ann)


async def test_nobody_ends_the_session_of_another(premises: Premises, ann: Account) -> None:
    bob = await premises.account("bob", role=Role.ADMIN)
    secret, begun = await premises.sessions.begin(ann, agent="")
    assert not await premises.sessions.end(begun.session.id, bob)
    assert await premises.sessions.find(secret) is not None


async def test_all_others_end_and_this_one_stays(premises: Premises, ann: Account) -> None:
    others = [(await premises.sessions.begin(ann, agent=""))[0] for _ in range(3)]
    mine, begun = await premises.sessions.begin(ann, agent="")
    assert await premises.sessions.end_others(begun.session) == 3
    assert [await premises.sessions.find(secret) for secret in others] == [None] * 3
    assert await premises.sessions.find(mine) is not None


_Change = Callable[[Premises], Awaitable[object]]
_CHANGES: dict[str, _Change] = {
    "password": lambda premises: premises.accounts.set_password("ann", "another password"),
    "role": lambda premises: premises.accounts.edit("ann", role=Role.GUEST),
    "deactivation": lambda premises: premises.accounts.deactivate("ann"),
    "removal": lambda premises: premises.accounts.remove("ann"),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
async def test_a08_change_of_the_account_ends_its_sessions_on_every_node(
    db: Database, tmp_path: Path, change: _Change
) -> None:
    async with open_premises(db, tmp_path) as here, open_premises(db, tmp_path) as there:
        ann = await here.account("ann", role=Role.ADMIN)
        other = await here.account("bob", role=Role.ADMIN)
        secret, _ = await there.sessions.begin(ann, agent="")
        others, _ = await there.sessions.begin(other, agent="")
        assert await there.sessions.find(secret) is not None
        await change(here)
        assert await there.sessions.find(secret) is None
        assert await there.sessions.find(others) is not None


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
async def test_a08_login_that_is_on_its_way_does_not_outlive_the_change(
    premises_on_both: Premises, change: _Change
) -> None:
    """CVE-2019-15612: the password was looked at before the change, and the session would begin behind it."""
    premises = premises_on_both
    await premises.account("bob", role=Role.ADMIN)
    await premises.account("ann", role=Role.ADMIN)
    proven = await premises.accounts.authenticate("ann", [PASSWORD], address="::1")
    await change(premises)
    with pytest.raises(CredentialsRefused):
        await premises.sessions.begin(proven, agent="")


async def test_a08_reactivated_account_has_none_of_its_old_sessions(premises: Premises, ann: Account) -> None:
    await premises.account("bob", role=Role.ADMIN)
    secret, _ = await premises.sessions.begin(ann, agent="")
    await premises.accounts.deactivate("ann")
    await premises.accounts.activate("ann")
    assert await premises.sessions.find(secret) is None


async def test_a08_change_of_name_and_language_ends_nothing(premises: Premises, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    await premises.accounts.edit("ann", display_name="Ann B.", language="de")
    found = await premises.sessions.find(secret)
    assert found is not None
    assert found.account.display_name == "Ann B."


async def test_upkeep_forgets_what_is_over_and_nothing_else(premises: Premises, ann: Account) -> None:
    await premises.sessions.begin(ann, agent="")
    kept, begun = await premises.sessions.begin(ann, agent="", is_kept=True)
    premises.clock.advance(timedelta(hours=13))
    writes = premises.db.writes
    await premises.sessions.forget_over()
    await premises.sessions.forget_over()
    assert premises.db.writes == writes + 1
    async with premises.db.read() as tx:
        left = await sessions.of_account(tx, ann.id, begun.session.created_at)
    assert [session.id for session in left] == [begun.session.id]
    assert await premises.sessions.find(kept) is not None


async def test_password_of_the_tests_is_one_that_may_be_chosen(premises: Premises, ann: Account) -> None:
    _, begun = await premises.sessions.begin(ann, agent="")
    changed = await premises.accounts.change_password(
        ann, current=PASSWORD, new="entirely new words", keep=begun.session, by=CONSOLE, address="::1"
    )
    assert changed.version > ann.version


async def test_logins_are_logged_by_ids_alone(
    premises: Premises, ann: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """ASVS 16.3.1, P01."""
    caplog.set_level("INFO", logger="feedserver")
    _, begun = await premises.sessions.begin(ann, agent="")
    await premises.sessions.end(begun.session.id, ann)
    for login in ("ann", "nobody@example.org"):
        with pytest.raises(CredentialsRefused):
            await premises.accounts.authenticate(login, ["wrong"], address="192.0.2.1")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("feedserver.services")] == [
        f"session {begun.session.id} of account {ann.id} began",
        f"session {begun.session.id} of account {ann.id} ended",
        f"login of account {ann.id} refused",
        "login of account (unknown) refused",
    ]
