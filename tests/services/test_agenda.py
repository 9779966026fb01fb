from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from feedserver.ics.showing.words import WORDS
from feedserver.model.agenda import Agenda, StandIn
from feedserver.model.errors import NotFound
from feedserver.model.share import DetailLevel, Share, ShareFilter, Standing
from feedserver.services.agenda import MAX_OCCURRENCES, AgendaService
from feedserver.services.agenda_memory import AgendaMemory
from feedserver.services.feed_state import FeedState
from tests.builders import an_event
from tests.premises import Premises

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def agendas(premises: Premises) -> AgendaService:
    return AgendaService(premises.db, clock=premises.clock, words=WORDS["en"], retention=timedelta(days=90))


async def seen(agendas: AgendaService, share: Share, reader_id: str | None = None) -> Agenda:
    return await agendas.of_share(share.id, start_on=NOVEMBER, end_on=DECEMBER, reader_id=reader_id)


def titles(agenda: Agenda) -> Sequence[str]:
    return [one.title for one in agenda.occurrences]


async def test_agenda_shows_occurrences_in_the_zone_of_the_share_all_day_ones_first(
    premises: Premises, agendas: AgendaService
) -> None:
    whole_day = an_event("two", "Fair").replace(
        "DTSTART:20261124T100000Z\r\nDURATION:PT1H", "DTSTART;VALUE=DATE:20261124"
    )
    weekly = an_event("one", "Meeting", "RRULE:FREQ=WEEKLY;COUNT=2", start="20261117T100000Z")
    agenda = await seen(agendas, await premises.share(await premises.calendar(weekly, whole_day)))
    assert agenda.timezone == "Europe/Berlin"
    assert titles(agenda) == ["Meeting", "Fair", "Meeting"]
    assert [one.start for one in agenda.occurrences] == [
        datetime(2026, 11, 17, 10, tzinfo=UTC),
        date(2026, 11, 24),
        datetime(2026, 11, 24, 10, tzinfo=UTC),
    ]
    assert [one.source.instance for one in agenda.occurrences] == ["20261117T100000Z", None, "20261124T100000Z"]


async def test_agenda_shows_no_more_than_level_and_filter_allow(premises: Premises, agendas: AgendaService) -> None:
    calendar = await premises.calendar(
        an_event("one", "Board", "CATEGORIES:Work", "DESCRIPTION:secret"), an_event("two", "Party", "CATEGORIES:Fun")
    )
    share = await premises.share(calendar, level=DetailLevel.TITLES, filter=ShareFilter(categories_in=("work",)))
    (one,) = (await seen(agendas, share)).occurrences
    assert (one.title, one.description, one.categories) == ("Board", "", ())


async def test_agenda_uids_are_those_of_the_feed(premises: Premises, agendas: AgendaService) -> None:
    share = await premises.share()
    state = await premises.feeds.open(premises.link(share).page_url.rstrip("/").rpartition("/")[2])
    _, text = await premises.feeds.render(state)
    (one,) = (await seen(agendas, share)).occurrences
    assert f"UID:{one.uid}\r\n".encode() in text.body


async def test_share_that_is_off_shows_nothing_and_says_why(premises: Premises, agendas: AgendaService) -> None:
    share = await premises.share()
    await premises.sharing.deactivate(share.id)
    agenda = await seen(agendas, share)
    assert (agenda.standing.standing, agenda.occurrences) == (Standing.PAUSED, ())


async def test_revoked_recipient_and_withdrawn_member_see_nothing(premises: Premises, agendas: AgendaService) -> None:
    share = await premises.share(emails=["a@example.org", "b@example.org"])
    first, second = share.recipients
    share = await premises.sharing.edit(share.id, revoked=[first.id])
    assert (await seen(agendas, share, first.id)).standing.standing is Standing.REPLACED
    assert titles(await seen(agendas, share, second.id)) == ["Meeting"]
    ann = await premises.account("ann")
    secured = await premises.secured_share()
    secured = await premises.sharing.edit(secured.id, withdrawn=["ann"])
    assert (await seen(agendas, secured, ann.id)).standing.standing is Standing.REPLACED


async def test_reader_who_was_never_given_the_share_is_not_found(premises: Premises, agendas: AgendaService) -> None:
    share = await premises.share()
    with pytest.raises(NotFound):
        await seen(agendas, share, "f" * 32)


async def test_window_of_the_share_bounds_the_agenda(premises: Premises, agendas: AgendaService) -> None:
    calendar = await premises.calendar(an_event("one", "Meeting", "RRULE:FREQ=DAILY", start="20261101T100000Z"))
    share = await premises.share(calendar, filter=ShareFilter(days_back=1, days_ahead=1))
    days = [
        one.start.astimezone(UTC).day
        for one in (await seen(agendas, share)).occurrences
        if isinstance(one.start, datetime)
    ]
    assert days == [22, 23, 24]


async def test_i07_event_of_every_minute_fills_the_agenda_and_says_that_there_is_more(
    premises: Premises, agendas: AgendaService
) -> None:
    calendar = await premises.calendar(an_event("one", "Tick", "RRULE:FREQ=MINUTELY", start="20261101T100000Z"))
    agenda = await seen(agendas, await premises.share(calendar))
    assert agenda.is_cut
    assert len(agenda.occurrences) == MAX_OCCURRENCES


async def test_contents_show_in_full_what_a_share_holds_even_while_it_is_off(
    premises: Premises, agendas: AgendaService
) -> None:
    calendar = await premises.calendar(
        an_event("one", "Board", "CATEGORIES:Work", "DESCRIPTION:Budget"),
        an_event("two", "Party", "CATEGORIES:Fun"),
        an_event("three", "Doctor", "CATEGORIES:Work", "CLASS:PRIVATE"),
    )
    share = await premises.share(calendar, level=DetailLevel.BUSY, filter=ShareFilter(categories_out=("fun",)))
    await premises.sharing.deactivate(share.id)
    agenda = await agendas.contents(share.id, start_on=NOVEMBER, end_on=DECEMBER)
    assert agenda.standing.standing is Standing.PAUSED
    assert [(one.title, one.description) for one in agenda.occurrences] == [("Board", "Budget"), ("Busy", "")]


async def _opened(premises: Premises, share: Share) -> FeedState:
    return (await premises.feeds.open(premises.link(share).page_url.rstrip("/").rpartition("/")[2])).state


async def _now(premises: Premises, agendas: AgendaService, share: Share, *words: str) -> Agenda:
    state = await _opened(premises, share)
    return await agendas.of_open(state, start_on=NOVEMBER, end_on=DECEMBER, words=words)


async def test_open_agenda_comes_from_memory_until_something_it_shows_changes(
    premises: Premises, agendas: AgendaService
) -> None:
    calendar = await premises.calendar()
    share = await premises.share(calendar)
    first = await _now(premises, agendas, share)
    assert await _now(premises, agendas, share) is first
    await premises.put(calendar, an_event("two", "Fair"))
    assert sorted(titles(await _now(premises, agendas, share))) == ["Fair", "Meeting"]
    share = await premises.edit_levels(share, DetailLevel.BUSY)
    busy = await _now(premises, agendas, share)
    assert {one.stand_in for one in busy.occurrences} == {StandIn.BUSY}


async def test_u17_open_agenda_of_a_share_that_was_withdrawn_meanwhile_is_empty(
    premises: Premises, agendas: AgendaService
) -> None:
    share = await premises.share()
    state = await _opened(premises, share)
    await premises.sharing.deactivate(share.id)
    agenda = await agendas.of_open(state, start_on=NOVEMBER, end_on=DECEMBER)
    assert (agenda.standing.standing, agenda.occurrences) == (Standing.PAUSED, ())


async def test_open_agenda_follows_the_window_of_the_share(premises: Premises, agendas: AgendaService) -> None:
    share = await premises.share(filter=ShareFilter(days_ahead=0))
    assert titles(await _now(premises, agendas, share)) == []
    premises.clock.advance(timedelta(days=1))
    assert titles(await _now(premises, agendas, share)) == ["Meeting"]


async def test_search_finds_what_is_shown_and_nothing_that_is_hidden(
    premises: Premises, agendas: AgendaService
) -> None:
    calendar = await premises.calendar(
        an_event("one", "Größte Sitzung\\, jährlich", "DESCRIPTION:secret " + "x" * 70 + " folded", "CATEGORIES:Work"),
        an_event("two", "Doctor", "CLASS:PRIVATE"),
    )
    share = await premises.share(calendar)
    for words in (("GRÖSSTE", "work"), ("sitzung,",), ("folded",)):
        assert len(titles(await _now(premises, agendas, share, *words))) == 1
    for words in (("doctor",), ("busy",), ("sitzung", "party")):
        assert titles(await _now(premises, agendas, share, *words)) == []
    share = await premises.edit_levels(share, DetailLevel.TITLES)
    assert titles(await _now(premises, agendas, share, "secret")) == []


async def test_memory_of_agendas_is_bounded(premises: Premises, agendas: AgendaService) -> None:
    agendas._memory = memory = AgendaMemory(max_kept=50)
    share = await premises.share()
    for words in ("a", "b", "c", "d"):
        await _now(premises, agendas, share, words)
    assert [question.words for question in memory._kept] == [("c",), ("d",)]
