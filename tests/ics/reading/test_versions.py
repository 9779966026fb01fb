"""Several components with one UID: which are one object, which are versions, which are events of their own (trap 7)."""

from __future__ import annotations

from feedserver.ics.reading.ingest import ParsedObject, Refusal, read_file


def event(*properties: str, uid: str = "1", kind: str = "VEVENT", stamp: str = "20240101T000000Z") -> str:
    lines = (f"BEGIN:{kind}", f"UID:{uid}", f"DTSTAMP:{stamp}", *properties, f"END:{kind}")
    return "".join(f"{line}\r\n" for line in lines)


def calendar(*components: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n{head}{''.join(components)}END:VCALENDAR\r\n"


def objects(data: str) -> list[ParsedObject]:
    results = list(read_file(data.encode()).objects("UTC"))
    assert not [result for result in results if isinstance(result, Refusal)], results
    return [result for result in results if isinstance(result, ParsedObject)]


MASTER = event("DTSTART:20240101T100000Z", "RRULE:FREQ=DAILY")
OVERRIDE = event("RECURRENCE-ID:20240102T100000Z", "DTSTART:20240102T120000Z")


def test_override_joins_its_master_from_anywhere_in_the_file() -> None:
    other = event("DTSTART:20240101T100000Z", uid="2")
    found = objects(calendar(OVERRIDE, other) + calendar(MASTER))
    assert [each.uid for each in found] == ["1", "2"]
    assert [part.first("RECURRENCE-ID") is None for part in found[0].components] == [True, False]
    assert found[0].data == calendar(MASTER, OVERRIDE).encode()
    assert found[0].repairs == frozenset()


def test_override_without_master_is_an_object() -> None:
    (found,) = objects(calendar(OVERRIDE))
    assert (found.repairs, len(found.components)) == (frozenset(), 1)


def test_same_component_twice_is_one() -> None:
    (found,) = objects(calendar(MASTER, OVERRIDE, OVERRIDE) + calendar(MASTER))
    assert found.data == calendar(MASTER, OVERRIDE).encode()
    assert found.repairs == {"duplicate-dropped"}


def test_newest_version_of_a_master_is_kept() -> None:
    old = event("DTSTART:20240101T100000Z", "SEQUENCE:1", "SUMMARY:old")
    new = event("DTSTART:20240101T100000Z", "SEQUENCE:2", "SUMMARY:new")
    for data in (calendar(old, new), calendar(new, old)):
        (found,) = objects(data)
        assert found.components[0].text("SUMMARY") == "new"
        assert found.repairs == {"older-version-dropped"}


def test_newest_version_by_dtstamp_where_sequence_is_equal() -> None:
    old = event("DTSTART:20240101T100000Z", "SUMMARY:old")
    new = event("DTSTART:20240101T100000Z", "SUMMARY:new", stamp="20240201T000000Z")
    (found,) = objects(calendar(new, old))
    assert found.components[0].text("SUMMARY") == "new"


def test_newest_version_of_an_override_is_kept_whatever_its_notation() -> None:
    zoned = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20240102T110000", "DTSTART:20240102T130000Z", "SEQUENCE:3", "SUMMARY:new"
    )
    (found,) = objects(calendar(MASTER, zoned, OVERRIDE))
    assert [part.text("SUMMARY") for part in found.components] == [None, "new"]
    assert found.repairs == {"older-version-dropped", "vtimezone-added"}


def test_masters_at_different_times_are_events_of_their_own() -> None:
    first = event("DTSTART:20240101T100000Z", "SUMMARY:a")
    second = event("DTSTART:20240501T100000Z", "SUMMARY:b", "SEQUENCE:4")
    found = objects(calendar(first, second, OVERRIDE))
    assert [len(each.components) for each in found] == [2, 1]
    assert found[0].uid == "1"
    assert found[1].uid.startswith("feedserver-")
    assert found[1].components[0].text("UID") == found[1].uid
    assert found[1].repairs == {"uid-derived"}
    assert [each.data for each in objects(calendar(first, second, OVERRIDE))] == [each.data for each in found]


def test_masters_of_equal_version_are_events_of_their_own() -> None:
    found = objects(calendar(*(event("DTSTART:20240101T100000Z", f"SUMMARY:{name}") for name in "abc")))
    assert [each.components[0].text("SUMMARY") for each in found] == ["a", "b", "c"]
    assert len({each.uid for each in found}) == 3


def test_todo_with_the_uid_of_an_event_is_an_object_of_its_own() -> None:
    found = objects(calendar(MASTER, event("SUMMARY:a", kind="VTODO")))
    assert [(each.component, each.uid == "1") for each in found] == [("VEVENT", True), ("VTODO", False)]


def test_recurrence_id_takes_type_and_zone_of_its_master() -> None:
    cases = {
        ("DTSTART;VALUE=DATE:20240101", "RECURRENCE-ID:20240102T000000Z"): "RECURRENCE-ID;VALUE=DATE:20240102",
        ("DTSTART:20240101T100000Z", "RECURRENCE-ID;VALUE=DATE:20240102"): "RECURRENCE-ID:20240102T100000Z",
        ("DTSTART:20240101T100000", "RECURRENCE-ID:20240102T100000Z"): "RECURRENCE-ID:20240102T100000",
        ("DTSTART:20240101T100000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20240102T100000"): (
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20240102T100000Z"
        ),
    }
    for (start, recurrence_id), expected in cases.items():
        (found,) = objects(calendar(event(start, "RRULE:FREQ=DAILY"), event(start, recurrence_id)))
        assert found.repairs == {"recurrence-id-mended"}
        assert f"{expected}\r\n".encode() in found.data


def test_missing_uid_is_derived_from_the_content_and_stable() -> None:
    nameless = "BEGIN:VEVENT\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20240101T100000Z\r\nSUMMARY:{}\r\nEND:VEVENT\r\n"
    data = calendar(nameless.format("a"), nameless.format("b"), nameless.format("a"))
    found = objects(data)
    assert [each.uid for each in found] == [each.uid for each in objects(data)]
    assert [each.repairs for each in found] == [{"uid-added", "duplicate-dropped"}, {"uid-added"}]
    assert objects(calendar(nameless.format("b")))[0].uid == found[1].uid


def test_missing_dtstamp_is_taken_from_what_the_component_says() -> None:
    def stamp(*properties: str) -> str | None:
        body = "\r\n".join(("BEGIN:VEVENT", "UID:1", "DTSTART:20240101T100000Z", *properties, "END:VEVENT", ""))
        (found,) = objects(calendar(body))
        assert found.repairs == {"dtstamp-added"}
        return found.components[0].text("DTSTAMP")

    assert stamp("CREATED:20230101T000000Z", "LAST-MODIFIED:20230201T000000Z") == "20230201T000000Z"
    assert stamp("CREATED:20230101T000000Z") == "20230101T000000Z"
    assert stamp() == "19700101T000000Z"


def zone(offset: str, tzid: str = "Office") -> str:
    return (
        f"BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        f"TZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def test_zone_of_one_calendar_never_leaks_into_another_trap_2() -> None:
    first = event("DTSTART;TZID=Office:20240101T100000", uid="1")
    second = event("DTSTART;TZID=Office:20240101T100000", uid="2")
    third = event("DTSTART;TZID=Office:20240101T100000", uid="3")
    found = objects(calendar(zone("+0200"), first) + calendar(zone("-0500"), second) + calendar(third))
    assert [each.data.count(b"+0200") for each in found] == [2, 0, 0]
    assert [each.data.count(b"-0500") for each in found] == [0, 2, 0]
    offsets = [each.zones.resolve("Office") for each in found]
    assert offsets[0] is not None
    assert offsets[1] is not None
    assert offsets[2] is None


def test_object_whose_parts_disagree_about_a_zone_is_refused() -> None:
    master = event("DTSTART;TZID=Office:20240101T100000", "RRULE:FREQ=DAILY")
    override = event("RECURRENCE-ID;TZID=Office:20240102T100000", "DTSTART;TZID=Office:20240102T110000")
    data = calendar(zone("+0200"), master) + calendar(zone("-0500"), override)
    (refusal,) = read_file(data.encode()).objects("UTC")
    assert isinstance(refusal, Refusal)
    assert "TZID" in refusal.reason
    assert len(objects(data.replace("Office", "Europe/Berlin"))) == 1
