"""What is done to a user with one button."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.people.user_page import owned_by
from feedserver.model.account import Account
from feedserver.model.errors import Conflict
from feedserver.model.notice import Mailing
from feedserver.model.share_listing import ShareQuery


async def invite(call: Call) -> web.StreamResponse:
    """Send another link on which the first password is chosen."""
    account = await call.services.accounts.invite(call.part("id"), by=call.actor, mailing=_mailing(call))
    return await _link_made(call, account, call.say("A new invitation for {name} is on its way.", name=_name(account)))


async def reset(call: Call) -> web.StreamResponse:
    """Send a link on which a new password is chosen."""
    account = await call.services.accounts.reset(call.part("id"), by=call.actor, mailing=_mailing(call))
    return await _link_made(
        call, account, call.say("A link to choose a new password is on its way to {name}.", name=_name(account))
    )


def _mailing(call: Call) -> Mailing:
    return Mailing(language=call.language.code)


async def _link_made(call: Call, account: Account, text: str) -> web.StreamResponse:
    """Nothing pretends to be sent: without a mail server the page has the link to hand over."""
    has_mail = call.office.has_mail
    await call.done(
        text if has_mail else call.say("There is a new link for {name}. Send it yourself.", name=_name(account))
    )
    return call.see_other(f"/users/{account.id}/")


async def activate(call: Call) -> web.StreamResponse:
    """Let the user log in again."""
    account = await call.services.accounts.activate(call.part("id"), by=call.actor)
    await call.done(call.say("{name} can log in again.", name=_name(account)))
    return call.see_other(f"/users/{account.id}/")


async def deactivate(call: Call) -> web.StreamResponse:
    """Ask once, then shut the user out."""
    account = await _other(call)
    if not call.form.is_ticked("confirmed"):
        return await _ask(call, account, "deactivate")
    await call.services.accounts.deactivate(account.id, by=call.actor)
    await call.done(call.say("{name} is deactivated.", name=_name(account)))
    return call.see_other(f"/users/{account.id}/")


async def remove(call: Call) -> web.StreamResponse:
    """Ask once, then remove the user for good."""
    account = await _other(call)
    if not call.form.is_ticked("confirmed"):
        return await _ask(call, account, "remove")
    await call.services.accounts.remove(account.id, by=call.actor)
    await call.done(call.say("{name} was removed.", name=_name(account)))
    return call.see_other("/users/")


async def _other(call: Call) -> Account:
    """Raises Conflict for one's own account: whoever does that by mistake is out."""
    account = await call.services.accounts.find(call.part("id"))
    if account.id == call.account.id:
        raise Conflict("This is your own account. Ask another administrator to do this.")
    return account


async def _ask(call: Call, account: Account, action: str) -> web.StreamResponse:
    return await call.page(
        "people/user_ask.html",
        user=account,
        action=action,
        owned=await owned_by(call, account),
        share_count=(await call.services.share_listing.page(ShareQuery(account_id=account.id, per_page=1))).total,
    )


def _name(account: Account) -> str:
    return account.display_name
