"""The state table of feed-contract section 4.3, as far as it is a matter of the share and the moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from feedserver.model.share import (
    FeedKey,
    FeedLink,
    Narrowing,
    Recipient,
    Share,
    ShareFilter,
    ShareKind,
    ShareState,
    Standing,
    standing_of,
)
from tests.builders import A_SHARE_ID, NOON, a_share

RETENTION = timedelta(days=90)
HOUR = timedelta(hours=1)
ANN = Recipient(id="a" * 32, email="ann@example.org", created_at=NOON)


def _standing(share: Share, *, now: datetime = NOON, **link: Any) -> tuple[Standing, datetime] | None:
    said = FeedLink(**{"share_id": A_SHARE_ID, "serial": share.serial, **link})
    found = standing_of(share, said, now, retention=RETENTION)
    return (found.standing, found.since) if found else None


def test_an_active_share_is_live() -> None:
    assert _standing(a_share()) == (Standing.LIVE, NOON - HOUR)


def test_a_deactivated_share_is_paused_since_then() -> None:
    assert _standing(a_share(state=ShareState.INACTIVE, state_at=NOON)) == (Standing.PAUSED, NOON)


def test_a_share_of_a_suspended_owner_is_paused() -> None:
    found = _standing(a_share(is_owner_active=False))
    assert found is not None
    assert found[0] is Standing.PAUSED


@pytest.mark.parametrize(("seconds", "standing"), [(-1, Standing.LIVE), (0, Standing.EXPIRED), (1, Standing.EXPIRED)])
def test_u23_expiry_is_exact_and_exclusive(seconds: int, standing: Standing) -> None:
    found = _standing(a_share(expires_at=NOON), now=NOON + timedelta(seconds=seconds))
    assert found is not None
    assert found[0] is standing


def test_t1_a_share_whose_end_was_set_with_hindsight_is_over_since_then() -> None:
    assert _standing(a_share(expires_at=NOON - 48 * HOUR, state_at=NOON)) == (Standing.EXPIRED, NOON)


@pytest.mark.parametrize(("seconds", "standing"), [(-1, Standing.NOT_YET), (0, Standing.LIVE)])
def test_a_share_starts_at_its_first_moment(seconds: int, standing: Standing) -> None:
    found = _standing(a_share(starts_at=NOON), now=NOON + timedelta(seconds=seconds))
    assert found is not None
    assert found[0] is standing


@pytest.mark.parametrize(("days", "standing"), [(0, Standing.REMOVED), (89, Standing.REMOVED), (90, Standing.GONE)])
def test_t9_a_removed_share_is_told_about_for_the_retention_and_then_gone(days: int, standing: Standing) -> None:
    share = a_share(state=ShareState.REMOVED, state_at=NOON)
    assert _standing(share, now=NOON + timedelta(days=days)) == (standing, NOON)


def test_a_share_without_a_calendar_left_is_removed() -> None:
    found = _standing(a_share(entries=()))
    assert found is not None
    assert found[0] is Standing.REMOVED


def test_an_older_serial_is_replaced_since_the_rotation() -> None:
    assert _standing(a_share(serial=3, rotated_at=NOON), serial=2) == (Standing.REPLACED, NOON)


@pytest.mark.parametrize("serial", [0, 2, 2**31])
def test_a_serial_never_given_out_is_no_link(serial: int) -> None:
    assert _standing(a_share(serial=1), serial=serial) is None


def test_a_recipient_who_never_was_is_no_link() -> None:
    assert _standing(a_share(recipients=(ANN,)), recipient_id="c" * 32) is None


def test_a_revoked_recipient_has_a_replaced_link_and_the_others_a_live_one() -> None:
    bob = Recipient(id="b" * 32, email="bob@example.org", created_at=NOON - HOUR, revoked_at=NOON)
    share = a_share(recipients=(ANN, bob))
    assert _standing(share, recipient_id=bob.id) == (Standing.REPLACED, NOON)
    live = _standing(share, recipient_id=ANN.id)
    assert live is not None
    assert live[0] is Standing.LIVE


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"state": ShareState.REMOVED, "serial": 2, "expires_at": NOON}, Standing.REMOVED),
        ({"state": ShareState.INACTIVE, "serial": 2, "rotated_at": NOON}, Standing.REPLACED),
        ({"state": ShareState.INACTIVE, "expires_at": NOON}, Standing.PAUSED),
        ({"starts_at": NOON + HOUR, "expires_at": NOON}, Standing.EXPIRED),
    ],
)
def test_each_state_hides_what_stands_below_it(changes: dict[str, Any], standing: Standing) -> None:
    found = _standing(a_share(**changes), serial=1)
    assert found is not None
    assert found[0] is standing


def test_a_filter_says_whether_it_filters() -> None:
    assert ShareFilter().is_empty
    assert not ShareFilter(words=("x",)).is_empty
    assert ShareFilter(days_back=0).has_window
    assert not ShareFilter(categories_in=("x",)).has_window


KEY = FeedKey(id="b" * 32, account_id="ann", created_at=NOON)


def test_a_feed_key_stands_as_its_share_does_until_it_is_revoked() -> None:
    share = a_share(kind=ShareKind.SECURED, allows_keys=True, keys=(KEY,))
    assert _standing(share, recipient_id=KEY.id) == (Standing.LIVE, NOON - HOUR)
    paused = replace(share, state=ShareState.INACTIVE, state_at=NOON)
    assert _standing(paused, recipient_id=KEY.id) == (Standing.PAUSED, NOON)
    revoked = replace(share, keys=(replace(KEY, revoked_at=NOON),))
    assert _standing(revoked, recipient_id=KEY.id) == (Standing.REPLACED, NOON)
    assert _standing(revoked) == (Standing.LIVE, NOON - HOUR)


def test_a_key_is_of_no_public_share_and_a_recipient_of_no_secured_one() -> None:
    assert _standing(a_share(keys=(KEY,)), recipient_id=KEY.id) is None
    assert _standing(a_share(kind=ShareKind.SECURED, recipients=(ANN,)), recipient_id=ANN.id) is None


def test_a_narrower_link_stands_as_long_as_the_share_allows_it() -> None:
    narrowing = Narrowing(calendars=(b"marked",))
    assert _standing(a_share(allows_narrowing=True), narrowing=narrowing) == (Standing.LIVE, NOON - HOUR)
    taken_back = a_share(allows_narrowing=False, stamp_at=NOON)
    assert _standing(taken_back, narrowing=narrowing) == (Standing.REPLACED, NOON)
