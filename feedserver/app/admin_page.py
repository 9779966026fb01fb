"""The admin page, given what it works with: the only place where `feedserver` knows `admin`."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from admin.application import make_admin
from admin.office import Services, make_office
from feedserver.app.house import House
from feedserver.http.client import Proxies
from feedserver.http.gate import Gate
from feedserver.http.headers import HeaderPolicy


def admin_page(
    house: House, proxies: Proxies, shorten_address: Callable[[str], str], gate: Gate, policy: HeaderPolicy
) -> web.Application:
    """The application to mount."""
    settings = house.settings
    services = Services(
        accounts=house.accounts,
        agenda=house.agenda,
        appointments=house.appointments,
        calendars=house.calendars,
        contacts=house.contacts,
        history=house.history,
        notices=house.notices,
        invitations=house.invitations,
        sessions=house.sessions,
        setup=house.setup,
        share_listing=house.share_listing,
        sharing=house.sharing,
        usage=house.usage,
    )
    office = make_office(
        services,
        clock=house.clock,
        languages=house.languages,
        gate=gate,
        policy=policy,
        proxies=proxies,
        shorten_address=shorten_address,
        base_url=house.links.base_url,
        timezone=settings.timezone,
        organisation=settings.organisation,
        max_upload_bytes=settings.max_import_bytes,
        upload_dir=settings.data_dir,
        hides_off_shares=settings.feed_off_answer == "404",
    )
    return make_admin(office)
