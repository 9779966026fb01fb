"""The people who were given personal links."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from aiohttp import web

from admin.call import Call
from feedserver.services.contacts import MAX_TEXT_CHARS

MOST: Final = 500
"""On the page; others are found by searching."""


async def show(call: Call) -> web.StreamResponse:
    """The list, the newest first."""
    text = call.query.line("q")[:MAX_TEXT_CHARS]
    found = await call.services.contacts.list_all(text=text, limit=MOST + 1)
    return await call.page(
        "people/contacts.html",
        contacts=found[:MOST],
        has_more=len(found) > MOST,
        text=text,
        path_of=lambda contact: contact_path(contact.email),
    )


def contact_path(email: str) -> str:
    """Where one contact's page stands, below the admin page."""
    return f"/contacts/{quote(email, safe='@')}/"
