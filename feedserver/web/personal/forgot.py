"""A forgotten password."""

from __future__ import annotations

from aiohttp import web

from feedserver.model.notice import Mailing
from feedserver.web.personal.call import Call


async def show(call: Call) -> web.StreamResponse:
    """The form; what to do where this server sends no mail; or that a mail is on its way."""
    return await call.page(
        "personal/forgot.html", has_mail=call.services.has_mail, is_sent=call.query.is_ticked("sent")
    )


async def ask(call: Call) -> web.StreamResponse:
    """Send a link; the answer is the same, and takes as long, whether there is such an account or not (threat A15)."""
    if not call.services.has_mail:
        return call.see_other("/account/forgot")
    await call.services.resets.ask(
        call.form.line("who"),
        client_address=call.client_address,
        address=call.address,
        mailing=Mailing(language=call.language.code),
    )
    return call.see_other("/account/forgot", sent="1")
