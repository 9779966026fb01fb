from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedserver.ics.showing.slots import SlotWords, emitted_uid, fill, stamp_lines
from feedserver.ics.showing.words import WORDS
from feedserver.model.share import Share, ShareFilter, ShareKind, ShareState

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def share(*, revision: int = 1, stamp_at: datetime = NOW) -> Share:
    return Share(
        id="ab" * 16,
        kind=ShareKind.PUBLIC,
        name="n",
        note="",
        entries=(),
        filter=ShareFilter(),
        starts_at=None,
        expires_at=None,
        state=ShareState.ACTIVE,
        state_at=NOW,
        serial=1,
        rotated_at=None,
        revision=revision,
        stamp_at=stamp_at,
        uid_salt=b"s" * 32,
        created_at=NOW,
    )


def test_f48_a_uid_is_stable_opaque_and_its_own_in_each_share_and_calendar() -> None:
    uid = emitted_uid(b"s" * 32, "calendar", "secret-system-1@example.com")
    assert uid == emitted_uid(b"s" * 32, "calendar", "secret-system-1@example.com")
    assert b"secret" not in uid
    assert len(uid) == 32
    assert uid != emitted_uid(b"t" * 32, "calendar", "secret-system-1@example.com")
    assert uid != emitted_uid(b"s" * 32, "other", "secret-system-1@example.com")


def test_f50_the_stamps_are_the_revision_s_and_not_the_request_s() -> None:
    later = NOW + timedelta(seconds=5)
    assert stamp_lines(share(), 7, later) == (
        b"DTSTAMP:20261123T100005Z\r\nLAST-MODIFIED:20261123T100005Z\r\nSEQUENCE:8\r\n"
    )


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_f53_sequence_is_a_small_integer_whatever_the_counters_say(seq: int, revision: int) -> None:
    text = stamp_lines(share(revision=revision), seq, NOW).decode()
    assert 0 <= int(text.split("SEQUENCE:")[1]) < 2**31


def test_f51_a_change_of_the_share_alone_advances_all_three_stamps() -> None:
    before = stamp_lines(share(), 7, NOW)
    after = stamp_lines(share(revision=2, stamp_at=NOW + timedelta(seconds=1)), 7, NOW)
    for old, new in zip(before.split(b"\r\n")[:3], after.split(b"\r\n")[:3], strict=True):
        assert old < new


def test_slots_are_filled_and_none_is_left() -> None:
    body = b"UID:\x00\r\n\x01SUMMARY:\x02\r\nUID:\x00-12\r\n\x01SUMMARY:\x03\r\n"
    filled = fill(body, uid=b"u", stamps=b"S\r\n", words=SlotWords.of(WORDS["de"]))
    assert filled == b"UID:u\r\nS\r\nSUMMARY:Belegt\r\nUID:u-12\r\nS\r\nSUMMARY:(Ohne Titel)\r\n"
