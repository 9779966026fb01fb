"""The way in."""

from __future__ import annotations

import re
from urllib.parse import unquote

from aiohttp import web

from admin.call import Call
from feedserver.model.account import Role
from feedserver.model.errors import CredentialsRefused

_HOME = "/shares/"
_PATH_AND_QUERY = re.compile(r"/(?!/)[A-Za-z0-9._~%!$&'()*+,;=:@/-]*(\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?")


async def show(call: Call) -> web.StreamResponse:
    """The form; who is logged in needs none."""
    target = next_of(call.query.text("next"))
    if call.is_signed_in and call.account.role is Role.ADMIN:
        return call.see_other(target)
    return await _page(call, target=target)


async def enter(call: Call) -> web.StreamResponse:
    """Log in. Whatever is wrong, the answer is the same and took as long (threats A15, B03)."""
    login, target = call.form.line("login"), next_of(call.form.text("next"))
    try:
        account = await call.services.accounts.authenticate(
            login, [call.form.text("password")], address=call.client_address
        )
        if account.role is not Role.ADMIN:
            return await _page(call, target=target, fault=call.say("This page is for administrators."))
        await call.sign_in(account, is_kept=call.form.is_ticked("stay"))
    except CredentialsRefused:
        return await _page(call, target=target, fault=call.say("Login or password are not right."))
    return call.see_other(target)


def next_of(text: str) -> str:
    """Where to go after the login: a path of the admin page, whatever `text` says (threat A13).

    Nothing in it can lead up or out: no second slash, no backslash, no dots that browsers climb by.
    """
    is_ours = _PATH_AND_QUERY.fullmatch(text) and ".." not in unquote(text) and "\\" not in unquote(text)
    return text if is_ours else _HOME


async def _page(call: Call, *, target: str, fault: str = "") -> web.StreamResponse:
    return await call.page(
        "entrance/login.html",
        status=422 if fault else 200,
        login=call.form.line("login"),
        is_kept=call.form.is_ticked("stay"),
        target=target,
        fault=fault,
    )
