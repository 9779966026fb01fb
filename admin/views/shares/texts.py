"""The mails of a share as texts to send by hand, where this server sends none."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from aiohttp import web

from admin.call import Call
from admin.views.shares.people import Reader, readers_of
from admin.views.shares.share_page import share_of
from feedserver.model.errors import Conflict
from feedserver.model.notice import Draft, Mailing, NoticeKind
from feedserver.model.share import Share

MOST_TEXTS: Final = 100
"""On one page."""


async def show(call: Call) -> web.StreamResponse:
    """The texts of everybody, or of those whose ids the address names; after a rotation what tells of the new link.

    Sent as a form, the page is one that a password was asked for on the way to (threat A29).
    """
    _, share = await share_of(call)
    kind = NoticeKind.LINK_REPLACED if call.query.line("about") == "new-link" else None
    ids = [id_ for id_ in call.query.line("to").split(".") if id_]
    texts = await texts_of(call, share, ids=ids, kind=kind)
    return await call.page("shares/texts.html", share=share, texts=texts, most=MOST_TEXTS)


def to_text(ids: Collection[str]) -> dict[str, str]:
    """What the address says so that the page is for these people; with more of them than it shows, for everybody."""
    return {"to": ".".join(ids)} if len(ids) <= MOST_TEXTS else {}


async def texts_of(
    call: Call, share: Share, *, ids: Collection[str] = (), kind: NoticeKind | None = None
) -> list[Draft] | None:
    """One for each person of those ids, or for everybody; the newest links first. None that would not be true now.

    `kind`: the one with which a share begins, unless another is wanted. None when there are one-time links for
    passwords among them, and ours was last asked for too long ago (threat A29).
    """
    readers = [one for one in reversed(await readers_of(call, share)) if not ids or one.id in ids][:MOST_TEXTS]
    kinds = [kind or _first(reader) for reader in readers]
    if NoticeKind.CHOOSE_PASSWORD in kinds and not call.has_recent_password:
        return None
    drafts = [await _draft(call, share, reader, its) for reader, its in zip(readers, kinds, strict=True)]
    return [draft for draft in drafts if draft is not None]


def _first(reader: Reader) -> NoticeKind:
    if reader.account is None:
        return NoticeKind.SHARED_LINK
    return NoticeKind.SHARED_SECURED if reader.account.password_hash else NoticeKind.CHOOSE_PASSWORD


async def _draft(call: Call, share: Share, reader: Reader, kind: NoticeKind) -> Draft | None:
    try:
        return await call.services.notices.draft(
            kind,
            by=call.actor,
            mailing=Mailing(language=call.language.code),
            share_id=share.id,
            recipient_id=reader.recipient.id if reader.recipient else None,
            account_id=reader.account.id if reader.account else None,
        )
    except Conflict:
        return None
