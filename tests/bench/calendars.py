"""Calendars to measure with: deterministic, mixed as offices have them, some 500 bytes an event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
"""
_FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
_TEXT = "Agenda as agreed last time\\; please read the minutes before\\, and bring your figures along."


def calendar(events: int, *, only: int | None = None, revision: int = 0) -> bytes:
    """A calendar of so many events; `only` gives just that one of them, `revision` changes what it says."""
    wanted = range(events) if only is None else (only,)
    body = "".join(_event(number, revision) for number in wanted)
    head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Bench//Calendars//EN\nX-WR-CALNAME:Bench\n"
    return f"{head}{_ZONE}{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def _event(number: int, revision: int) -> str:
    """Seven in ten single, one all-day, two weekly, one of them with an exception."""
    day = _FIRST_DAY + timedelta(days=number % 700)
    hour = 8 + number % 9
    lines = [
        "BEGIN:VEVENT",
        f"UID:{number:08d}-4f1c-bench@example.org",
        "DTSTAMP:20260101T080000Z",
        "CREATED:20251201T080000Z",
        f"LAST-MODIFIED:20260101T08{revision // 60 % 60:02d}{revision % 60:02d}Z",
        f"SEQUENCE:{revision}",
        *_times(number, day, hour),
        f"SUMMARY:Meeting {number} of the working group, revision {revision}",
        f"LOCATION:Room {number % 40}\\, second floor",
        f"DESCRIPTION:{_TEXT} Item {number}.",
        "CATEGORIES:" + ("WORK" if number % 3 else "WORK,PUBLIC"),
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]
    return "".join(f"{line}\n" for line in lines)


def _times(number: int, day: datetime, hour: int) -> list[str]:
    if number % 10 == 0:
        return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
    times = [
        f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T{hour:02d}0000",
        f"DTEND;TZID=Europe/Berlin:{day:%Y%m%d}T{hour:02d}4500",
    ]
    if number % 10 in (1, 2):
        times.append("RRULE:FREQ=WEEKLY;COUNT=20")
    if number % 10 == 1:
        times.append(f"EXDATE;TZID=Europe/Berlin:{day + timedelta(days=7):%Y%m%d}T{hour:02d}0000")
    return times
