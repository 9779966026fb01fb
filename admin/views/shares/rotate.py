"""Give a share a new link; all earlier ones end."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.forms.sending import message_of
from admin.views.shares.people import readers_of
from admin.views.shares.share_page import share_of
from feedserver.model.errors import Conflict, InvalidInput
from feedserver.model.notice import Mailing
from feedserver.model.share import Share, ShareState


async def show(call: Call) -> web.StreamResponse:
    """Say what it means, and ask."""
    return await _page(call, await _share(call))


async def rotate(call: Call) -> web.StreamResponse:
    """Do it. A form that is sent twice carries the number of the link it is to end, and ends it once."""
    share = await _share(call)
    try:
        await call.services.sharing.rotate(share.id, serial=_serial(call), by=call.actor, mailing=_mailing(call))
    except InvalidInput as fault:
        return await _page(call, share, call.language.error(fault))
    except Conflict as error:
        await call.failed(call.language.error(error))
        return call.see_other(f"/shares/{share.id}/")
    await call.done(call.say("“{name}” has a new link. The earlier ones have ended.", name=share.name))
    if not call.office.has_mail and await readers_of(call, share):
        return call.see_other(f"/shares/{share.id}/texts", about="new-link")
    return call.see_other(f"/shares/{share.id}/")


async def _share(call: Call) -> Share:
    _, share = await share_of(call)
    if share.state is ShareState.REMOVED:
        raise Conflict("This share was removed. Bring it back, or make a new one.")
    return share


def _serial(call: Call) -> int:
    """0, which no link has, for what our form does not send."""
    text = call.form.text("serial")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else 0


def _mailing(call: Call) -> Mailing | None:
    """None when nobody is to be told. Raises InvalidInput."""
    if not call.form.is_ticked("is_mailed"):
        return None
    return Mailing(note=message_of(call.form.text("message")), language=call.language.code)


async def _page(call: Call, share: Share, fault: str = "") -> web.StreamResponse:
    return await call.page(
        "shares/rotate.html",
        status=422 if fault else 200,
        share=share,
        people_count=len(await readers_of(call, share)),
        has_mail=call.office.has_mail,
        keeps_copies=call.office.hides_off_shares,
        is_mailed=call.form.is_ticked("is_mailed") if fault else True,
        message=call.form.text("message"),
        faults={"message": fault} if fault else {},
    )
