"""What is done to one link of a contact: send it again, or end it."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.people.contact_list import contact_path
from feedserver.model.contact import ContactLink
from feedserver.model.notice import Mailing


async def resend(call: Call) -> web.StreamResponse:
    """Mail the link again; where no mail goes out, show the text to send."""
    held = await _link(call)
    mailing = Mailing(language=call.language.code)
    await call.services.sharing.mail_links(held.share.id, [held.recipient.email], mailing=mailing, by=call.actor)
    if not call.office.has_mail:
        return call.see_other(f"/shares/{held.share.id}/texts", to=held.recipient.id)
    await call.done(call.say("The link is on its way to {person} again.", person=held.recipient.email))
    return call.see_other(contact_path(call.part("email")))


async def revoke(call: Call) -> web.StreamResponse:
    """Ask once, then end the link: for good, though the person can be given another."""
    held = await _link(call)
    back_path = contact_path(call.part("email"))
    if not call.form.is_ticked("confirmed"):
        return await call.page(
            "shares/revoke.html",
            share=held.share,
            recipient=held.recipient,
            keeps_copies=call.office.hides_off_shares,
            back_path=back_path,
        )
    await call.services.sharing.edit(held.share.id, revoked=[held.recipient.id], by=call.actor)
    await call.done(call.say("The link of {person} has ended.", person=held.recipient.email))
    return call.see_other(back_path)


async def _link(call: Call) -> ContactLink:
    """The link of the contact that the address names, while it works. Raises NotFound."""
    held = await call.services.contacts.find(call.part("email"))
    wanted = call.part("recipient")
    found = next((one for one in held if one.recipient.id == wanted and one.recipient.revoked_at is None), None)
    if found is None:
        raise call.not_found()
    return found
