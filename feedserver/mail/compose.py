"""What each kind of notice says: one function per kind, and the same parts for text and HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feedserver.languages.language import Language
from feedserver.mail.letter import Letter, Part, Words
from feedserver.mail.occasion import Occasion
from feedserver.mail.writer import Writer
from feedserver.model.notice import NoticeKind


def compose(kind: NoticeKind, occasion: Occasion, language: Language) -> Letter:
    """The letter of that kind. Names are cut to one line, so that none can add a header or a line (threat M01)."""
    subject, parts = _KINDS[kind](Writer(occasion, language))
    return Letter(subject=subject, parts=tuple(parts), language=language)


_Parts = tuple[str, Iterator[Part]]


def _shared_link(writer: Writer) -> _Parts:
    """You were sent a calendar."""

    def parts() -> Iterator[Part]:
        yield Words(f"{writer.shares()}.")
        yield from writer.note()
        yield writer.page()
        yield from writer.facts()
        yield from writer.subscribing()
        yield writer.personal()
        yield from writer.end()

    return writer.shares(), parts()


def _shared_secured(writer: Writer) -> _Parts:
    """A calendar was shared with an account."""

    def parts() -> Iterator[Part]:
        yield from writer.greeting()
        yield Words(f"{writer.shares()}.")
        yield from writer.note()
        yield writer.page()
        yield writer.login_needed()
        yield from writer.facts()
        yield from writer.subscribing()
        yield from writer.end()

    return writer.shares(), parts()


def _choose_password(writer: Writer) -> _Parts:
    """An account was made, with or without something shared."""
    is_shared = writer.occasion.shared is not None
    invited = writer.say("An account was made for you")

    def parts() -> Iterator[Part]:
        yield from writer.greeting()
        yield Words(f"{writer.shares() if is_shared else invited}.")
        yield from writer.note()
        yield Words(writer.say("Please choose a password first. You then log in with it."))
        yield from writer.password()
        if is_shared:
            yield writer.page()
            yield from writer.facts()
            yield from writer.subscribing()
        yield from writer.end()

    return writer.shares() if is_shared else writer.say("Choose your password"), parts()


def _reset_password(writer: Writer) -> _Parts:
    """A new password is to be chosen."""

    def parts() -> Iterator[Part]:
        yield from writer.greeting()
        yield Words(writer.say("You can choose a new password for your account."))
        yield from writer.note()
        yield from writer.password()
        yield Words(writer.say("If you did not expect this mail, do nothing: your password stays as it is."))
        yield from writer.end()

    return writer.say("Choose a new password"), parts()


def _link_replaced(writer: Writer) -> _Parts:
    """The old links show nothing any more."""

    def parts() -> Iterator[Part]:
        yield from writer.greeting()
        yield Words(writer.say("The link to the calendar “{calendar}” was replaced.", calendar=writer.calendar))
        yield Words(
            writer.say("The old link shows nothing any more. Remove the old subscription, and add the new one.")
        )
        yield from writer.note()
        yield writer.page()
        if writer.login:
            yield writer.login_needed()
        yield from writer.facts()
        yield from writer.subscribing()
        if not writer.login:
            yield writer.personal()
        yield from writer.end()

    return writer.say("New link to the calendar “{calendar}”", calendar=writer.calendar), parts()


def _sharing_ended(writer: Writer) -> _Parts:
    """It is over."""
    ended = writer.say("The calendar “{calendar}” is no longer shared with you", calendar=writer.calendar)

    def parts() -> Iterator[Part]:
        yield from writer.greeting()
        yield Words(f"{ended}.")
        yield from writer.note()
        yield Words(writer.say("Its events leave your calendar app by themselves; you can remove the subscription."))
        yield from writer.end()

    return ended, parts()


_KINDS: dict[NoticeKind, Callable[[Writer], _Parts]] = {
    NoticeKind.SHARED_LINK: _shared_link,
    NoticeKind.SHARED_SECURED: _shared_secured,
    NoticeKind.CHOOSE_PASSWORD: _choose_password,
    NoticeKind.RESET_PASSWORD: _reset_password,
    NoticeKind.LINK_REPLACED: _link_replaced,
    NoticeKind.SHARING_ENDED: _sharing_ended,
}
