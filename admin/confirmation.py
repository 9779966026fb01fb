"""The password once more, before what is sensitive (threat A29).

The page that asks for it carries the whole form along, so that nothing has to be typed again: sent with the password,
it goes to the same address and does what was wanted.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin.call import TOKEN_FIELD, Call
from feedserver.model.errors import CredentialsRefused, PasswordNeeded

FIELD: Final = "confirm_password"
"""The name of the password's field, which no other form has."""


async def take_password(call: Call) -> None:
    """Look at the password that a form has brought along, and take it out. Raises PasswordNeeded when it is wrong."""
    if FIELD not in call.form or not call.is_signed_in:
        return
    typed, call.form = call.form.text(FIELD), call.form.without(FIELD)
    try:
        await call.services.accounts.authenticate(call.account.login, [typed], address=call.client_address)
    except CredentialsRefused:
        raise PasswordNeeded("This is not your password.") from None
    await call.confirm_password()


async def ask(call: Call, error: PasswordNeeded) -> web.StreamResponse:
    """The page that asks. 403: nothing was done yet."""
    carried = [(name, value) for name, value in call.form.pairs() if name != TOKEN_FIELD]
    return await call.page(
        "entrance/confirm.html", status=403, text=call.language.error(error), carried=carried, field=FIELD
    )
