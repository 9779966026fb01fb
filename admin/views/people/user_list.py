"""The list of users."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web

from admin.call import Call
from admin.forms.choices import one_of, page_number
from admin.views.people.wording import AccountWords
from feedserver.http.forms import Form
from feedserver.model.account import Role
from feedserver.model.account_listing import AccountQuery, AccountStanding
from feedserver.services.accounts import MAX_TEXT_CHARS


async def show(call: Call) -> web.StreamResponse:
    """One page of it."""
    query = _query_of(call.query)
    users = await call.services.accounts.page(query)
    words = AccountWords(call.language)
    return await call.page(
        "people/users.html",
        users=users,
        query=query,
        words=words,
        is_narrowed=bool(query.text or query.role or query.standing),
        roles=[("", call.say("All")), *((value, label) for value, label, _ in words.roles())],
        standings=[("", call.say("All")), *words.standings()],
        page_link=lambda number: _address(replace(query, page=number)),
    )


def _query_of(form: Form) -> AccountQuery:
    """What cannot be asked for counts as not asked."""
    return AccountQuery(
        text=form.line("q")[:MAX_TEXT_CHARS],
        role=one_of(Role, form.line("role")),
        standing=one_of(AccountStanding, form.line("state")),
        page=page_number(form.line("page")),
    )


def _address(query: AccountQuery) -> str:
    pairs = {"q": query.text, "role": query.role or "", "state": query.standing or "", "page": str(query.page)}
    return "?" + urlencode({name: value for name, value in pairs.items() if value})
