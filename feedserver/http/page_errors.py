"""The one table from error to status and headers, for faces that answer with a page."""

from __future__ import annotations

from feedserver.http.headers import Headers
from feedserver.model.errors import (
    AmbiguousName,
    CameFromElsewhere,
    Conflict,
    CredentialsRefused,
    FeedserverError,
    FormUnreadable,
    InvalidInput,
    NotAllowed,
    NotFound,
    StorageCorrupt,
    StorageUnavailable,
    TooLarge,
)

_TABLE: dict[type[FeedserverError], int] = {
    AmbiguousName: 409,
    CameFromElsewhere: 403,
    Conflict: 409,
    CredentialsRefused: 401,
    FormUnreadable: 400,
    InvalidInput: 422,
    NotAllowed: 403,
    NotFound: 404,
    StorageCorrupt: 503,
    StorageUnavailable: 503,
    TooLarge: 413,
    FeedserverError: 500,
}
"""Looked up along the class's bases. What a form can mend is shown in the form, and never comes here."""


def status_of(error: FeedserverError) -> int:
    """The status that stands for `error`."""
    return next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)


def headers_of(error: FeedserverError) -> Headers:
    """When to ask again, where `error` knows (threat F19)."""
    return (("Retry-After", str(error.retry_after_s)),) if isinstance(error, StorageUnavailable) else ()
