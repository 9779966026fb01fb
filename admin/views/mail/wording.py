"""The words in which a page speaks of mails."""

from __future__ import annotations

from typing import Final

from feedserver.languages.language import Language
from feedserver.languages.message import message
from feedserver.model.notice import Notice, NoticeKind, NoticeState

_KINDS: Final = {
    NoticeKind.SHARED_LINK: message("Link to a share"),
    NoticeKind.SHARED_SECURED: message("Something was shared"),
    NoticeKind.CHOOSE_PASSWORD: message("Invitation"),
    NoticeKind.RESET_PASSWORD: message("New password"),
    NoticeKind.LINK_REPLACED: message("New link"),
    NoticeKind.SHARING_ENDED: message("Sharing has ended"),
}
_STATES: Final = {
    NoticeState.QUEUED: message("Waiting"),
    NoticeState.FAILED: message("Failed"),
    NoticeState.SENT: message("Sent"),
    NoticeState.DROPPED: message("Not sent"),
}
_TONES: Final = {
    NoticeState.QUEUED: "wait",
    NoticeState.FAILED: "bad",
    NoticeState.SENT: "good",
    NoticeState.DROPPED: "off",
}


class MailWords:
    """For one reader."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def kind(self, kind: NoticeKind) -> str:
        """What a mail says."""
        return self._language.gettext(_KINDS[kind])

    def state(self, state: NoticeState) -> str:
        """What became of it."""
        return self._language.gettext(_STATES[state])

    def tone(self, state: NoticeState) -> str:
        """The colour of its state."""
        return _TONES[state]

    def error(self, notice: Notice) -> str:
        """The mail server's words as they came, or ours in the reader's language."""
        return self._language.gettext(notice.error)

    def can_retry(self, notice: Notice) -> bool:
        """True when another try can be asked for: one that waits for its first needs none."""
        return notice.state in (NoticeState.FAILED, NoticeState.DROPPED) or (
            notice.state is NoticeState.QUEUED and bool(notice.error)
        )
