"""End one person's own link to a public share."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from feedserver.model.share import Recipient, Share


async def revoke(call: Call) -> web.StreamResponse:
    """Ask once, then end it: for good, though the person can be given another."""
    share = await call.services.sharing.find(call.part("id"))
    recipient = share.recipient(call.part("recipient"))
    if recipient is None:
        raise call.not_found()
    if not call.form.is_ticked("confirmed"):
        return await _ask(call, share, recipient)
    await call.services.sharing.edit(share.id, revoked=[recipient.id], by=call.actor)
    await call.done(call.say("The link of {person} has ended.", person=recipient.email))
    return call.see_other(f"/shares/{share.id}/")


async def _ask(call: Call, share: Share, recipient: Recipient) -> web.StreamResponse:
    return await call.page(
        "shares/revoke.html",
        share=share,
        recipient=recipient,
        keeps_copies=call.office.hides_off_shares,
        back_path=f"/shares/{share.id}/",
    )
