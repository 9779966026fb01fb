"""What these pages work with; the composition root fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from feedserver.http.client import Proxies
from feedserver.http.headers import HeaderPolicy
from feedserver.http.templates import Templates
from feedserver.http.visit import Front
from feedserver.languages.catalogue import Languages
from feedserver.model.clock import Clock
from feedserver.services.accounts import AccountService
from feedserver.services.feeds import FeedService
from feedserver.services.held_shares import HeldShares
from feedserver.services.invitations import InvitationService
from feedserver.services.password_resets import PasswordResets
from feedserver.services.sessions import SessionService


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalServices:
    """The services behind these pages, and what the deployment decides about them."""

    accounts: AccountService
    held_shares: HeldShares
    invitations: InvitationService
    resets: PasswordResets
    sessions: SessionService
    languages: Languages
    has_mail: bool
    """This server sends mail; else a forgotten password is a matter for an administrator."""
    timezone: str
    """IANA name: in which moments are shown to who has not chosen a zone."""
    organisation: str
    """Empty when it has not been told."""
    shorten_address: Callable[[str], str]
    """A client's address as the history may hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Front):
    """The services, and what every answer needs."""

    services: PersonalServices
    feeds: FeedService
    """What knows whose Basic credentials are good."""


def make_desk(
    services: PersonalServices,
    *,
    feeds: FeedService,
    clock: Clock,
    templates: Templates,
    policy: HeaderPolicy,
    proxies: Proxies,
    base_url: str,
) -> Desk:
    """The desk of a site."""
    return Desk(
        services=services,
        feeds=feeds,
        sessions=services.sessions,
        clock=clock,
        languages=services.languages,
        templates=templates,
        policy=policy,
        proxies=proxies,
        shorten_address=services.shorten_address,
        base_url=base_url,
        root=urlsplit(base_url).path.rstrip("/"),
        timezone=services.timezone,
        organisation=services.organisation,
    )
