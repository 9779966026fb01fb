"""The sentences and parts that several kinds of letters have in common."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.mail.letter import Facts, Heading, Link, Note, Part, Ways, Words
from feedserver.mail.occasion import Occasion, SharedCalendar
from feedserver.model.share import DetailLevel
from feedserver.model.subscribing import App

_APPS = frozenset(
    {
        App.APPLE,
        App.GOOGLE,
        App.OUTLOOK_COM,
        App.OFFICE,
        App.OUTLOOK,
        App.THUNDERBIRD,
        App.ANDROID,
        App.OTHER,
    }
)
"""What most readers have; the share's page names the others too."""

_SHOWN = {
    DetailLevel.BUSY: message("when something takes place, and nothing else"),
    DetailLevel.TITLES: message("what takes place, when and where"),
    DetailLevel.DETAILS: message("events with their details"),
    DetailLevel.FULL: message("events with all their details"),
}


class Writer:
    """Writes about one occasion in one language."""

    def __init__(self, occasion: Occasion, language: Language) -> None:
        self.occasion = occasion
        self.language = language
        self.say = language.gettext
        self.organisation = one_line(occasion.organisation)
        self.sender = one_line(occasion.sender_name) or self.organisation
        self.login = one_line(occasion.login)

    @property
    def calendar(self) -> str:
        """The name of what is shared."""
        return one_line(self.shared.name)

    @property
    def shared(self) -> SharedCalendar:
        """What is shared; only for letters about something shared."""
        assert self.occasion.shared is not None
        return self.occasion.shared

    def greeting(self) -> Iterator[Part]:
        """For a reader whose name is known."""
        if name := one_line(self.occasion.reader_name):
            yield Words(self.say("Hello {name},", name=name))

    def shares(self) -> str:
        """The first sentence, and the subject, of what was shared."""
        if self.sender:
            return self.say("{sender} shares the calendar “{calendar}” with you", **self.names())
        return self.say("The calendar “{calendar}” is shared with you", calendar=self.calendar)

    def names(self) -> dict[str, str]:
        """Who shares what, for a sentence."""
        return {"sender": self.sender, "calendar": self.calendar}

    def note(self) -> Iterator[Part]:
        """What the sender wrote, if anything."""
        if text := plain_lines(self.occasion.note):
            yield Note(text)

    def facts(self) -> Iterator[Part]:
        """What shows, and from when until when."""
        shared, rows = self.shared, list[tuple[str, str]]()
        if shared.level:
            rows.append((self.say("What you see"), self.say(_SHOWN[shared.level])))
        if shared.starts_at:
            rows.append((self.say("Open from"), self.language.moment(shared.starts_at, shared.timezone, "long")))
        if shared.expires_at:
            rows.append((self.say("Open until"), last_moment(shared.expires_at, shared.timezone, self.language)))
        if rows:
            yield Facts(tuple(rows))

    def page(self) -> Part:
        """The share's page."""
        return Link(self.say("Open the calendar"), self.shared.page_url)

    def subscribing(self) -> Iterator[Part]:
        """The ways of the apps that most people have."""
        ways = tuple(way for way in self.shared.ways if way.is_possible and way.app in _APPS)
        yield Heading(self.say("Have it in your own calendar app"))
        yield Ways(ways)
        if not all(way.is_possible for way in self.shared.ways):
            yield Words(
                self.say("Google Calendar and Outlook.com cannot log in, so they cannot show it."), is_small=True
            )

    def login_needed(self) -> Part:
        """For members of a secured share."""
        return Words(self.say("Log in with your user name {login} and your password.", login=self.login))

    def personal(self) -> Part:
        """For recipients of a public link."""
        text = self.say(
            "This link was made for you. Whoever has it can see the calendar, so please keep it to yourself."
        )
        return Words(text, is_small=True)

    def password(self) -> Iterator[Part]:
        """The one-time link, and the user name that goes with it."""
        yield Link(self.say("Choose your password"), self.occasion.password_url)
        yield Words(self.say("Your user name is {login}.", login=self.login))
        yield Words(self.say("The link works once, and for three days at most."), is_small=True)

    def end(self) -> Iterator[Part]:
        """For whom it was sent."""
        if self.organisation:
            yield Words(self.say("Sent on behalf of {organisation}.", organisation=self.organisation), is_small=True)


def last_moment(expires_at: datetime, timezone: str, language: Language) -> str:
    """Until when something is open: the last whole day when it ends at midnight there, else day and time."""
    local = expires_at.astimezone(ZoneInfo(timezone))
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return language.date((local - timedelta(days=1)).date(), "full")
    return language.moment(expires_at, timezone, "long")


def one_line(text: str) -> str:
    """`text` in one line of printable characters: line ends and tabs are blanks, what is invisible goes."""
    return " ".join("".join(char if char.isprintable() else _blank(char) for char in text).split())


def plain_lines(text: str) -> str:
    """`text` in lines of printable characters, without empty ones at its ends."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip("\n")


def _blank(char: str) -> str:
    return " " if char.isspace() else ""
