"""What a share may be: its name, note, calendars, filter and validity, and the addresses it is sent to.

Each function gives the value to keep, or raises InvalidInput with the name of the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from feedserver.model.account import email_of
from feedserver.model.errors import InvalidInput
from feedserver.model.share import Share, ShareEntry, ShareFilter, ShareOptions
from feedserver.services.share_options import options_of

MAX_NAME_CHARS = 200
MAX_NOTE_CHARS = 10_000
MAX_ENTRIES = 100
MAX_WORDS = 100
MAX_DAYS = 36_500
MAX_EMAILS = 1_000
MAX_FORM_KEY_CHARS = 64


class ShareChanges(ShareOptions, total=False):
    """What an edit may change; what is absent stays."""

    name: str
    note: str
    entries: Sequence[ShareEntry]
    filter: ShareFilter
    starts_at: datetime | None
    expires_at: datetime | None


def changed(share: Share, changes: ShareChanges) -> Share:
    """The share as it would be."""
    result = replace(
        share,
        name=name_of(changes["name"]) if "name" in changes else share.name,
        note=note_of(changes["note"]) if "note" in changes else share.note,
        entries=entries_of(changes["entries"]) if "entries" in changes else share.entries,
        filter=filter_of(changes["filter"]) if "filter" in changes else share.filter,
        starts_at=changes.get("starts_at", share.starts_at),
        expires_at=changes.get("expires_at", share.expires_at),
        **options_of(share.kind, changes),
    )
    refuse_empty_validity(result.starts_at, result.expires_at)
    return result


def name_of(text: str) -> str:
    """One line."""
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise InvalidInput("a name is one line of 1 to {max} characters", field="name", max=MAX_NAME_CHARS)
    return name


def note_of(text: str) -> str:
    """Any text, within bounds."""
    if len(text) > MAX_NOTE_CHARS or "\0" in text:
        raise InvalidInput("a note has at most {max} characters", field="note", max=MAX_NOTE_CHARS)
    return text


def entries_of(entries: Sequence[ShareEntry]) -> tuple[ShareEntry, ...]:
    """Each calendar once."""
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise InvalidInput("a share shows 1 to {max} calendars", field="entries", max=MAX_ENTRIES)
    if len({entry.collection_id for entry in entries}) < len(entries):
        raise InvalidInput("a calendar is named twice", field="entries")
    return tuple(entries)


def filter_of(wanted: ShareFilter) -> ShareFilter:
    """Its words sorted, each once."""
    days = (wanted.days_back, wanted.days_ahead)
    if any(value is not None and not 0 <= value <= MAX_DAYS for value in days):
        raise InvalidInput("days are between 0 and {max}", field="filter", max=MAX_DAYS)
    return replace(
        wanted,
        categories_in=_words_of(wanted.categories_in),
        categories_out=_words_of(wanted.categories_out),
        words=_words_of(wanted.words),
    )


def _words_of(words: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once, none empty."""
    kept = tuple(sorted({word.strip() for word in words}))
    if len(kept) > MAX_WORDS or not all(w and len(w) <= MAX_NAME_CHARS and w.isprintable() for w in kept):
        raise InvalidInput(
            "a filter has at most {max} words, each one line and none empty", field="filter", max=MAX_WORDS
        )
    return kept


def refuse_empty_validity(starts_at: datetime | None, expires_at: datetime | None) -> None:
    """A share is open for a while, or for ever."""
    if starts_at is not None and expires_at is not None and expires_at <= starts_at:
        raise InvalidInput("a share expires after it starts", field="expires_at")


def emails_of(emails: Iterable[str]) -> tuple[str, ...]:
    """Each address once, however it is capitalised, as it was typed first."""
    kept: dict[str, str] = {}
    for email in emails:
        address = email_of(email)
        kept.setdefault(email_key(address), address)
    if len(kept) > MAX_EMAILS:
        raise InvalidInput("a share can be sent to {max} addresses at once", field="emails", max=MAX_EMAILS)
    return tuple(kept.values())


def email_key(email: str) -> str:
    """What addresses are compared by: no mail server in use tells `Ann@` from `ann@`."""
    return email.casefold()


def form_key_of(text: str | None) -> str | None:
    """What a form carries so that it makes one share; None and empty are no key."""
    if text and (len(text) > MAX_FORM_KEY_CHARS or not text.isprintable()):
        raise InvalidInput("this form was not made by us; load the page again", field="form_key")
    return text or None
