"""What the admin page works with; the composition root fills it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from feedserver.http.client import Proxies
from feedserver.http.gate import Gate
from feedserver.http.headers import HeaderPolicy
from feedserver.http.templates import Asset, Templates, assets_of
from feedserver.http.visit import Front
from feedserver.languages.catalogue import Languages
from feedserver.model.clock import Clock
from feedserver.services.accounts import AccountService
from feedserver.services.agenda import AgendaService
from feedserver.services.appointments import AppointmentService
from feedserver.services.calendars import CalendarService
from feedserver.services.contacts import ContactService
from feedserver.services.history import HistoryService
from feedserver.services.invitations import InvitationService
from feedserver.services.notices import NoticeService
from feedserver.services.sessions import SessionService
from feedserver.services.setup import SetupService
from feedserver.services.share_listing import ShareListing
from feedserver.services.sharing import SharingService
from feedserver.services.usage import UsageService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services behind the page."""

    accounts: AccountService
    agenda: AgendaService
    appointments: AppointmentService
    calendars: CalendarService
    contacts: ContactService
    history: HistoryService
    notices: NoticeService
    invitations: InvitationService
    sessions: SessionService
    setup: SetupService
    share_listing: ShareListing
    sharing: SharingService
    usage: UsageService


@dataclass(frozen=True, slots=True, kw_only=True)
class Office(Front):
    """The services, and what every answer needs."""

    services: Services
    assets: Mapping[str, Asset]
    gate: Gate
    max_upload_bytes: int
    """Of a file to import."""
    upload_dir: Path
    """Where such a file is while it is read."""
    hides_off_shares: bool
    """Subscribers of a share that is off keep the last copy they fetched; else their copies are emptied."""

    @property
    def has_mail(self) -> bool:
        """True when this server sends mail; else pages offer the texts to copy."""
        return self.services.notices.has_mail_server


def make_office(
    services: Services,
    *,
    clock: Clock,
    languages: Languages,
    gate: Gate,
    policy: HeaderPolicy,
    proxies: Proxies,
    shorten_address: Callable[[str], str],
    base_url: str,
    timezone: str,
    organisation: str = "",
    max_upload_bytes: int,
    upload_dir: Path,
    hides_off_shares: bool = False,
) -> Office:
    """The office with its templates and static files loaded."""
    root = urlsplit(base_url).path.rstrip("/")
    assets = assets_of("admin", "/admin/static/")
    return Office(
        services=services,
        sessions=services.sessions,
        clock=clock,
        languages=languages,
        templates=Templates("admin", root=root, assets=assets),
        assets=assets,
        gate=gate,
        policy=policy,
        proxies=proxies,
        shorten_address=shorten_address,
        base_url=base_url,
        root=root,
        timezone=timezone,
        organisation=organisation,
        max_upload_bytes=max_upload_bytes,
        upload_dir=upload_dir,
        hides_off_shares=hides_off_shares,
    )
