"""All that is shared with whoever asks."""

from __future__ import annotations

from aiohttp import web

from feedserver.web.personal.call import Call
from feedserver.web.personal.wording import HeldWords


async def show(call: Call) -> web.StreamResponse:
    """The list."""
    held = await call.services.held_shares.list_of(call.account)
    return await call.page("personal/list.html", held=held, words=HeldWords(call.language))
