"""The way in."""

from __future__ import annotations

import re
from urllib.parse import unquote

from aiohttp import web

from feedserver.model.errors import CredentialsRefused
from feedserver.web.personal.call import Call

HOME = "/shared/"
_OURS = re.compile(r"/(shared|s)/[A-Za-z0-9._~%!$&'()*+,;=:@/-]*(\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?")


async def show(call: Call) -> web.StreamResponse:
    """The form; who is logged in needs none."""
    target = next_of(call.query.text("next"))
    if call.is_signed_in:
        return call.see_other(target)
    return await _page(call, target=target)


async def enter(call: Call) -> web.StreamResponse:
    """Log in. Whatever is wrong, the answer is the same and took as long (threats A15, B03)."""
    login, target = call.form.line("login"), next_of(call.form.text("next"))
    try:
        account = await call.services.accounts.authenticate(
            login, [call.form.text("password")], address=call.client_address
        )
        await call.sign_in(account, is_kept=call.form.is_ticked("stay"))
    except CredentialsRefused:
        return await _page(call, target=target, fault=call.say("Login or password are not right."))
    return call.see_other(target)


def next_of(text: str) -> str:
    """Where to go after the login: one of these pages or a share's, whatever `text` says (threat A13).

    Nothing in it can lead up or out: no backslash, no dots that browsers climb by.
    """
    is_ours = _OURS.fullmatch(text) and ".." not in unquote(text) and "\\" not in unquote(text)
    return text if is_ours else HOME


async def _page(call: Call, *, target: str, fault: str = "") -> web.StreamResponse:
    return await call.page(
        "personal/login.html",
        status=422 if fault else 200,
        login=call.form.line("login"),
        is_kept=call.form.is_ticked("stay"),
        target=target,
        fault=fault,
    )
