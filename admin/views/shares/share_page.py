"""One share: its links, audience, use and history."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin.call import Call
from admin.views.shares import history_words
from admin.views.shares.people import people_page
from admin.views.shares.usage_figures import Figures, figures_of
from admin.views.shares.wording import ShareWords
from feedserver.model.share import Share
from feedserver.model.share_listing import ShareRow
from feedserver.services.embedding import embed_code
from feedserver.services.sharing import UNDO
from feedserver.services.subscribing import ways

USAGE_DAYS: Final = 30
MOST_CHANGES: Final = 100


async def show(call: Call) -> web.StreamResponse:
    """The page of one share."""
    row, share = await share_of(call)
    words = ShareWords(call.language, call.office.timezone)
    figures = await _figures(call, share)
    history = await call.services.history.of_share(share.id, limit=MOST_CHANGES)
    link = call.services.sharing.links(share)[0]
    undo_until = share.state_at + UNDO
    return await call.page(
        "shares/share.html",
        row=row,
        share=share,
        words=words,
        levels={entry.collection_id: entry.level for entry in share.entries},
        link=link,
        ways=ways(link, share),
        embed_code=embed_code(link, share),
        people=await people_page(call, share, figures, number=_number(call.query.line("people"))),
        people_link=lambda number: f"?people={number}#audience",
        figures=figures,
        usage_days=USAGE_DAYS,
        history=[
            (entry, history_words.sentence(entry, words), history_words.changes(entry, words)) for entry in history
        ],
        undo_until=undo_until if share.entries and call.office.clock.now() < undo_until else None,
    )


async def share_of(call: Call) -> tuple[ShareRow, Share]:
    """The share that the address names by its id: as the list shows it, and whole. Raises NotFound."""
    rows = await call.services.share_listing.rows([call.part("id")])
    if not rows:
        raise call.not_found()
    return rows[0], await call.services.sharing.find(rows[0].share.id)


async def _figures(call: Call, share: Share) -> Figures:
    counted = await call.services.usage.of_share(share.id, days=USAGE_DAYS)
    return figures_of(counted, until=call.office.clock.now().date(), days=USAGE_DAYS)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else 1
