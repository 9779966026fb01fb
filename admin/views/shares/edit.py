"""Change a share; its links stay."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from aiohttp import web

from admin.call import Call
from admin.forms.addresses import addresses_of
from admin.forms.share import typed_of
from admin.views.shares import history_words
from admin.views.shares.differences import differences_of
from admin.views.shares.share_page import share_of
from admin.views.shares.sheet import Sheet
from admin.views.shares.texts import to_text
from admin.views.shares.wording import ShareWords
from feedserver.model.errors import Conflict, InvalidInput, NotFound
from feedserver.model.share import Recipient, Share, ShareState
from feedserver.services.share_rules import ShareChanges

MAX_SHOWN_RECIPIENTS = 500
"""More are managed on the page of their share."""


async def show(call: Call) -> web.StreamResponse:
    """The form, filled with what the share is."""
    share = await _share(call)
    return await _page(await Sheet.of(call, typed_of(share, call.office.timezone), share), version_of(share))


async def submit(call: Call) -> web.StreamResponse:
    """Save it, or show the form again: with what is to be mended, or with what somebody else saved meanwhile."""
    share = await _share(call)
    sheet = await Sheet.sent(call, share)
    version = call.form.text("version")
    if call.form.text("do") == "add-user":
        await sheet.add_user()
        return await _page(sheet, version)
    if version != version_of(share):
        return await _changed_meanwhile(sheet, share)
    after = await _saved(sheet, share)
    if after is None:
        return await _page(sheet, version)
    await call.done(call.say("The share is saved. Its links are the same as before."))
    newcomers = _readers(after) - _readers(share)
    if newcomers and not call.office.has_mail:
        return call.see_other(f"/shares/{share.id}/texts", **to_text(newcomers))
    return call.see_other(f"/shares/{share.id}/")


async def _share(call: Call) -> Share:
    _, share = await share_of(call)
    if share.state is ShareState.REMOVED:
        raise Conflict("This share was removed. Bring it back, or make a new one.")
    return share


def version_of(share: Share) -> str:
    """What the form shows of a share, in short: any change of it is another version."""
    shown = (share.name, share.note, share.entries, share.filter, share.starts_at, share.expires_at)
    allowed = (share.allows_narrowing, share.allows_keys, share.embed_hosts, share.embed_view, share.embed_color)
    said = repr((*shown, *allowed, _members(share), _recipients(share)))
    return blake2b(said.encode(), digest_size=16).hexdigest()


def _members(share: Share) -> list[str]:
    return [grant.account_id for grant in share.grants if grant.withdrawn_at is None]


def _recipients(share: Share) -> list[str]:
    return [recipient.id for recipient in share.recipients if recipient.revoked_at is None]


def _readers(share: Share) -> set[str]:
    return {*_members(share), *_recipients(share)}


def shown_recipients(share: Share) -> tuple[Recipient, ...]:
    """Those whose links can be ended here; none when there are too many for one form."""
    held = _recipients(share)
    is_shown = len(held) <= MAX_SHOWN_RECIPIENTS
    return tuple(one for one in share.recipients if is_shown and one.id in held)


async def _page(
    sheet: Sheet,
    version: str,
    *,
    status: int | None = None,
    differences: Sequence[tuple[str, str]] = (),
    last_change: str = "",
    is_changed: bool = False,
) -> web.StreamResponse:
    assert sheet.share is not None
    return await sheet.page(
        "shares/edit.html",
        status=status,
        share=sheet.share,
        version=version,
        recipients=shown_recipients(sheet.share),
        differences=differences,
        last_change=last_change,
        is_changed=is_changed,
    )


async def _changed_meanwhile(sheet: Sheet, share: Share) -> web.StreamResponse:
    """Nothing is saved: the second admin sees both, with their own in the fields, and decides."""
    words = ShareWords(sheet.language, sheet.call.office.timezone)
    history = await sheet.call.services.history.of_share(share.id, limit=1)
    return await _page(
        sheet,
        version_of(share),
        status=409,
        differences=differences_of(sheet, typed_of(share, sheet.call.office.timezone)),
        is_changed=True,
        last_change=" ".join(history_words.sentence(entry, words) for entry in history),
    )


async def _saved(sheet: Sheet, share: Share) -> Share | None:
    """None when something is to be mended; then nothing was saved."""
    changes = sheet.check()
    emails = _emails(sheet)
    if not sheet.faults and not sheet.new_user.is_empty:
        await sheet.add_user()
    if sheet.faults:
        return None
    try:
        return await _save(sheet, share, changes, emails)
    except (InvalidInput, Conflict, NotFound) as refusal:
        sheet.refuse(refusal, "name")
        return None


def _emails(sheet: Sheet) -> tuple[str, ...]:
    try:
        return addresses_of(sheet.typed.emails)
    except InvalidInput as fault:
        sheet.refuse(fault)
        return ()


async def _save(sheet: Sheet, share: Share, changes: ShareChanges, emails: tuple[str, ...]) -> Share:
    """Audience and all else at once. Nobody loses a link whom the form did not show."""
    held, ticked = _members(share), sheet.typed.members
    return await sheet.call.services.sharing.edit(
        share.id,
        emails=emails,
        revoked=[one.id for one in shown_recipients(share) if one.id not in sheet.typed.recipients],
        logins=[id_ for id_ in ticked if id_ not in held] if sheet.is_secured else (),
        withdrawn=[id_ for id_ in held if id_ not in ticked],
        by=sheet.call.actor,
        mailing=sheet.mailing(),
        tells_end=sheet.typed.tells_end,
        seen=share,
        **changes,
    )
