"""Renewal: what was rendered by rules that no longer hold is rendered anew, and everything else is left alone."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from feedserver.ics.showing.rendition import fingerprint
from feedserver.model.calendar_object import StoredRendition
from feedserver.model.collection import Collection
from feedserver.model.share import DetailLevel
from feedserver.services import renewal
from feedserver.services.renewal import Renewal
from feedserver.storage import meta, objects
from feedserver.storage.upkeep import mark_due
from tests.builders import an_event
from tests.premises import Premises

_FLOATING = "20261124T100000"


async def _shown(premises: Premises, calendar: Collection) -> dict[str, StoredRendition]:
    async with premises.db.read() as tx:
        found = objects.renditions(tx, calendar.id, DetailLevel.DETAILS)
        return {str(r.uid): r async for batch in found for r in batch}


async def _etags(premises: Premises, calendar: Collection) -> dict[str, str]:
    async with premises.db.read() as tx:
        return {str(o.uid): str(o.etag) async for batch in objects.read_all(tx, calendar.id) for o in batch}


def _renewal(premises: Premises, language: str = "en") -> Renewal:
    return Renewal(premises.db, clock=premises.clock, language=language)


async def test_another_zone_moves_floating_events_and_leaves_the_others_and_every_etag(premises: Premises) -> None:
    work = await premises.calendar(an_event("floating", start=_FLOATING), an_event("fixed"), timezone="Europe/Berlin")
    await premises.share(work)
    before, etags = await _shown(premises, work), await _etags(premises, work)
    await premises.calendars.update(work.id, timezone="Asia/Tokyo")
    after = await _shown(premises, work)
    assert b"Asia/Tokyo" in after["floating"].body
    assert after["floating"].stamp_at > before["floating"].stamp_at
    assert after["fixed"] == before["fixed"]
    assert await _etags(premises, work) == etags


async def test_a_renewal_that_was_killed_half_way_is_finished_by_the_next(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [an_event(f"e{n}", start=_FLOATING) for n in range(4)]
    work = await premises.calendar(*events, timezone="Europe/Berlin")
    monkeypatch.setattr(renewal, "_BATCH", 1)
    started = []

    def killed_at_the_third(*args: object, **kwargs: object) -> object:
        started.append(1)
        if len(started) == 3:
            raise KeyboardInterrupt
        return draft_of(*args, **kwargs)  # type: ignore[arg-type]

    draft_of = renewal.draft_of
    monkeypatch.setattr(renewal, "draft_of", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        await premises.calendars.update(work.id, timezone="Asia/Tokyo")
    assert sum(b"Asia/Tokyo" in r.body for r in (await _shown(premises, work)).values()) == 2
    assert await _renewal(premises).renew_due() == 2
    assert all(b"Asia/Tokyo" in r.body for r in (await _shown(premises, work)).values())


async def test_nothing_is_due_right_after_an_import(premises: Premises) -> None:
    await premises.calendar(an_event("a"), an_event("b", "x", "RRULE:FREQ=WEEKLY", start="20261124T100000"))
    assert await _renewal(premises).renew_due() == 0


async def test_a_renewal_leaves_what_comes_out_the_same_as_it_was(premises: Premises) -> None:
    work = await premises.calendar(an_event("a"), an_event("b", "x", "RRULE:FREQ=WEEKLY"))
    before = await _shown(premises, work)
    async with premises.db.write() as tx:
        await mark_due(tx)
    assert await _renewal(premises).renew_due() == 2
    assert await _shown(premises, work) == before


async def test_an_object_that_today_cannot_be_shown_is_left_out_and_the_log_says_so_without_its_text(
    premises: Premises, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = await premises.calendar(an_event("good"), an_event("bad", "Secret title"))
    async with premises.db.write() as tx:
        await mark_due(tx)
    draft_of = renewal.draft_of

    def refusing(*args: object, **kwargs: object) -> object:
        if kwargs["name"] == "bad.ics":
            raise renewal.FeedserverError("its rule cannot be used")
        return draft_of(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(renewal, "draft_of", refusing)
    with caplog.at_level(logging.WARNING):
        assert await _renewal(premises).renew_due() == 2
    assert set(await _shown(premises, work)) == {"good"}
    assert set(await _etags(premises, work)) == {"good", "bad"}
    assert "bad.ics" in caplog.text
    assert "Secret" not in caplog.text
    assert await _renewal(premises).renew_due() == 0


async def test_f51_a_new_renderer_makes_every_object_due_and_every_share_newer_once(premises: Premises) -> None:
    work = await premises.calendar(an_event("a"))
    share = await premises.share(work)
    async with premises.db.write() as tx:
        await meta.put(tx, meta.RENDER_FINGERPRINT, "0+1999a en")
    assert await _renewal(premises).note_program()
    newer = await premises.sharing.find(share.id)
    assert newer.revision == share.revision + 1
    assert newer.stamp_at > share.stamp_at
    assert not await _renewal(premises).note_program()
    assert await premises.sharing.find(share.id) == newer
    assert await _renewal(premises).renew_due() == 1


async def test_f51_another_language_makes_every_share_newer(premises: Premises) -> None:
    share = await premises.share()
    await _renewal(premises).note_program()
    before = await premises.sharing.find(share.id)
    assert await _renewal(premises, "de").note_program()
    assert (await premises.sharing.find(share.id)).stamp_at > before.stamp_at


async def test_the_first_start_after_a_publish_makes_nothing_anew(premises: Premises) -> None:
    share = await premises.share(await premises.calendar(an_event("a")))
    assert not await _renewal(premises).note_program()
    assert await _renewal(premises).renew_due() == 0
    assert await premises.sharing.find(share.id) == share


async def test_the_first_start_notes_what_it_renders_with(premises: Premises) -> None:
    assert not await _renewal(premises).note_program()
    async with premises.db.read() as tx:
        assert await meta.get(tx, meta.RENDER_FINGERPRINT) == f"{fingerprint()} en"


async def test_f60_what_was_written_out_up_to_a_horizon_is_made_anew_when_the_month_is_over(
    premises: Premises,
) -> None:
    # Gaza's clocks follow the moon: no rule says them for ever.
    event = an_event("a", "x", "RRULE:FREQ=WEEKLY").replace(
        "DTSTART:20261124T100000Z", "DTSTART;TZID=Asia/Gaza:20261124T100000"
    )
    work = await premises.calendar(event)
    before = await _shown(premises, work)
    assert b"202812" in before["a"].body
    assert b"202901" not in before["a"].body
    premises.clock.advance(timedelta(days=31))
    assert await _renewal(premises).renew_due() == 1
    after = await _shown(premises, work)
    assert b"202901" in after["a"].body
    assert await _renewal(premises).renew_due() == 0
