"""Contacts: the people who were given personal links, by their mail address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedserver.model.share import Recipient, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One mail address; letters' case does not count."""

    email: str
    """As it was typed once."""
    link_count: int
    """How many personal links of it work; links of removed shares do not."""
    newest_at: datetime
    """When its newest link was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLink:
    """One personal link of a contact."""

    share: Share
    """With this recipient alone: its links are the general one and this person's."""
    recipient: Recipient
