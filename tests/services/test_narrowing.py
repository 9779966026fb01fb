"""What a visitor may leave out of a share, and what the narrower link then shows: less, and never more."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Collection

import pytest

from feedserver.model.errors import InvalidInput
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareFilter
from feedserver.services.feeds import OpenShare
from feedserver.services.narrowing import can_narrow, choices, narrower_link
from tests.builders import an_event
from tests.premises import Premises

WORK = an_event("w", "Standup", "CATEGORIES:Work,Team")
HOME = an_event("h", "Dentist", "CATEGORIES:home")
BARE = an_event("b", "Nothing special")


async def opened(premises: Premises, share: Share) -> OpenShare:
    return await premises.feeds.open(premises.page_path(share).split("/")[2])


async def narrowed(
    premises: Premises, share: Share, *, calendars: Collection[str] = (), categories: Collection[str] = ()
) -> OpenShare:
    """The share through a link with these ticks."""
    whole = await opened(premises, share)
    ticked = choices(whole, await premises.feeds.categories(whole), calendars, categories)
    link = narrower_link(whole, ticked)
    assert link is not None
    return await premises.feeds.open(premises.ring.sign_link(link))


async def body_of(premises: Premises, narrow: OpenShare) -> str:
    return (await premises.feeds.render(narrow))[1].body.decode()


async def test_ticks_are_calendars_and_the_categories_that_the_feed_tells(premises: Premises) -> None:
    work = await premises.calendar(WORK, BARE, an_event("x", "Private", "CLASS:PRIVATE", "CATEGORIES:Therapy"))
    home = await premises.calendar(HOME, name="Home")
    share = await premises.share(work, home, allows_narrowing=True)
    whole = await opened(premises, share)
    offered = choices(whole, await premises.feeds.categories(whole), ["2"], ["HOME"])
    assert [(one.name, one.is_chosen) for one in offered.calendars] == [("Work", False), ("Home", True)]
    assert [(one.name, one.is_chosen) for one in offered.categories] == [
        ("home", True),
        ("Team", False),
        ("Work", False),
    ]
    assert offered.is_worthwhile


@pytest.mark.parametrize("level", [DetailLevel.BUSY, DetailLevel.TITLES])
async def test_z16_a_level_that_hides_categories_offers_none(premises: Premises, level: DetailLevel) -> None:
    share = await premises.share(await premises.calendar(WORK), level=level, allows_narrowing=True)
    whole = await opened(premises, share)
    assert await premises.feeds.categories(whole) == ()
    assert not choices(whole, (), [], []).is_worthwhile


async def test_categories_are_read_anew_when_the_feed_changed(premises: Premises) -> None:
    calendar = await premises.calendar(WORK)
    share = await premises.share(calendar, allows_narrowing=True)
    assert await premises.feeds.categories(await opened(premises, share)) == ("Team", "Work")
    assert await premises.feeds.categories(await opened(premises, share)) == ("Team", "Work")
    await premises.put(calendar, HOME)
    assert await premises.feeds.categories(await opened(premises, share)) == ("home", "Team", "Work")


async def test_a_share_that_does_not_allow_it_and_a_narrower_link_are_not_narrowed(premises: Premises) -> None:
    calendar = await premises.calendar(WORK, HOME)
    assert not can_narrow(await opened(premises, await premises.share(calendar)))
    share = await premises.share(calendar, allows_narrowing=True)
    assert can_narrow(await opened(premises, share))
    assert not can_narrow(await narrowed(premises, share, categories=["Work"]))


async def test_every_tick_and_none_is_the_link_itself(premises: Premises) -> None:
    share = await premises.share(await premises.calendar(WORK), await premises.calendar(HOME), allows_narrowing=True)
    whole = await opened(premises, share)
    told = await premises.feeds.categories(whole)
    assert narrower_link(whole, choices(whole, told, [], [])) is None
    assert narrower_link(whole, choices(whole, told, ["1", "2"], [])) is None
    assert narrower_link(whole, choices(whole, told, ["7", "x"], ["Nothing of ours"])) is None


async def test_by_category_only_events_that_have_it_show(premises: Premises) -> None:
    share = await premises.share(await premises.calendar(WORK, HOME, BARE), allows_narrowing=True)
    text = await body_of(premises, await narrowed(premises, share, categories=["home"]))
    assert "Dentist" in text
    assert "Standup" not in text
    assert "Nothing special" not in text


async def test_by_calendar_only_its_events_show(premises: Premises) -> None:
    home = await premises.calendar(HOME, name="Home")
    share = await premises.share(await premises.calendar(WORK, BARE), home, allows_narrowing=True)
    narrow = await narrowed(premises, share, calendars=["2"])
    text = await body_of(premises, narrow)
    assert "Dentist" in text
    assert "Standup" not in text
    assert [collection.name for collection in narrow.state.collections] == ["Home"]


async def test_the_shares_own_filter_still_holds(premises: Premises) -> None:
    both = an_event("wh", "Homework", "CATEGORIES:Work,home")
    calendar = await premises.calendar(WORK, HOME, both)
    share = await premises.share(calendar, filter=ShareFilter(categories_out=("home",)), allows_narrowing=True)
    text = await body_of(premises, await narrowed(premises, share, categories=["Work"]))
    assert "Standup" in text
    assert "Homework" not in text


async def test_z15_private_events_have_no_category_to_be_chosen_by(premises: Premises) -> None:
    private = an_event("p", "Doctor", "CLASS:PRIVATE", "CATEGORIES:Work")
    share = await premises.share(await premises.calendar(WORK, private), level=DetailLevel.FULL, allows_narrowing=True)
    text = await body_of(premises, await narrowed(premises, share, categories=["Work"]))
    assert text.count("BEGIN:VEVENT") == 1


async def test_z16_a_calendar_that_shows_when_only_does_not_tell_which_of_its_events_have_a_category(
    premises: Premises,
) -> None:
    open_, busy = await premises.calendar(WORK), await premises.calendar(WORK, BARE, name="Quiet")
    entries = [
        ShareEntry(collection_id=open_.id, level=DetailLevel.DETAILS),
        ShareEntry(collection_id=busy.id, level=DetailLevel.BUSY),
    ]
    share = await premises.share(open_, entries=entries, allows_narrowing=True)
    text = await body_of(premises, await narrowed(premises, share, categories=["Work"]))
    assert text.count("BEGIN:VEVENT") == 1
    assert "Standup" in text


async def test_what_left_the_share_does_not_widen_the_link(premises: Premises) -> None:
    """Marks that fit nothing any more show nothing: never the rest instead."""
    work, home = await premises.calendar(WORK), await premises.calendar(HOME, name="Home")
    share = await premises.share(work, home, allows_narrowing=True)
    narrow = await narrowed(premises, share, calendars=["2"])
    entry = next(entry for entry in share.entries if entry.collection_id == work.id)
    await premises.sharing.edit(share.id, entries=[entry])
    again = await premises.feeds.open(narrow.token)
    text = await body_of(premises, again)
    assert "Standup" not in text
    assert "Dentist" not in text
    assert text.count("BEGIN:VEVENT") == 1, "the one that keeps a feed alive (F55)"
    assert "FREEBUSY:" not in (await premises.feeds.busy(again)).text.body.decode()


async def test_uids_sequence_and_stamps_are_those_of_the_whole_feed(premises: Premises) -> None:
    share = await premises.share(await premises.calendar(WORK, HOME), allows_narrowing=True)
    whole = await body_of(premises, await opened(premises, share))
    narrow = await body_of(premises, await narrowed(premises, share, categories=["Work"]))
    event = narrow[narrow.index("BEGIN:VEVENT") : narrow.index("END:VEVENT")]
    assert event in whole
    relations = [line for line in (*whole.splitlines(), *narrow.splitlines()) if line.startswith("X-WR-RELCALID")]
    assert len(set(relations)) == len(relations), "apps that know calendars by it keep both"


async def test_the_window_is_that_of_the_whole_share_whatever_the_zone_of_the_rest(premises: Premises) -> None:
    berlin = await premises.calendar(WORK)
    pago = await premises.calendar(HOME, name="Home", timezone="Pacific/Pago_Pago")
    share = await premises.share(berlin, pago, filter=ShareFilter(days_back=1, days_ahead=3), allows_narrowing=True)
    whole = await opened(premises, share)
    narrow = await narrowed(premises, share, calendars=["2"])
    assert narrow.window == whole.window
    assert narrow.state.zone.key == "Europe/Berlin"


async def test_free_busy_is_narrowed_too(premises: Premises) -> None:
    apart = an_event("h", "Dentist", "CATEGORIES:home", start="20261125T100000Z")
    share = await premises.share(await premises.calendar(WORK, apart), allows_narrowing=True)
    narrow = await narrowed(premises, share, categories=["home"])
    told = (await premises.feeds.busy(narrow)).text.body.decode()
    assert "20261125T100000Z" in told
    assert "20261124T100000Z" not in told
    whole = (await premises.feeds.busy(await opened(premises, share))).text.body.decode()
    assert "20261124T100000Z" in whole


async def test_feeds_of_two_links_are_kept_side_by_side(premises: Premises) -> None:
    share = await premises.share(await premises.calendar(WORK, HOME), allows_narrowing=True)
    whole, narrow = await opened(premises, share), await narrowed(premises, share, categories=["Work"])
    of_whole, of_narrow = [await premises.feeds.render(one) for one in (whole, narrow)]
    assert premises.feeds.recall_version(whole) is of_whole[0]
    assert premises.feeds.recall_version(narrow) is of_narrow[0]
    assert of_whole[0].etag != of_narrow[0].etag


async def test_an_event_that_leaves_the_category_leaves_the_narrower_feed(premises: Premises) -> None:
    calendar = await premises.calendar(WORK, HOME)
    share = await premises.share(calendar, allows_narrowing=True)
    narrow = await narrowed(premises, share, categories=["Work"])
    before, _ = await premises.feeds.render(narrow)
    await premises.put(calendar, an_event("w", "Standup", "CATEGORIES:Team", "SEQUENCE:2"))
    again = await premises.feeds.open(narrow.token)
    after, text = await premises.feeds.render(again)
    assert b"Standup" not in text.body
    assert after.last_modified_at > before.last_modified_at


async def test_f4_u20_a_narrower_link_tells_no_names(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("w", "Standup", "CATEGORIES:Therapy"), name="Therapy")
    share = await premises.share(calendar, name="Therapy", allows_narrowing=True)
    narrow = await narrowed(premises, share, categories=["Therapy"])
    for part in narrow.token.split("."):
        told = urlsafe_b64decode(part + "=" * (-len(part) % 4)).lower()
        assert b"therapy" not in told
        assert bytes.fromhex(calendar.id) not in told
        assert share.uid_salt not in told


async def test_the_same_category_has_another_mark_in_another_share(premises: Premises) -> None:
    calendar = await premises.calendar(WORK)
    links = [
        (await narrowed(premises, await premises.share(calendar, allows_narrowing=True), categories=["Work"])).link
        for _ in range(2)
    ]
    assert len({link.narrowing for link in links}) == 2


async def test_more_ticks_than_a_link_can_hold_are_refused_in_words(premises: Premises) -> None:
    events = [an_event(f"e{n}", "Meeting", f"CATEGORIES:c{n:03}") for n in range(102)]
    share = await premises.share(await premises.calendar(*events), allows_narrowing=True)
    whole = await opened(premises, share)
    told = await premises.feeds.categories(whole)
    assert len(told) == 102
    with pytest.raises(InvalidInput, match="at most 100"):
        narrower_link(whole, choices(whole, told, [], told))
