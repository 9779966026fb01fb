"""What a form on the admin page asks of sharing: sent twice, many at once, taken back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from feedserver.model.errors import Conflict, InvalidInput, NotFound
from feedserver.model.share import ShareState
from feedserver.services.sharing import MAX_AT_ONCE, UNDO, ShareAction
from tests.premises import Premises

KEY = "0123456789abcdef"


async def test_a24_a_form_that_is_sent_twice_makes_one_share(premises_on_both: Premises) -> None:
    premises = premises_on_both
    calendar = await premises.calendar()
    first = await premises.share(calendar, form_key=KEY, emails=["ann@example.org"])
    again = await premises.share(calendar, form_key=KEY, emails=["ann@example.org"])
    assert again == first
    assert len(await premises.history.of_share(first.id)) == 2


async def test_a24_a_form_that_is_sent_twice_at_the_same_moment_makes_one_share(premises_on_both: Premises) -> None:
    premises = premises_on_both
    calendar = await premises.calendar()
    made = await asyncio.gather(*(premises.share(calendar, form_key=KEY) for _ in range(8)))
    assert len({share.id for share in made}) == 1
    assert len(await premises.sharing.list_all()) == 1


async def test_other_forms_and_no_form_make_shares_of_their_own(premises: Premises) -> None:
    calendar = await premises.calendar()
    for key in (None, None, "", "", "a", "b"):
        await premises.share(calendar, form_key=key)
    assert len(await premises.sharing.list_all()) == 6


@pytest.mark.parametrize("key", ["x" * 65, "a\0b", "a\nb"])
async def test_a_key_that_is_none_of_ours_is_refused(premises: Premises, key: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        await premises.share(form_key=key)
    assert raised.value.field == "form_key"


async def test_many_are_changed_and_each_is_told_what_became_of_it(premises: Premises) -> None:
    calendar = await premises.calendar()
    good, gone = await premises.share(calendar, name="Good"), await premises.share(calendar, name="Gone")
    await premises.sharing.remove(gone.id)
    outcomes = await premises.sharing.act([good.id, gone.id, "absent", good.id], ShareAction.DEACTIVATE)
    assert [(one.share_id, one.name, type(one.error)) for one in outcomes] == [
        (good.id, "Good", type(None)),
        (gone.id, "Gone", Conflict),
        ("absent", "", NotFound),
    ]
    assert (await premises.sharing.find(good.id)).state is ShareState.INACTIVE


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (ShareAction.ACTIVATE, ShareState.ACTIVE),
        (ShareAction.DEACTIVATE, ShareState.INACTIVE),
        (ShareAction.REMOVE, ShareState.REMOVED),
    ],
)
async def test_what_is_so_already_is_no_failure(premises: Premises, action: ShareAction, state: ShareState) -> None:
    share = await premises.share()
    for _ in range(2):
        (outcome,) = await premises.sharing.act([share.id], action)
        assert outcome.error is None
    assert (await premises.sharing.find(share.id)).state is state


async def test_there_is_a_bound_to_many(premises: Premises) -> None:
    with pytest.raises(InvalidInput):
        await premises.sharing.act([str(number) for number in range(MAX_AT_ONCE + 1)], ShareAction.REMOVE)


@pytest.mark.parametrize("before", [ShareState.ACTIVE, ShareState.INACTIVE])
async def test_a_removal_is_taken_back_with_the_state_and_the_links_it_had(
    premises_on_both: Premises, before: ShareState
) -> None:
    premises = premises_on_both
    share = await premises.share(emails=["ann@example.org"])
    if before is ShareState.INACTIVE:
        share = await premises.sharing.deactivate(share.id)
    removed = await premises.sharing.remove(share.id)
    restored = await premises.sharing.restore(share.id)
    assert restored.state is before
    assert premises.sharing.links(restored) == premises.sharing.links(share)
    assert restored.revision > removed.revision
    assert restored.stamp_at > removed.stamp_at > share.stamp_at
    assert await premises.sharing.restore(share.id) == restored


async def test_a_removal_is_for_good_after_a_week(premises: Premises) -> None:
    share = await premises.share()
    await premises.sharing.remove(share.id)
    premises.clock.advance(UNDO + timedelta(seconds=5))
    with pytest.raises(Conflict, match="7 days"):
        await premises.sharing.restore(share.id)


async def test_a_share_whose_calendars_are_gone_does_not_come_back(premises: Premises) -> None:
    calendar = await premises.calendar()
    share = await premises.share(calendar)
    await premises.calendars.remove(calendar.id)
    with pytest.raises(Conflict, match="gone"):
        await premises.sharing.restore(share.id)


async def test_what_is_removed_cannot_be_changed_until_it_is_restored(premises: Premises) -> None:
    share = await premises.share()
    await premises.sharing.remove(share.id)
    with pytest.raises(Conflict):
        await premises.sharing.edit(share.id, name="Crew")
    await premises.sharing.restore(share.id)
    assert (await premises.sharing.edit(share.id, name="Crew")).name == "Crew"


async def test_an_address_has_one_link_however_it_is_capitalised(premises: Premises) -> None:
    share = await premises.share(emails=["Ann@Example.org", "ann@example.org"])
    assert [one.email for one in share.recipients] == ["Ann@Example.org"]
    again = await premises.sharing.edit(share.id, emails=["ANN@EXAMPLE.ORG"])
    assert again.recipients == share.recipients
    revoked = await premises.sharing.edit(share.id, revoked=["ann@example.ORG"])
    assert revoked.recipients[0].revoked_at is not None


@pytest.mark.parametrize("name", ["id", "state", "serial", "revision", "uid_salt", "kind", "created_at"])
async def test_a14_what_no_form_has_changes_nothing(premises: Premises, name: str) -> None:
    share = await premises.share()
    assert await premises.sharing.edit(share.id, **{name: "x"}) == share
