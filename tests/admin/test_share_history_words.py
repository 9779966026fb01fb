"""The history on a share's page has words for everything that can happen to it."""

from __future__ import annotations

from admin.views.shares.history_words import _SENTENCES
from feedserver.model.actor import CONSOLE
from feedserver.model.notice import Mailing
from tests.admin.conftest import Visitor
from tests.premises import Premises


async def test_everything_that_happens_to_a_share_has_its_sentence(admin: Visitor, premises: Premises) -> None:
    """What services note and the page does not know would be shown as a bare word."""
    ann = await premises.account()
    work, rooms = await premises.calendar(), await premises.calendar(name="Rooms")
    public, secured = await premises.share(work, rooms, emails=["a@example.org"]), await premises.secured_share(work)
    sharing = premises.sharing
    await sharing.edit(public.id, name="Crew", revoked=["a@example.org"])
    await sharing.mail_links(public.id, ["b@example.org"], mailing=Mailing())
    await sharing.mail_links(public.id, ["b@example.org"], mailing=Mailing())
    await sharing.edit(secured.id, withdrawn=["ann"])
    await sharing.edit(secured.id, logins=["ann"], allows_keys=True)
    key = await premises.held_shares.make_key(secured.id, ann, by=CONSOLE)
    await premises.held_shares.end_key(secured.id, key.id, ann, by=CONSOLE)
    for share in (public, secured):
        await sharing.deactivate(share.id)
        await sharing.activate(share.id)
        await sharing.rotate(share.id)
        await sharing.remove(share.id)
        await sharing.restore(share.id)
    await premises.calendars.remove(rooms.id)
    await premises.calendars.remove(work.id)
    noted = {entry.action for share in (public, secured) for entry in await premises.history.of_share(share.id)}
    assert noted <= _SENTENCES.keys()
    assert noted >= _SENTENCES.keys() - {"retried"}


async def test_a_lost_calendar_is_told_by_its_name(admin: Visitor, premises: Premises) -> None:
    work, rooms = await premises.calendar(), await premises.calendar(name="Rooms")
    share = await premises.share(work, rooms)
    await premises.calendars.remove(rooms.id)
    text = await (await admin.get(f"/shares/{share.id}/")).text()
    assert "removed one of its calendars." in text
    assert "Calendar: Rooms" in text
