"""A new share."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from admin.forms.share import ShareForm, kind_of
from admin.views.shares.sheet import Sheet
from feedserver.model.errors import Conflict, InvalidInput, NotFound
from feedserver.model.share import Share, ShareKind
from feedserver.services.share_rules import ShareChanges


async def show(call: Call) -> web.StreamResponse:
    """The empty form; a link may have chosen the kind and calendars."""
    chosen = ShareForm(kind=call.query.text("kind", ShareKind.PUBLIC), calendars=call.query.all("calendar"))
    return await _page(await Sheet.of(call, chosen))


async def submit(call: Call) -> web.StreamResponse:
    """Make the share and go to the page with its link, or show the form again with what is to be mended."""
    sheet = await Sheet.sent(call)
    if call.form.text("do") == "add-user":
        await sheet.add_user()
        return await _page(sheet)
    share = await _made(sheet)
    if share is None:
        return await _page(sheet)
    return call.see_other(f"/shares/{share.id}/made")


async def _page(sheet: Sheet) -> web.StreamResponse:
    return await sheet.page("shares/new.html")


async def _made(sheet: Sheet) -> Share | None:
    """The share; None when something is to be mended."""
    changes = sheet.check()
    _check_audience(sheet)
    if not sheet.faults and not sheet.new_user.is_empty:
        await sheet.add_user()
    if sheet.faults:
        return None
    try:
        share = await _create(sheet, changes)
    except (InvalidInput, Conflict, NotFound) as refusal:
        sheet.refuse(refusal)
        return None
    await _tell(sheet, share, changes)
    return share


def _check_audience(sheet: Sheet) -> None:
    """Who ticked users and makes a public link would believe that nobody else can open it."""
    has_members = bool(sheet.typed.members) or not sheet.new_user.is_empty
    try:
        kind = kind_of(sheet.typed)
    except InvalidInput as fault:
        sheet.refuse(fault)
        return
    if kind is ShareKind.SECURED and not has_members:
        sheet.faults.setdefault("member", InvalidInput("Tick at least one user who may open it."))
    if kind is ShareKind.PUBLIC and has_members:
        sheet.faults["kind"] = InvalidInput(
            "You chose users, but everybody can open a public link. Choose the secured link, or untick the users."
        )


async def _create(sheet: Sheet, changes: ShareChanges) -> Share:
    return await sheet.call.services.sharing.create(
        kind=kind_of(sheet.typed),
        logins=sheet.typed.members,
        by=sheet.call.actor,
        form_key=sheet.form_key,
        mailing=sheet.mailing(),
        **changes,
    )


async def _tell(sheet: Sheet, share: Share, changes: ShareChanges) -> None:
    """Who gets a mail; or that a form that was gone back to and changed has made no second share."""
    call = sheet.call
    made = (share.kind, share.name, share.entries, share.starts_at, share.expires_at)
    wanted = (kind_of(sheet.typed), changes["name"], changes["entries"], changes["starts_at"], changes["expires_at"])
    if made != wanted:
        await call.failed(call.say("This form had made a share already. Here it is, as it was made."))
    elif sheet.is_secured and sheet.typed.is_mailed and call.office.has_mail:
        number = len(sheet.typed.members)
        await call.done(call.language.ngettext("A mail goes to {n} person.", "Mails go to {n} people.", number))
