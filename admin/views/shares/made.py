"""What comes after making a share: its link to copy, how to subscribe, and the mails."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.forms.sending import Sending
from admin.views.shares.share_page import share_of
from admin.views.shares.texts import texts_of
from admin.views.shares.wording import ShareWords
from feedserver.model.share import ShareKind
from feedserver.services.subscribing import ways


async def show(call: Call) -> web.StreamResponse:
    """The link; for a public share also the way to send it, for a secured one the texts where no mail goes out."""
    row, share = await share_of(call)
    link = call.services.sharing.links(share)[0]
    is_public = share.kind is ShareKind.PUBLIC
    by_hand = [] if is_public or call.office.has_mail else await texts_of(call, share)
    return await call.page(
        "shares/made.html",
        row=row,
        share=share,
        link=link,
        ways=ways(link, share),
        words=ShareWords(call.language, call.office.timezone),
        has_mail=call.office.has_mail,
        contacts=await call.services.contacts.suggest() if is_public else (),
        typed=Sending(),
        faults={},
        texts=by_hand,
    )
