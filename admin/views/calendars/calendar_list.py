"""The list of all calendars."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from admin.call import Call
from feedserver.languages.zone_names import zone_label
from feedserver.model.collection import Collection

PER_PAGE = 50
MAX_TEXT_CHARS = 200


async def show(call: Call) -> web.StreamResponse:
    """One page of those whose names have the words searched for."""
    text = call.query.line("q")[:MAX_TEXT_CHARS]
    everything = await call.services.calendars.list_all()
    found = [calendar for calendar in everything if _has_words(calendar, text)]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(max(_number(call.query.line("page")), 1), pages)
    return await call.page(
        "calendars/list.html",
        calendars=found[(number - 1) * PER_PAGE : number * PER_PAGE],
        total=len(found),
        has_any=bool(everything),
        text=text,
        number=number,
        pages=pages,
        page_link=lambda page: "?" + urlencode({"q": text, "page": page}),
        share_counts=await call.services.calendars.share_counts(),
        owners={account.id: account.display_name for account in await call.services.accounts.list_all()},
        zone_label=lambda zone: zone_label(zone, call.language.code),
    )


def _has_words(calendar: Collection, text: str) -> bool:
    name = calendar.name.casefold()
    return all(word in name for word in text.casefold().split())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else 1
