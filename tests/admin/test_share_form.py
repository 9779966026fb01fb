"""What a share's form makes of what was typed, without any page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from admin.forms.addresses import addresses_of
from admin.forms.new_user import NewUser, faults_of, suggested_login
from admin.forms.share import ShareForm, changes_of, kind_of, read, typed_of
from admin.forms.validity import NO_DAY, DayTime, begin_of, begin_typed, end_of, end_typed
from admin.forms.words import words_of, words_text
from feedserver.http.forms import Form
from feedserver.model.account import login_of
from feedserver.model.errors import InvalidInput
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareFilter, ShareKind, ShareState

ZONE = "Europe/Berlin"
BEGIN, END = datetime(2026, 5, 1, 6, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC)


def a_form(**changes: object) -> ShareForm:
    return ShareForm(**{"name": "Team", "calendars": ("work",), **changes})  # type: ignore[arg-type]


def a_share(**changes: object) -> Share:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    values = {
        "id": "s1",
        "kind": ShareKind.PUBLIC,
        "name": "Team",
        "note": "",
        "entries": (ShareEntry(collection_id="work", level=DetailLevel.DETAILS),),
        "filter": ShareFilter(),
        "starts_at": None,
        "expires_at": None,
        "state": ShareState.ACTIVE,
        "state_at": moment,
        "serial": 1,
        "rotated_at": None,
        "revision": 1,
        "stamp_at": moment,
        "uid_salt": b"",
        "created_at": moment,
        **changes,
    }
    return Share(**values)  # type: ignore[arg-type]


def levels_of(typed: ShareForm) -> list[tuple[str, DetailLevel]]:
    changes, faults = changes_of(typed, ZONE)
    assert not faults
    return [(entry.collection_id, entry.level) for entry in changes["entries"]]


def test_without_event_details_a_calendar_shows_when_only() -> None:
    assert levels_of(a_form()) == [("work", DetailLevel.BUSY)]


def test_event_details_mean_details_unless_another_level_is_chosen() -> None:
    assert levels_of(a_form(has_details=True)) == [("work", DetailLevel.DETAILS)]
    assert levels_of(a_form(has_details=True, level="titles")) == [("work", DetailLevel.TITLES)]


def test_calendar_may_have_a_level_of_its_own_whatever_the_tick_says() -> None:
    typed = a_form(calendars=("work", "home"), levels={"home": "full", "unticked": "full"})
    assert levels_of(typed) == [("work", DetailLevel.BUSY), ("home", DetailLevel.FULL)]


def test_every_fault_is_found_at_once_beside_its_own_field() -> None:
    typed = a_form(
        calendars=(), begin=DayTime("1 May"), end=DayTime("", "18:00"), days_back="-1", days_ahead="9" * 5000
    )
    _, faults = changes_of(typed, ZONE)
    assert sorted(faults) == ["begin_day", "calendar", "days_ahead", "days_back", "end_day"]


def test_level_that_is_none_is_a_fault_and_never_shows_more() -> None:
    _, faults = changes_of(a_form(levels={"work": "everything"}), ZONE)
    assert list(faults) == ["calendar"]


def test_kind_that_is_none_is_a_fault() -> None:
    with pytest.raises(InvalidInput) as caught:
        kind_of(a_form(kind="secret"))
    assert caught.value.field == "kind"


def test_a14_fields_that_are_none_of_the_form_are_left_alone() -> None:
    sent = [("name", "Team"), ("id", "1"), ("state", "removed"), ("is_admin", "1"), ("token", "x"), ("serial", "9")]
    assert read(Form(sent)) == ShareForm(kind="", name="Team", is_mailed=False)


def test_form_of_a_share_reads_back_as_that_share() -> None:
    share = a_share(
        entries=tuple(
            ShareEntry(collection_id=id_, level=level)
            for id_, level in (("b", DetailLevel.FULL), ("a", DetailLevel.BUSY), ("c", DetailLevel.FULL))
        ),
        filter=ShareFilter(categories_out=("Doctor, dentist", "Private"), words=("board",), days_back=0, days_ahead=90),
        note="for the press",
        starts_at=datetime(2026, 5, 1, 6, 0, 30, tzinfo=UTC),
        expires_at=END,
    )
    changes, faults = changes_of(typed_of(share, ZONE), ZONE, before=share)
    assert not faults
    assert {name: getattr(share, name) for name in changes} == dict(changes)


def test_calendars_keep_their_order_and_new_ones_come_last() -> None:
    share = a_share(entries=tuple(ShareEntry(collection_id=id_, level=DetailLevel.BUSY) for id_ in ("z", "b")))
    changes, _ = changes_of(a_form(calendars=("a", "b", "z")), ZONE, before=share)
    assert [entry.collection_id for entry in changes["entries"]] == ["z", "b", "a"]


def test_more_options_count_as_set_only_when_they_are() -> None:
    assert not a_form(level="full", has_details=True).has_more
    assert a_form(words="board").has_more
    assert a_form(end=DayTime("2026-05-31")).has_more


def test_day_without_a_time_begins_and_ends_with_that_day() -> None:
    day = DayTime("2026-05-31")
    assert begin_of(day, ZONE) == datetime(2026, 5, 30, 22, tzinfo=UTC)
    assert end_of(day, ZONE) == END
    assert end_typed(END, ZONE) == day


def test_time_is_one_on_the_clocks_of_the_organisation() -> None:
    typed = DayTime("2026-05-01", "08:00")
    assert begin_of(typed, ZONE) == BEGIN
    assert begin_typed(BEGIN, ZONE) == typed
    assert end_of(DayTime("2026-01-01", "08:00"), ZONE) == datetime(2026, 1, 1, 7, tzinfo=UTC)


def test_empty_day_is_no_bound() -> None:
    assert begin_of(NO_DAY, ZONE) is None
    assert end_of(NO_DAY, ZONE) is None
    assert begin_typed(None, ZONE) == end_typed(None, ZONE) == NO_DAY


@pytest.mark.parametrize(
    "typed",
    [
        DayTime("31.05.2026"),
        DayTime("2026-02-30"),
        DayTime("2026-05-01", "25:00"),
        DayTime("2026-05-01", "18:00+02:00"),
        DayTime("", "18:00"),
        DayTime("0001-01-01"),
        DayTime("9999-12-31"),
        DayTime("9" * 5000),
    ],
)
def test_what_is_no_day_or_no_time_is_refused(typed: DayTime) -> None:
    with pytest.raises(InvalidInput):
        end_of(typed, ZONE)


def test_words_stand_between_commas_and_line_ends() -> None:
    assert words_of(" Board, Team meeting ,\nPress,,Board") == ("Board", "Team meeting", "Press")


def test_word_with_a_comma_survives() -> None:
    assert words_of(words_text(("Doctor, dentist", "Private"))) == ("Doctor, dentist", "Private")


def test_addresses_are_read_as_people_paste_them() -> None:
    text = 'ann@example.org, bob@example.org;\n"Doe, Cy" <cy@example.org>\nDi Day <di@example.org> ann@example.org\n'
    with pytest.raises(InvalidInput):
        addresses_of(text)
    pasted = text.replace(" ann@example.org\n", "\nann@example.org eve@bücher.example")
    assert addresses_of(pasted) == tuple(
        f"{who}@{where}"
        for who, where in (
            ("ann", "example.org"),
            ("bob", "example.org"),
            ("cy", "example.org"),
            ("di", "example.org"),
            ("eve", "bücher.example"),
        )
    )


@pytest.mark.parametrize(
    "bad",
    ["ann", "ann@", "a@b@c", "ann@example.org\x7f", "Ann <ann@example.org> bob", "<>", "x@y Bob <bob@example.org>z"],
)
def test_bad_address_is_named_and_never_dropped(bad: str) -> None:
    with pytest.raises(InvalidInput, match="no mail address") as caught:
        addresses_of(f"good@example.org, {bad}")
    assert caught.value.field == "emails"


def test_login_is_suggested_from_the_name_in_plain_letters() -> None:
    assert suggested_login("Jörg  Müller-Lang", "jml@example.org", ()) == "jorg.muller.lang"


def test_login_comes_from_the_address_when_the_name_has_no_latin_letters() -> None:
    assert suggested_login("王伟", "wei.wang@example.org", ()) == "wei.wang"
    assert suggested_login("王伟", "伟@example.org", ()) == "王伟"
    assert suggested_login("🙂", "@", ()) == "user"


def test_suggested_login_is_free_and_one_that_can_be_kept() -> None:
    assert suggested_login("Ann", "", {"ann", "ann2"}) == "ann3"
    assert login_of(suggested_login("ab " * 100, "", ()))


def test_every_fault_of_a_new_user_is_found_at_once() -> None:
    assert sorted(faults_of(NewUser(login="a b"))) == ["user_email", "user_login", "user_name"]
    assert not faults_of(NewUser(name="Ann", email="ann@example.org"))
