"""Every error the product itself raises. No status codes here: each face has one table from class to answer.

`str(error)` is a sentence for the person who asked. It may name ids, names and line numbers, never a token,
a password or an event's text.
"""

from __future__ import annotations


class FeedserverError(Exception):
    """The root; catch it only where an answer is shaped.

    `message` may name `values` in braces. It is what a catalogue translates: a face that speaks to people shows it in
    their language, and `str()` gives it in English.
    """

    def __init__(self, message: str = "", **values: object) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values


class NotFound(FeedserverError):
    """What was named does not exist, or not for the one who asks; check the name or list what there is."""


class AmbiguousName(FeedserverError):
    """A name fits several things; call again with one of `candidates` (ids)."""

    def __init__(self, message: str, candidates: tuple[tuple[str, str], ...], **values: object) -> None:
        super().__init__(message, **values)
        self.candidates = candidates
        """(id, name) of each that fits."""


class InvalidInput(FeedserverError):
    """A value cannot be used; `field` names it so that a form can show the message beside it."""

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class Conflict(FeedserverError):
    """The state moved, or the name is taken; read again and decide."""


class LoginTaken(Conflict):
    """Another account has this login, capitals aside; choose another."""


class NotACalendar(FeedserverError):
    """The bytes hold no iCalendar data at all; `str()` says what they look like instead."""


class ObjectRefused(FeedserverError):
    """One calendar object cannot be kept; the others can.

    `precondition` is the CalDAV one that fits (RFC 4791 section 5.3.2.1).
    """

    def __init__(self, message: str, *, precondition: str = "valid-calendar-data", **values: object) -> None:
        super().__init__(message, **values)
        self.precondition = precondition


class RecurrenceTooCostly(ObjectRefused):
    """A rule needs more steps or yields more instances than the limits allow; it is refused at write."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, precondition="max-instances", **values)


class TooLarge(FeedserverError):
    """The input passes a limit; the message names the limit and its setting."""


class LinkForged(FeedserverError):
    """The token does not carry a signature of our keys, or is not spelled as we spell it. Nothing more is ever said."""


class TooManyForgedLinks(LinkForged):
    """One address has tried too many forged links; it is told so for further forged ones, never for good ones."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many forged links")
        self.retry_after_s = retry_after_s


class CredentialsRefused(FeedserverError):
    """No such login, wrong password, deactivated account or no grant: one error, so that nobody can tell them apart."""


class FormUnreadable(FeedserverError):
    """What was sent is not what a form of ours sends; nothing was changed."""


class CameFromElsewhere(FeedserverError):
    """A form was not sent from our own page, or its page is too old; nothing was changed. Open the page, send again."""


class LoginNeeded(FeedserverError):
    """Nobody is logged in; log in and come back."""


class NotAllowed(FeedserverError):
    """Who is logged in may not do this."""


class PasswordNeeded(FeedserverError):
    """What is wanted needs the password once more (threat A29)."""


class SettingsInvalid(FeedserverError):
    """The settings cannot be used. `faults` lists every fault at once, by name, never by value."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class KeyRingUnusable(FeedserverError):
    """The key file is missing, readable by others, damaged, or not the one this database was signed with."""


class StorageUnavailable(FeedserverError):
    """The database cannot answer now (locked, restarting); try again after `retry_after_s`."""

    retry_after_s: int = 5


class TooBusy(StorageUnavailable):
    """More passwords wait to be checked than can be soon; the accounts cannot be asked now: again after a while."""


class StorageReadOnly(StorageUnavailable):
    """The database or its file system refuses writes; reads go on."""


class StorageFull(StorageUnavailable):
    """The disk is full: nothing was written; reads go on."""


class StorageCorrupt(FeedserverError):
    """The database file is damaged; restore a backup. Nothing is served from it."""


class SchemaUnusable(FeedserverError):
    """The database is newer than this program, or was not made by it; the message says what to do."""


class DataDirUnusable(FeedserverError):
    """The data directory is missing, no directory, or not writable; make it or set `FEEDSERVER_DATA_DIR`."""


class CannotListen(FeedserverError):
    """The address to listen on is taken, not ours, or not allowed; choose another with `--listen`."""
