"""What the history says of a share: who, what, when, from where, and no secret (threat A25)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.model.actor import CONSOLE, Actor
from feedserver.model.audit import AuditEntry, Subject
from feedserver.model.errors import Conflict, NotFound
from feedserver.model.share import DetailLevel, ShareEntry, ShareFilter
from feedserver.services.sharing import ShareAction
from tests.builders import NOON
from tests.premises import Premises

EVE = Actor(account_id="e" * 32, name="Eve", address="203.0.113.0")
HOUR = timedelta(hours=1)


async def told(premises: Premises, share_id: str) -> list[tuple[str, str]]:
    """(action, whom or what it was done to), oldest first."""
    entries = await premises.history.of_share(share_id)
    return [(entry.action, entry.subject_name) for entry in reversed(entries)]


async def newest(premises: Premises, share_id: str) -> AuditEntry:
    return (await premises.history.of_share(share_id))[0]


async def test_a_new_share_is_told_with_what_it_shows_and_for_whom(premises_on_both: Premises) -> None:
    premises = premises_on_both
    share = await premises.share(emails=["ann@example.org"], expires_at=NOON + HOUR, by=EVE)
    made, created = await premises.history.of_share(share.id)
    assert (made.action, made.subject, made.subject_name) == ("link made", Subject.CONTACT, "ann@example.org")
    assert created == AuditEntry(
        seq=created.seq,
        at=NOON,
        actor=EVE,
        action="created",
        subject=Subject.SHARE,
        subject_id=share.id,
        subject_name="Team",
        share_id=share.id,
        detail={"kind": "public", "calendars": "Work (details)", "expires": "2026-11-23T13:00:00+00:00"},
    )


async def test_an_edit_tells_what_is_other_than_before(premises: Premises) -> None:
    share, rooms = await premises.share(), await premises.calendar(name="Rooms")
    entries = [*share.entries, ShareEntry(collection_id=rooms.id, level=DetailLevel.BUSY)]
    quiet = ShareFilter(words=("a secret project",))
    await premises.sharing.edit(
        share.id, name="Crew", note="not for everybody", entries=entries, filter=quiet, starts_at=NOON, by=EVE
    )
    entry = await newest(premises, share.id)
    assert (entry.action, entry.actor, entry.subject_name) == ("edited", EVE, "Crew")
    assert entry.detail == {
        "name": "Crew",
        "calendars": "Work (details), Rooms (busy)",
        "starts": "2026-11-23T12:00:00+00:00",
        "filter": "",
        "note": "",
    }
    await premises.sharing.edit(share.id, starts_at=None)
    assert (await newest(premises, share.id)).detail == {"starts": ""}


async def test_an_edit_that_changes_nothing_is_not_told(premises: Premises) -> None:
    share = await premises.share(emails=["ann@example.org"])
    before = await told(premises, share.id)
    await premises.sharing.edit(share.id, name="Team", entries=share.entries, emails=["ANN@example.org"])
    await premises.sharing.activate(share.id)
    await premises.sharing.restore(share.id)
    assert await told(premises, share.id) == before


async def test_every_action_is_told_once(premises: Premises) -> None:
    share = await premises.share()
    sharing = premises.sharing
    await sharing.edit(share.id, emails=["ann@example.org"], by=EVE)
    await sharing.edit(share.id, revoked=["ann@example.org"], by=EVE)
    await sharing.edit(share.id, revoked=["ann@example.org"], by=EVE)
    await sharing.act([share.id], ShareAction.DEACTIVATE, by=EVE)
    await sharing.act([share.id], ShareAction.ACTIVATE, by=EVE)
    await sharing.rotate(share.id, by=EVE)
    await sharing.remove(share.id, by=EVE)
    await sharing.restore(share.id, by=EVE)
    assert await told(premises, share.id) == [
        ("created", "Team"),
        ("link made", "ann@example.org"),
        ("link revoked", "ann@example.org"),
        ("deactivated", "Team"),
        ("activated", "Team"),
        ("link rotated", "Team"),
        ("removed", "Team"),
        ("restored", "Team"),
    ]
    actors = [entry.actor for entry in await premises.history.of_share(share.id)]
    assert actors == [*[EVE] * 7, CONSOLE]


async def test_members_are_told_by_name_when_they_come_and_go(premises: Premises) -> None:
    for login in ("ann", "bob"):
        await premises.account(login)
    share = await premises.secured_share(logins=("ann",))
    await premises.sharing.edit(share.id, logins=["bob", "ann"], withdrawn=["ann"])
    await premises.sharing.edit(share.id, withdrawn=["ann"])
    assert await told(premises, share.id) == [
        ("created", "Team"),
        ("member added", "ann"),
        ("member added", "bob"),
        ("member withdrawn", "ann"),
    ]


async def test_what_fails_is_not_told(premises: Premises) -> None:
    share = await premises.share()
    before = await told(premises, share.id)
    with pytest.raises(NotFound):
        await premises.sharing.edit(share.id, name="Crew", revoked=["nobody@example.org"], by=EVE)
    await premises.sharing.remove(share.id)
    with pytest.raises(Conflict):
        await premises.sharing.rotate(share.id, by=EVE)
    assert await told(premises, share.id) == [*before, ("removed", "Team")]


async def test_a25_u12_no_row_holds_a_link_a_salt_or_a_password(premises: Premises) -> None:
    ann = await premises.account()
    public = await premises.share(note="the safe is behind the picture", emails=["ann@example.org"])
    secured = await premises.secured_share()
    for share in (public, secured):
        await premises.sharing.edit(share.id, name="Crew", note="the key is under the mat")
        await premises.sharing.rotate(share.id)
    entries = await premises.history.page(limit=1_000)
    text = repr(entries)
    assert len(entries) >= 8
    for share in (public, secured):
        tokens = {link.page_url.split("/s/")[1].strip("/") for link in premises.sharing.links(share)}
        assert not any(token in text for token in tokens)
        assert share.uid_salt.hex() not in text
    assert "behind the picture" not in text
    assert "under the mat" not in text
    assert ann.password_hash is not None
    assert ann.password_hash not in text


async def test_p03_the_history_is_forgotten_after_its_days(premises: Premises) -> None:
    share = await premises.share()
    premises.clock.advance(timedelta(days=365))
    await premises.history.forget_old()
    assert len(await premises.history.page()) > 0
    premises.clock.advance(HOUR)
    await premises.sharing.deactivate(share.id)
    await premises.history.forget_old()
    assert [entry.action for entry in await premises.history.page()] == ["deactivated"]
