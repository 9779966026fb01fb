"""Who does something: what the history of changes says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who changes things."""

    account_id: str | None
    """None for the command line."""
    name: str
    """As the history shows it; replaced when the account is removed (threat P04)."""
    address: str = ""
    """Where from, shortened as logs have it; empty for the command line."""


CONSOLE = Actor(account_id=None, name="command line")
"""Whoever can run commands on the server's machine."""
