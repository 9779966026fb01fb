"""The list of all shares."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiohttp import web

from admin.call import Call
from admin.forms.share_query import is_narrowed, query_text, share_query, sorted_by
from admin.views.shares.wording import ShareWords
from feedserver.languages.message import message
from feedserver.model.account import Account
from feedserver.model.errors import NotFound
from feedserver.model.share import ShareKind, Standing
from feedserver.model.share_listing import ShareQuery, ShareSort

MOST_CALENDARS: Final = 4
"""How many calendars of a share a row names."""
_STATES = (Standing.LIVE, Standing.PAUSED, Standing.NOT_YET, Standing.EXPIRED, Standing.REMOVED)
_ORDERS = {
    "name": message("Name"),
    "-created": message("Newest first"),
    "state": message("State"),
    "kind": message("Kind"),
    "expires": message("Ends next"),
    "-fetched": message("Fetched last"),
    "fetched": message("Longest not fetched"),
}


async def show(call: Call) -> web.StreamResponse:
    """One page of it."""
    query = share_query(call.query)
    shares = await call.services.share_listing.page(query)
    query = replace(query, page=shares.page)
    words = ShareWords(call.language, call.office.timezone)
    return await call.page(
        "shares/list.html",
        query=query,
        query_text=query_text(query),
        is_narrowed=is_narrowed(query),
        shares=shares,
        words=words,
        has_any=shares.total > 0 or is_narrowed(query),
        removed_count=0 if shares.total else await _removed_count(call),
        calendars=await call.services.calendars.list_all(),
        member=await _member(call, query.account_id),
        links={row.share.id: call.services.sharing.links(row.share)[0].page_url for row in shares.rows},
        most_calendars=MOST_CALENDARS,
        states=[("", call.say("All")), *((state, words.standing(state)) for state in _STATES)],
        kinds=[("", call.say("All")), *((kind, words.kind(kind)) for kind in ShareKind)],
        orders=_orders(call, query),
        order=_order(query),
        columns={sort: _address(sorted_by(query, sort)) for sort in ShareSort},
        page_link=lambda number: _address(replace(query, page=number)),
        all_ticked=f"{_address(query)}&ticked=all",
        is_all_ticked=call.query.line("ticked") == "all",
    )


def _address(query: ShareQuery) -> str:
    return f"?{query_text(query)}"


async def _removed_count(call: Call) -> int:
    return (await call.services.share_listing.page(ShareQuery(standing=Standing.REMOVED, per_page=1))).total


async def _member(call: Call, account_id: str | None) -> Account | None:
    """The account whose shares are asked for; None for nobody, and for one that is gone."""
    if account_id is None:
        return None
    try:
        return await call.services.accounts.find(account_id)
    except NotFound:
        return None


def _order(query: ShareQuery) -> str:
    return "-" * query.descending + query.sort


def _orders(call: Call, query: ShareQuery) -> list[tuple[str, str]]:
    """What a phone, which has no heads of columns, can choose; the order it has is among them."""
    orders = {**_ORDERS, _order(query): _ORDERS.get(_order(query), message("As it is now"))}
    return [(order, call.say(words)) for order, words in orders.items()]
