"""The way out."""

from __future__ import annotations

from aiohttp import web

from feedserver.web.personal.call import Call


async def leave(call: Call) -> web.StreamResponse:
    """End this session; its cookie is worthless from now on (threat A07)."""
    await call.sign_out()
    return call.see_other("/account/login")
