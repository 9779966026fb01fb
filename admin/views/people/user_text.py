"""The mail with a user's one-time link as a text, to be sent by hand."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from feedserver.model.errors import Conflict
from feedserver.model.notice import Draft, Mailing, NoticeKind


async def show(call: Call) -> web.StreamResponse:
    """The text, while there is a link that works."""
    account = await call.services.accounts.find(call.part("id"))
    kind = NoticeKind.RESET_PASSWORD if account.password_hash else NoticeKind.CHOOSE_PASSWORD
    drafts: list[Draft] = []
    if await call.services.invitations.link_of(account) is not None:
        drafts = await _drafts(call, account.id, kind)
    return await call.page("people/user_text.html", user=account, texts=drafts)


async def _drafts(call: Call, account_id: str, kind: NoticeKind) -> list[Draft]:
    mailing = Mailing(language=call.language.code)
    try:
        return [await call.services.notices.draft(kind, by=call.actor, mailing=mailing, account_id=account_id)]
    except Conflict:
        return []
