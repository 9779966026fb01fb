"""Sessions: a person logged in to a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedserver.model.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is logged in. Its cookie is not in it: the database holds a digest alone."""

    id: str
    """Names it in lists; gives no access."""
    account_id: str
    created_at: datetime
    seen_at: datetime
    """Of its last request, to the minute."""
    confirmed_at: datetime
    """When the password was last asked for (threat A29)."""
    expires_at: datetime
    """Its end, however much it is used."""
    is_kept: bool
    """ "Stay signed in"."""
    agent: str
    """The browser and its system, such as "Firefox, Linux"; empty when it does not say."""
    told: str
    """JSON of what the next page tells, once; empty when nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session with its account, as one request sees them."""

    session: Session
    account: Account
