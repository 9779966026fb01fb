"""The one table from error to answer.

Bodies are constants: nothing of the request or of the error is reflected (threats U10, U29, A20).
"""

from __future__ import annotations

from feedserver.http.answer import Answer
from feedserver.http.basic_auth import challenge
from feedserver.http.headers import HTML, HeaderPolicy
from feedserver.model.errors import (
    CredentialsRefused,
    FeedserverError,
    FormUnreadable,
    InvalidInput,
    LinkForged,
    NotFound,
    StorageCorrupt,
    StorageUnavailable,
    TooManyForgedLinks,
)

_CORRUPT_RETRY_AFTER_S = 600

_TABLE: dict[type[FeedserverError], tuple[int, bytes]] = {
    TooManyForgedLinks: (429, b"Too many requests.\n"),
    LinkForged: (404, b"Not found.\n"),
    NotFound: (404, b"Not found.\n"),
    CredentialsRefused: (401, b"Login required.\n"),
    InvalidInput: (400, b"Bad request.\n"),
    FormUnreadable: (400, b"Bad request.\n"),
    StorageUnavailable: (503, b"Try again later.\n"),
    StorageCorrupt: (503, b"Try again later.\n"),
    FeedserverError: (500, b"Something went wrong.\n"),
}
"""Looked up along the class's bases: a new error inherits the answer of the one it is derived from."""


class ErrorAnswers:
    """Shapes the answer to everything that goes wrong."""

    def __init__(self, policy: HeaderPolicy) -> None:
        self._policy = policy
        self.not_found = self.to(NotFound())
        self.gone = policy.answer(410, b"Gone.\n")

    def to(self, error: FeedserverError) -> Answer:
        """The answer to an error of the product."""
        status, body = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
        return self._policy.answer(status, body, headers=_headers(error))

    def with_page(self, error: FeedserverError, body: bytes, *, vary: str) -> Answer:
        """The same answer with a page for people to read; `vary`: what the page depends on beside the error."""
        status, _ = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
        headers = (*_headers(error), ("Vary", vary))
        return self._policy.answer(status, body, content_type=HTML, headers=headers)

    def unexpected(self) -> Answer:
        """The answer to a fault of ours: bland, and told apart by the log alone."""
        return self.to(FeedserverError())

    def wrong_method(self, allowed: str) -> Answer:
        """405 with the methods there are (F9)."""
        return self._policy.answer(405, b"Method not allowed.\n", headers=(("Allow", allowed),))


def _headers(error: FeedserverError) -> tuple[tuple[str, str], ...]:
    match error:
        case CredentialsRefused():
            return (("WWW-Authenticate", challenge()), ("Vary", "Authorization"))
        case StorageUnavailable() | TooManyForgedLinks():
            return (("Retry-After", str(error.retry_after_s)),)
        case StorageCorrupt():
            return (("Retry-After", str(_CORRUPT_RETRY_AFTER_S)),)
    return ()
