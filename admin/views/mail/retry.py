"""Try mails again: one, by its own button, or all that are ticked."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.views.mail.mail_list import state_of


async def retry(call: Call) -> web.StreamResponse:
    """Queue them anew and say how many."""
    only = call.form.line("only")
    chosen = (only,) if only else call.form.all("notice")
    if not chosen:
        await call.failed(call.say("First tick the mails that are to be tried again."))
    else:
        await _tell(call, await call.services.notices.retry(chosen, by=call.actor))
    state = state_of(call.form)
    return call.see_other("/mail/", **({"state": state} if state else {}))


async def _tell(call: Call, number: int) -> None:
    if number:
        ngettext = call.language.ngettext
        await call.done(
            ngettext("{n} mail is tried again within seconds.", "{n} mails are tried again within seconds.", number)
        )
    else:
        await call.failed(call.say("There is nothing to try again: these mails were sent, or are being sent now."))
