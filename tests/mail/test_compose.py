"""What letters say, and that nothing a person typed becomes a header, a line or markup."""

from __future__ import annotations

import html
import re

import pytest

from feedserver.languages.catalogue import Languages
from feedserver.mail.compose import compose
from feedserver.mail.envelope import html_of
from feedserver.mail.letter import Letter
from feedserver.model.notice import NoticeKind
from feedserver.model.share import DetailLevel, ShareKind
from tests.mail.letters import JUNE_ENDS, a_calendar, a_letter, an_occasion, english

KINDS = list(NoticeKind)
PAGE = "https://calendars.example.org/s/token.signed/"
PASSWORD_URL = "https://calendars.example.org/account/password/once"


def words_of(letter: Letter) -> list[str]:
    """All words of the plain text, with links and what marks structure left out."""
    text = re.sub(r"^[->]+ ?|^ +", "", letter.text(), flags=re.MULTILINE)
    return [word for word in re.sub(r"\S+://\S+", "", text).replace(":", "").split() if word.strip("-")]


def words_of_html(letter: Letter) -> list[str]:
    body = html_of(letter).partition("<body")[2].partition(">")[2]
    text = html.unescape(re.sub(r"<[^>]*>", " ", body))
    return [word for word in re.sub(r"\S+://\S+", "", text).replace(":", "").split() if word.strip("-")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [language.code for language in Languages().all])
def test_m20_both_parts_of_every_kind_say_the_same(kind: NoticeKind, code: str) -> None:
    occasion = an_occasion(login="ann", reader_name="Ann", note="See you\nthere", password_url=PASSWORD_URL)
    letter = compose(kind, occasion, Languages().of_code(code))

    assert words_of(letter) == words_of_html(letter)
    assert letter.subject
    assert "{" not in letter.text() + letter.subject


def test_mail_about_a_public_link_says_what_it_is_who_sends_it_and_how_to_subscribe() -> None:
    letter = a_letter(note="Here is our plan.", shared=a_calendar(expires_at=JUNE_ENDS))
    text = letter.text()

    assert letter.subject == "Paul shares the calendar “Team” with you"
    for part in (
        "> Here is our plan.",
        PAGE,
        "What you see: events with their details",
        "Open until: Wednesday, June 30, 2027",
        "https://calendar.google.com/calendar/r?cid=webcal",
        "https://outlook.live.com/calendar/0/addfromweb?url=",
        "https://outlook.office.com/calendar/0/addfromweb?url=",
        "webcal://calendars.example.org/s/token.signed/team.ics",
        "Thunderbird",
        "ICSx5",
    ):
        assert part in text
    assert f'<a href="{PAGE}" rel="noreferrer"' in html_of(letter)


def test_b1_mail_about_a_secured_share_names_no_app_that_cannot_log_in() -> None:
    letter = a_letter(NoticeKind.SHARED_SECURED, login="ann", shared=a_calendar(ShareKind.SECURED))

    assert "calendar.google.com" not in letter.text()
    assert "outlook.live.com" not in letter.text()
    assert "Google Calendar and Outlook.com cannot log in" in letter.text()
    assert "Log in with your user name ann and your password." in letter.text()


def test_b5_every_link_of_a_mail_keeps_its_address_from_the_next_site() -> None:
    links = re.findall(r"<a [^>]*>", html_of(a_letter()))
    assert links
    assert all('rel="noreferrer"' in link for link in links)


@pytest.mark.parametrize("kind", [NoticeKind.CHOOSE_PASSWORD, NoticeKind.RESET_PASSWORD])
def test_m06_mail_about_a_password_holds_a_one_time_link_and_no_password(kind: NoticeKind) -> None:
    letter = a_letter(kind, login="ann", shared=None, password_url=PASSWORD_URL)

    assert PASSWORD_URL in letter.text()
    assert "ann" in words_of(letter)[-200:] or "ann." in words_of(letter)


def test_invitation_to_something_shared_says_both() -> None:
    shared = a_calendar(ShareKind.SECURED)
    letter = a_letter(NoticeKind.CHOOSE_PASSWORD, login="ann", shared=shared, password_url=PASSWORD_URL)

    assert letter.subject == "Paul shares the calendar “Team” with you"
    assert letter.text().index(PASSWORD_URL) < letter.text().index(PAGE)


def test_mail_about_the_end_holds_no_link() -> None:
    assert "://" not in a_letter(NoticeKind.SHARING_ENDED).text()


def test_mail_from_nobody_in_particular_names_the_organisation_or_nobody() -> None:
    assert a_letter(sender_name="").subject == "Example Club shares the calendar “Team” with you"
    assert a_letter(sender_name="", organisation="").subject == "The calendar “Team” is shared with you"


def test_levels_that_differ_are_not_summed_up() -> None:
    assert "What you see" not in a_letter(shared=a_calendar(level=None)).text()
    assert "nothing else" in a_letter(shared=a_calendar(level=DetailLevel.BUSY)).text()


def test_end_of_validity_within_a_day_names_the_hour() -> None:
    letter = a_letter(shared=a_calendar(expires_at=JUNE_ENDS.replace(hour=10), starts_at=JUNE_ENDS.replace(hour=8)))
    assert "Open from: June 30, 2027, 10:00\N{NARROW NO-BREAK SPACE}AM" in letter.text()
    assert "Open until: June 30, 2027, 12:00\N{NARROW NO-BREAK SPACE}PM" in letter.text()


BREAKS = ["\r\nBcc: eve@example.net", "\n\nhello", "\rX: y", "\0", "\u2028Bcc: eve", "\x85Bcc: eve", "\v", "\u202e"]


@pytest.mark.parametrize("payload", BREAKS)
def test_m01_line_ends_in_names_stay_in_their_line(payload: str) -> None:
    letter = a_letter(
        sender_name=f"Paul{payload}",
        organisation=f"Club{payload}",
        shared=a_calendar(name=f"Team{payload}"),
        reader_name=f"Ann{payload}",
    )
    assert letter.subject.isprintable()
    assert all(line.isprintable() for line in letter.text().split("\n"))
    assert not re.search(r"^(Bcc|X|hello)", letter.text(), re.MULTILINE)


def test_note_is_quoted_line_by_line_so_that_it_is_never_taken_for_ours() -> None:
    letter = a_letter(note="one\r\ntwo\0\u202e\n\n" + "long " * 40)
    quoted = [line for line in letter.text().split("\n") if line.startswith(">")]
    assert quoted[:3] == ["> one", "> two", "> "]
    assert len(quoted) > 4
    assert all(len(line) <= 72 for line in quoted)


def test_m20_html_escapes_whatever_was_typed() -> None:
    payload = "<script>alert(1)</script>\"'&<img src=x onerror=y>"
    letter = a_letter(
        sender_name=payload, organisation=payload, note=payload, reader_name=payload, shared=a_calendar(name=payload)
    )
    markup = html_of(letter)
    assert "<script" not in markup
    assert "<img" not in markup
    assert html.escape(payload, quote=False)[:30] in markup


def test_letters_and_what_they_are_made_of_hide_their_links_from_logs() -> None:
    letter = a_letter(NoticeKind.CHOOSE_PASSWORD, login="ann", password_url=PASSWORD_URL)
    occasion = an_occasion(password_url=PASSWORD_URL)
    for shown in (repr(letter), repr(occasion), repr(occasion.shared)):
        assert "token.signed" not in shown
        assert "once" not in shown.replace("works once", "")


def test_english_is_the_language_of_the_sources() -> None:
    assert english().code == "en"
