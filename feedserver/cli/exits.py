"""What a command's exit code means: the one table, which `--help`, the README and the tests read."""

from __future__ import annotations

from enum import IntEnum

from feedserver.model import errors


class Exit(IntEnum):
    """Exit codes that scripts can trust."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    STORAGE = 4
    CONFIGURATION = 5
    ADDRESS = 6
    INTERNAL = 70
    INTERRUPTED = 130


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done; an import that kept at least one object, or found nothing new, is done",
    Exit.FAILED: "refused or failed: nothing could be kept, a name is taken, `check` found something to mend",
    Exit.USAGE: "the command line cannot be used as typed",
    Exit.NOT_FOUND: "no such calendar, share, account or key, or the name fits several",
    Exit.STORAGE: "the database cannot be used: locked, full, read-only, damaged, newer than this program",
    Exit.CONFIGURATION: "the settings, the data directory or the key file cannot be used",
    Exit.ADDRESS: "the address to listen on is taken or not ours",
    Exit.INTERNAL: "a fault of the program itself",
    Exit.INTERRUPTED: "interrupted from the keyboard",
}

# The first class that fits counts, so a subclass stands before its base. The word is `error.code` in JSON.
_ANSWERS: tuple[tuple[type[errors.FeedserverError], Exit, str], ...] = (
    (errors.AmbiguousName, Exit.NOT_FOUND, "ambiguous-name"),
    (errors.NotFound, Exit.NOT_FOUND, "not-found"),
    (errors.InvalidInput, Exit.USAGE, "invalid-input"),
    (errors.Conflict, Exit.FAILED, "conflict"),
    (errors.NotACalendar, Exit.FAILED, "not-a-calendar"),
    (errors.ObjectRefused, Exit.FAILED, "object-refused"),
    (errors.TooLarge, Exit.FAILED, "too-large"),
    (errors.SettingsInvalid, Exit.CONFIGURATION, "settings-invalid"),
    (errors.DataDirUnusable, Exit.CONFIGURATION, "data-dir-unusable"),
    (errors.KeyRingUnusable, Exit.CONFIGURATION, "key-ring-unusable"),
    (errors.CannotListen, Exit.ADDRESS, "cannot-listen"),
    (errors.StorageReadOnly, Exit.STORAGE, "storage-read-only"),
    (errors.StorageFull, Exit.STORAGE, "storage-full"),
    (errors.StorageUnavailable, Exit.STORAGE, "storage-unavailable"),
    (errors.StorageCorrupt, Exit.STORAGE, "storage-corrupt"),
    (errors.SchemaUnusable, Exit.STORAGE, "schema-unusable"),
)


def answer_for(error: errors.FeedserverError) -> tuple[Exit, str]:
    """The exit code and the JSON word for `error`."""
    for cls, code, word in _ANSWERS:
        if isinstance(error, cls):
            return code, word
    return Exit.FAILED, "failed"


def meanings_text() -> str:
    """The table as `--help` prints it, one line per code."""
    return "\n".join(f"{code.value:>3}  {meaning}" for code, meaning in MEANINGS.items())
