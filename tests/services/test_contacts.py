"""Contacts: who was given personal links."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.model.contact import Contact
from feedserver.model.errors import InvalidInput, NotFound
from tests.builders import NOON
from tests.premises import Premises

MINUTE = timedelta(minutes=1)


async def test_contacts_are_listed_once_each_newest_first(premises_on_both: Premises) -> None:
    premises = premises_on_both
    calendar = await premises.calendar()
    await premises.share(calendar, emails=["ann@example.org", "bob@example.org"])
    premises.clock.advance(MINUTE)
    await premises.share(calendar, emails=["ann@example.org"])
    assert await premises.contacts.list_all() == [
        Contact(email="ann@example.org", link_count=2, newest_at=NOON + MINUTE),
        Contact(email="bob@example.org", link_count=1, newest_at=NOON),
    ]
    assert await premises.contacts.suggest() == ["ann@example.org", "bob@example.org"]


async def test_links_that_work_no_longer_are_not_counted(premises: Premises) -> None:
    calendar = await premises.calendar()
    first = await premises.share(calendar, emails=["ann@example.org"])
    second = await premises.share(calendar, emails=["Ann@example.org"])
    await premises.sharing.edit(first.id, revoked=["ann@example.org"])
    assert [contact.link_count for contact in await premises.contacts.list_all()] == [1]
    await premises.sharing.remove(second.id)
    assert [contact.link_count for contact in await premises.contacts.list_all()] == [0]


async def test_a_contact_has_its_links_with_their_shares(premises_on_both: Premises) -> None:
    premises = premises_on_both
    calendar = await premises.calendar()
    share = await premises.share(calendar, name="Team", emails=["ann@example.org", "bob@example.org"])
    premises.clock.advance(MINUTE)
    again = await premises.sharing.edit(share.id, revoked=["ann@example.org"], emails=[])
    await premises.sharing.edit(share.id, emails=["Ann@example.org"])
    newest, oldest = await premises.contacts.find("ANN@EXAMPLE.ORG")
    assert (newest.share.name, newest.recipient.email, newest.recipient.revoked_at) == ("Team", "Ann@example.org", None)
    assert oldest.recipient in again.recipients
    general, personal = premises.sharing.links(newest.share)
    assert general.recipient is None
    assert personal.recipient == newest.recipient


@pytest.mark.parametrize("email", ["nobody@example.org", "no address", "%@example.org", "a\0b@example.org"])
async def test_who_was_never_sent_a_link_is_not_found(premises: Premises, email: str) -> None:
    await premises.share(emails=["ann@example.org"])
    with pytest.raises(NotFound):
        await premises.contacts.find(email)


@pytest.mark.parametrize("text", ["%", "_", "a_n", "'"])
async def test_i36_wildcards_find_nobody(premises_on_both: Premises, text: str) -> None:
    await premises_on_both.share(emails=["ann@example.org"])
    assert await premises_on_both.contacts.list_all(text=text) == []


async def test_contacts_are_found_by_part_of_their_address(premises: Premises) -> None:
    await premises.share(emails=["ann@example.org", "bob@example.com"])
    assert [contact.email for contact in await premises.contacts.list_all(text="BOB .com")] == ["bob@example.com"]
    with pytest.raises(InvalidInput):
        await premises.contacts.list_all(text="x" * 201)
