"""Send a share: each person a link of their own to a public one, a reminder to the members of a secured one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from admin.call import Call
from admin.forms.sending import Sending, chosen_addresses, message_of, read_sending
from admin.views.shares.share_page import share_of
from admin.views.shares.texts import to_text
from feedserver.model.errors import InvalidInput
from feedserver.model.notice import Mailing
from feedserver.model.share import Share, ShareKind
from feedserver.services.share_rules import email_key


async def show(call: Call) -> web.StreamResponse:
    """Whom to send it to. Without a mail server members have nothing to choose: their texts are all there is."""
    _, share = await share_of(call)
    if share.kind is ShareKind.SECURED and not call.office.has_mail:
        return call.see_other(f"/shares/{share.id}/texts")
    return await _page(call, share, Sending(), {})


async def send(call: Call) -> web.StreamResponse:
    """Send it and go to the share; where no mail goes out, to the texts for these people."""
    _, share = await share_of(call)
    typed = read_sending(call.form)
    try:
        mailing = Mailing(note=message_of(typed.message), language=call.language.code)
        chosen = await (_send_links if share.kind is ShareKind.PUBLIC else _remind)(call, share, typed, mailing)
    except InvalidInput as fault:
        return await _page(call, share, typed, {fault.field or "emails": call.language.error(fault)})
    if not call.office.has_mail:
        return call.see_other(f"/shares/{share.id}/texts", **to_text(chosen))
    await call.done(call.language.ngettext("A mail goes to {n} person.", "Mails go to {n} people.", len(chosen)))
    return call.see_other(f"/shares/{share.id}/")


async def _send_links(call: Call, share: Share, typed: Sending, mailing: Mailing) -> Sequence[str]:
    """The recipients' ids."""
    emails = chosen_addresses(typed)
    after = await call.services.sharing.mail_links(share.id, emails, mailing=mailing, by=call.actor)
    wanted = {email_key(email) for email in emails}
    return [one.id for one in after.recipients if one.revoked_at is None and email_key(one.email) in wanted]


async def _remind(call: Call, share: Share, typed: Sending, mailing: Mailing) -> Sequence[str]:
    """The members' ids."""
    if not typed.picked:
        raise InvalidInput("Tick at least one user.", field="picked")
    await call.services.sharing.remind(share.id, typed.picked, mailing=mailing, by=call.actor)
    return typed.picked


async def _page(call: Call, share: Share, typed: Sending, faults: Mapping[str, str]) -> web.StreamResponse:
    is_public = share.kind is ShareKind.PUBLIC
    return await call.page(
        "shares/mail.html",
        status=422 if faults else 200,
        share=share,
        typed=typed,
        faults=faults,
        has_mail=call.office.has_mail,
        contacts=await call.services.contacts.suggest() if is_public else (),
        members=() if is_public else await call.services.sharing.members(share),
    )
