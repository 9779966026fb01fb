"""What an event becomes in a feed: one event, a series, or single events (feed-contract section 2.6)."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.showing.published import horizon_of
from feedserver.ics.showing.rendition import Rendered, fingerprint, render, render_window
from feedserver.ics.syntax.lines import unfold
from feedserver.model.calendar_object import Rendition
from feedserver.model.errors import ObjectRefused, RecurrenceTooCostly
from feedserver.model.share import DetailLevel
from tests.builders import NOON, an_event, an_ics

BERLIN = "DTSTART;TZID=Europe/Berlin:20270104T090000"
BUSY, TITLES, DETAILS, FULL = DetailLevel


def timed(*lines: str, start: str = BERLIN, summary: str = "Meeting") -> str:
    return an_event("one", summary, *lines, start="SLOT").replace("DTSTART:SLOT", start)


def rendered(*components: str, timezone: str = "Europe/Berlin", now: datetime = NOON) -> Rendered:
    return render(parse_object(an_ics(*components).encode(), timezone=timezone), now)


def titles(*components: str, timezone: str = "Europe/Berlin") -> list[dict[str, list[str]]]:
    return events(rendered(*components, timezone=timezone).renditions[TITLES])


def events(rendition: Rendition) -> list[dict[str, list[str]]]:
    """Each VEVENT: name -> `params:value` of each property."""
    found = []
    for event in rendition.body.split(b"BEGIN:VEVENT\r\n")[1:]:
        lines: dict[str, list[str]] = {}
        for _, raw in unfold(event):
            name, rest = re.match(r"([A-Z-]+)(.*)", raw.decode().lstrip("\x01"), re.DOTALL).groups()  # type: ignore[union-attr]
            lines.setdefault(name, []).append(rest.lstrip(":;"))
        found.append(lines)
    return found


def starts(found: list[dict[str, list[str]]]) -> list[str]:
    return [event["DTSTART"][0] for event in found]


# --- one event -------------------------------------------------------------------------------------------------


def test_f47_f48_a_plain_event_has_its_slots_and_its_times() -> None:
    """F47, F48: UID and stamps are slots; nothing of the source's is in the body."""
    body = rendered(timed("SEQUENCE:7", "LAST-MODIFIED:20250101T000000Z")).renditions[TITLES].body
    assert body == (
        b"BEGIN:VEVENT\r\nUID:\x00\r\n\x01DTSTART;TZID=Europe/Berlin:20270104T090000\r\n"
        b"DTEND;TZID=Europe/Berlin:20270104T100000\r\nSUMMARY:Meeting\r\nTRANSP:OPAQUE\r\n"
        b"X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nEND:VEVENT\r\n"
    )


def test_f48_each_level_carries_the_same_uid_slot_and_times() -> None:
    """F48, F51: a share that changes its level keeps its UIDs."""
    by_level = [events(rendition)[0] for rendition in rendered(timed("DESCRIPTION:x")).renditions.values()]
    assert {(event["UID"][0], event["DTSTART"][0], event["DTEND"][0]) for event in by_level} == {
        ("\x00", "TZID=Europe/Berlin:20270104T090000", "TZID=Europe/Berlin:20270104T100000")
    }


def test_f56_floating_times_are_in_the_collections_zone() -> None:
    """F56."""
    assert starts(titles(timed(start="DTSTART:20270104T090000"), timezone="Asia/Tokyo")) == [
        "TZID=Asia/Tokyo:20270104T090000"
    ]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART;TZID=W. Europe Standard Time:20270104T090000", "TZID=Europe/Berlin:20270104T090000"),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20270104T090000",
            "TZID=Europe/Paris:20270104T090000",
        ),
        ("DTSTART;TZID=europe/berlin:20270104T090000", "TZID=Europe/Berlin:20270104T090000"),
        ("DTSTART;TZID=Etc/UTC:20270104T090000", "20270104T090000Z"),
        ("DTSTART;TZID=Nowhere:20270104T090000", "TZID=Europe/Berlin:20270104T090000"),
        ("DTSTART:20270104T090000Z", "20270104T090000Z"),
    ],
)
def test_f57_f83_tzids_are_iana_names_or_utc(start: str, expected: str) -> None:
    """F57, F83."""
    [event] = titles(timed(start=start))
    assert event["DTSTART"] == [expected]


ODD_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0117\r\n"
    "TZOFFSETTO:+0117\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def test_f57_a_zone_nobody_else_has_becomes_utc() -> None:
    """F57: a series in it as a series in UTC."""
    found = titles(ODD_ZONE, timed("RRULE:FREQ=DAILY;COUNT=3", start="DTSTART;TZID=Odd:20270104T090000"))
    assert [(event["DTSTART"], event["RRULE"]) for event in found] == [(["20270104T074300Z"], ["FREQ=DAILY;COUNT=3"])]


def test_trap_2_a_zone_of_one_object_means_nothing_in_another() -> None:
    """Trap 2: the second object's "Odd" is undefined, so its time is floating."""
    start = "DTSTART;TZID=Odd:20270104T090000"
    assert starts(titles(ODD_ZONE, timed(start=start))) == ["20270104T074300Z"]
    assert starts(titles(timed(start=start))) == ["TZID=Europe/Berlin:20270104T090000"]


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        ((), "VALUE=DATE:20270105"),
        (("DTEND;VALUE=DATE:20270104",), "VALUE=DATE:20270105"),
        (("DTEND;VALUE=DATE:20270107",), "VALUE=DATE:20270107"),
        (("DURATION:P2D",), "VALUE=DATE:20270106"),
    ],
)
def test_f61_all_day_events_are_dates_with_an_exclusive_end(lines: tuple[str, ...], end: str) -> None:
    """F61."""
    event = timed(*lines, start="DTSTART;VALUE=DATE:20270104").replace("DURATION:PT1H\r\n", "")
    [found] = titles(event)
    assert (found["DTSTART"], found["DTEND"]) == (["VALUE=DATE:20270104"], [end])


def test_f62_a_moment_without_length_ends_where_it_begins() -> None:
    """F62: DTEND is always there, DURATION beside it never."""
    [found] = titles(timed().replace("DURATION:PT1H\r\n", ""))
    assert found["DTEND"] == found["DTSTART"]
    assert "DURATION" not in found


def test_f62_a_series_of_calendar_days_keeps_its_duration() -> None:
    """F62: no DTEND says that each instance lasts days on the calendar while the clocks change."""
    [found] = titles(timed("RRULE:FREQ=MONTHLY").replace("PT1H", "P1DT2H"))
    assert found["DURATION"] == ["P1DT2H"]
    assert "DTEND" not in found


def test_f80_tasks_and_journals_have_no_rendition() -> None:
    """F80."""
    task = "BEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Buy\r\nEND:VTODO\r\n"
    assert rendered(task).renditions == {}


# --- series ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("COUNT=3;BYDAY=MO;FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=3;BYDAY=MO"),
        ("FREQ=WEEKLY;UNTIL=20270201", "FREQ=WEEKLY;UNTIL=20270201T225959Z"),
        ("FREQ=WEEKLY;UNTIL=20270201T090000", "FREQ=WEEKLY;UNTIL=20270201T080000Z"),
        ("FREQ=YEARLY;BYWEEKNO=1", "FREQ=YEARLY;BYDAY=MO;BYWEEKNO=1"),
    ],
)
def test_f63_the_rule_is_written_as_every_client_reads_it(source: str, expected: str) -> None:
    """F63."""
    [found] = titles(timed(f"RRULE:{source}"))
    assert sorted(found["RRULE"][0].split(";")) == sorted(expected.split(";"))
    assert found["RRULE"][0].startswith("FREQ=")


def test_f63_until_of_an_all_day_series_is_a_date() -> None:
    """F63."""
    event = timed("RRULE:FREQ=WEEKLY;UNTIL=20270201T120000Z", start="DTSTART;VALUE=DATE:20270104")
    [found] = titles(event.replace("DURATION:PT1H\r\n", ""))
    assert found["RRULE"] == ["FREQ=WEEKLY;UNTIL=20270201"]


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=1", "FREQ=DAILY;UNTIL=20270104T120000Z"])
def test_f63_a_series_of_one_is_a_single_event(rule: str) -> None:
    """F63."""
    [found] = titles(timed(f"RRULE:{rule}"))
    assert "RRULE" not in found
    assert found["UID"] == ["\x00"]


def test_f64_rdates_become_single_events_with_derived_uids() -> None:
    """F64."""
    found = titles(timed("RRULE:FREQ=WEEKLY", "RDATE;TZID=Europe/Berlin:20270105T150000,20270111T090000"))
    assert starts(found) == ["TZID=Europe/Berlin:20270104T090000", "TZID=Europe/Berlin:20270105T150000"]
    assert ("RRULE" in found[0], "RRULE" in found[1]) == (True, False)
    assert re.fullmatch("\x00-[0-9a-f]{12}", found[1]["UID"][0])


def test_f64_several_rules_and_an_exrule_become_single_events() -> None:
    """F64."""
    found = titles(
        timed("RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=2", "EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2")
    )
    assert starts(found) == ["TZID=Europe/Berlin:20270105T090000", "TZID=Europe/Berlin:20270111T090000"]
    assert all("RRULE" not in event for event in found)


def test_f64_endless_rules_are_written_out_up_to_the_horizon() -> None:
    """F64: `horizon_at` tells when they have to be rendered anew."""
    result = rendered(timed("RRULE:FREQ=WEEKLY", "RRULE:FREQ=MONTHLY"))
    assert result.horizon_at == horizon_of(NOON) == datetime(2028, 12, 1, tzinfo=UTC)
    assert starts(events(result.renditions[BUSY]))[-1] == "TZID=Europe/Berlin:20281127T090000"
    assert rendered(timed("RRULE:FREQ=WEEKLY")).horizon_at is None


def test_f64_a_dtstart_that_its_rule_does_not_yield_stands_alone() -> None:
    """F64, trap 7: engines disagree about it; 4 January 2027 is a Monday."""
    found = titles(timed("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4"))
    assert starts(found) == ["TZID=Europe/Berlin:20270105T090000", "TZID=Europe/Berlin:20270104T090000"]
    assert (found[0]["RRULE"], "RRULE" in found[1]) == (["FREQ=WEEKLY;COUNT=4;BYDAY=TU"], False)


def test_f65_exdates_stand_one_per_property_in_dtstarts_form_and_name_instances_only() -> None:
    """F65."""
    lines = ("EXDATE:20270113T080000Z,20270105T080000Z", "EXDATE;TZID=Europe/Berlin:20270108T090000,20270109T110000")
    [found] = titles(timed("RRULE:FREQ=DAILY", *lines))
    assert found["EXDATE"] == [f"TZID=Europe/Berlin:202701{day}T090000" for day in ("05", "08", "13")]


def test_f65_a_series_whose_first_instances_are_excluded_begins_later() -> None:
    """F65: an excluded DTSTART shows in some clients."""
    [found] = titles(timed("RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20270104T090000,20270105T090000"))
    assert (starts([found]), found["RRULE"]) == (["TZID=Europe/Berlin:20270106T090000"], ["FREQ=DAILY;COUNT=3"])
    assert "EXDATE" not in found


def override(rid: str, *lines: str, start: str = "", summary: str = "Moved") -> str:
    start = start or rid
    return timed(
        f"RECURRENCE-ID;TZID=Europe/Berlin:{rid}", *lines, start=f"DTSTART;TZID=Europe/Berlin:{start}", summary=summary
    )  # fmt: skip


def test_f49_f66_overrides_follow_their_master_in_its_form() -> None:
    """F49, F66: sorted, in the master's zone whatever the override was written in."""
    late = override("20270106T090000", start="20270106T130000")
    utc = timed("RECURRENCE-ID:20270105T080000Z", start="DTSTART:20270105T100000Z")
    found = titles(timed("RRULE:FREQ=DAILY"), late, utc)
    assert [event.get("RECURRENCE-ID") for event in found] == [
        None, ["TZID=Europe/Berlin:20270105T090000"], ["TZID=Europe/Berlin:20270106T090000"],
    ]  # fmt: skip
    assert {event["UID"][0] for event in found} == {"\x00"}


def test_f66_a_date_excluded_and_overridden_appears_as_override_alone() -> None:
    """F66."""
    found = titles(timed("RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/Berlin:20270105T090000"), override("20270105T090000"))
    assert ("EXDATE" in found[0], found[1]["SUMMARY"]) == (False, ["Moved"])


def test_f66_this_and_future_splits_the_series() -> None:
    """F66: two series, the second with a derived UID."""
    moved = override("20270111T090000", start="20270111T100000").replace(
        "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"
    )
    found = titles(timed("RRULE:FREQ=WEEKLY;BYDAY=MO,WE"), moved, override("20270113T090000", summary="Own"))
    assert [(event["DTSTART"][0][-15:], event.get("RRULE"), event["SUMMARY"]) for event in found] == [
        ("20270104T090000", ["FREQ=WEEKLY;UNTIL=20270111T075959Z;BYDAY=MO,WE"], ["Meeting"]),
        ("20270111T100000", ["FREQ=WEEKLY;BYDAY=MO,WE"], ["Moved"]),
        ("20270113T090000", None, ["Own"]),
    ]
    assert found[1]["UID"] == found[2]["UID"] != found[0]["UID"]
    assert found[2]["RECURRENCE-ID"] == ["TZID=Europe/Berlin:20270113T100000"]


def test_f67_an_override_without_master_or_instance_stands_alone() -> None:
    """F67."""
    [orphan] = titles(override("20270105T090000"))
    assert "RECURRENCE-ID" not in orphan
    assert re.fullmatch("\x00-[0-9a-f]{12}", orphan["UID"][0])
    _, second = titles(timed("RRULE:FREQ=WEEKLY"), override("20270105T090000"))
    assert (second["UID"], "RECURRENCE-ID" in second) == (orphan["UID"], False)


@pytest.mark.parametrize("start", ["20270112T090000", "20270111T180000", "20270119T090000"])
def test_f68_an_override_on_or_past_a_neighbours_day_stands_alone(start: str) -> None:
    """F68: Outlook's exception table cannot hold it."""
    found = titles(timed("RRULE:FREQ=WEEKLY"), override("20270118T090000", start=start))
    if start == "20270112T090000":
        assert found[1]["RECURRENCE-ID"] == ["TZID=Europe/Berlin:20270118T090000"], "between its neighbours it may move"
        return
    if start == "20270119T090000":
        assert "RECURRENCE-ID" in found[1], "the day after is before the next neighbour"
        return
    assert found[0]["EXDATE"] == ["TZID=Europe/Berlin:20270118T090000"]
    assert "RECURRENCE-ID" not in found[1]


def test_f68_two_overrides_on_one_day_do_not_both_stay() -> None:
    """F68."""
    found = titles(
        timed("RRULE:FREQ=WEEKLY"),
        override("20270111T090000", start="20270113T090000"),
        override("20270118T090000", start="20270113T150000"),
    )
    assert [("RECURRENCE-ID" in event) for event in found] == [False, True, False]


@pytest.mark.parametrize(
    ("rule", "is_crowded"),
    [("FREQ=DAILY;BYHOUR=9,15", True), ("FREQ=HOURLY;COUNT=4", True), ("FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=9", False)],
)
def test_f68_two_instances_on_one_day_are_told_and_stay_a_rule(rule: str, *, is_crowded: bool) -> None:
    """F68: a warning, not a rewrite."""
    result = rendered(timed(f"RRULE:{rule}"))
    assert result.is_crowded is is_crowded
    [event] = events(result.renditions[TITLES])
    assert "RRULE" in event


# --- what does not show ----------------------------------------------------------------------------------------


def test_a_transparent_override_takes_its_instance_out_of_busy() -> None:
    """F72."""
    result = rendered(timed("RRULE:FREQ=DAILY"), override("20270105T090000", "TRANSP:TRANSPARENT"))
    [busy] = events(result.renditions[BUSY])
    assert busy["EXDATE"] == ["TZID=Europe/Berlin:20270105T090000"]
    assert len(events(result.renditions[TITLES])) == 2


def test_busy_overrides_of_a_transparent_master_stand_alone() -> None:
    """F67, F72."""
    result = rendered(timed("RRULE:FREQ=DAILY", "TRANSP:TRANSPARENT"), override("20270105T090000"))
    assert starts(events(result.renditions[BUSY])) == ["TZID=Europe/Berlin:20270105T090000"]


def test_what_does_not_show_has_an_empty_body() -> None:
    assert rendered(timed("TRANSP:TRANSPARENT")).renditions[BUSY] == Rendition(body=b"")


def test_f54_a_cancelled_event_shows_as_such_where_words_show() -> None:
    """F54."""
    result = rendered(timed("STATUS:CANCELLED"))
    assert (result.renditions[BUSY].body, events(result.renditions[TITLES])[0]["STATUS"]) == (b"", ["CANCELLED"])


def test_f22_the_same_object_gives_the_same_bytes_on_any_day_of_a_month() -> None:
    """F22."""
    parts = (timed("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), override("20270105T090000"))
    assert rendered(*parts) == rendered(*parts, now=NOON.replace(day=1, hour=0))


def test_f37_f38_long_text_is_folded_between_characters() -> None:
    """F37, F38."""
    body = rendered(timed(summary="ü€𝄞" * 60)).renditions[TITLES].body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"".join(body.split(b"\r\n ")).decode().count("ü€𝄞" * 60) == 1


# --- windows ---------------------------------------------------------------------------------------------------


def test_a_window_shows_its_occurrences_as_single_events() -> None:
    obj = parse_object(
        an_ics(timed("RRULE:FREQ=DAILY"), override("20270106T090000")).encode(), timezone="Europe/Berlin"
    )
    start = datetime(2027, 1, 5, tzinfo=UTC)
    found = events(render_window(obj, TITLES, start, start + timedelta(days=3)))
    assert [(event["DTSTART"][0][-15:], event["SUMMARY"][0]) for event in found] == [
        ("20270105T090000", "Meeting"), ("20270106T090000", "Moved"), ("20270107T090000", "Meeting"),
    ]  # fmt: skip
    assert len({event["UID"][0] for event in found}) == 3
    assert all("RRULE" not in event and "RECURRENCE-ID" not in event for event in found)


def test_an_event_that_does_not_recur_keeps_its_uid_in_a_window() -> None:
    obj = parse_object(an_ics(timed()).encode(), timezone="Europe/Berlin")
    start = datetime(2027, 1, 4, tzinfo=UTC)
    assert render_window(obj, FULL, start, start + timedelta(days=1)) == rendered(timed()).renditions[FULL]
    assert render_window(obj, FULL, start - timedelta(days=1), start) == Rendition(body=b"")


# --- hostile ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=SECONDLY",),
        ("RRULE:FREQ=MINUTELY;BYSECOND=0,30",),
        ("RRULE:FREQ=DAILY", "RRULE:FREQ=HOURLY"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=999999999",),
    ],
)
def test_i07_a_rule_nobody_can_hold_is_refused_with_a_clear_error(lines: tuple[str, ...]) -> None:
    """I07."""
    began = time.process_time()
    with pytest.raises(RecurrenceTooCostly, match=r"recurrence rule|single events"):
        rendered(timed(*lines))
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=MINUTELY",),
        ("RRULE:FREQ=HOURLY;INTERVAL=18",),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",),
        ("RRULE:FREQ=DAILY", *(f"EXDATE:{date(2028, 1, 1) + timedelta(n):%Y%m%d}T080000Z" for n in range(3000))),
    ],
    ids=["minutely", "hourly", "impossible", "3,000 EXDATEs"],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Jerusalem"])
def test_i07_i08_a_costly_rule_is_rendered_in_bounded_time(lines: tuple[str, ...], zone: str) -> None:
    """I07, I08: also where its zone makes it a series for each half year."""
    began = time.process_time()
    result = rendered(timed(*lines, start=f"DTSTART;TZID={zone}:20070104T090000"))
    assert result.renditions[BUSY].body
    assert time.process_time() - began < 5


@pytest.mark.parametrize("line", ["RRULE:FREQ=DAILY;COUNT=0", "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:BYDAY=MO"])
def test_f63_a_rule_that_cannot_be_used_is_refused(line: str) -> None:
    """F63."""
    with pytest.raises(ObjectRefused):
        rendered(timed(line))


def test_f51_the_fingerprint_names_renderer_and_zone_rules() -> None:
    """F51: when either changes, renditions are made anew and their stamps advance where they differ."""
    assert re.fullmatch(r"\d+\+20\d\d[a-z]", fingerprint())
