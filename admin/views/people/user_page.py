"""One user: who it is, what they can see, and what can be done."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.people.wording import AccountWords
from admin.views.shares.wording import ShareWords
from feedserver.model.account import Account
from feedserver.model.account_listing import account_standing
from feedserver.model.collection import Collection
from feedserver.model.share_listing import ShareQuery


async def show(call: Call) -> web.StreamResponse:
    """The page."""
    account = await call.services.accounts.find(call.part("id"))
    return await call.page(
        "people/user.html",
        user=account,
        standing=account_standing(account),
        words=AccountWords(call.language),
        share_words=ShareWords(call.language, call.office.timezone),
        shares=await call.services.share_listing.page(ShareQuery(account_id=account.id)),
        owned=await owned_by(call, account),
        link=await call.services.invitations.link_of(account),
        shows_link=call.has_recent_password,
        is_own=account.id == call.account.id,
        has_mail=call.office.has_mail,
    )


async def show_link(call: Call) -> web.StreamResponse:
    """Back to the page, which has the one-time link now: our password was asked for on the way here (threat A29)."""
    account = await call.services.accounts.find(call.part("id"))
    return call.see_other(f"/users/{account.id}/")


async def owned_by(call: Call, account: Account) -> list[Collection]:
    """The calendars of an account, sorted by name."""
    return [calendar for calendar in await call.services.calendars.list_all() if calendar.owner_id == account.id]
