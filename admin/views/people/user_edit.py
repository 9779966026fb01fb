"""Change a user's particulars and role."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms import user
from admin.forms.user import UserForm
from admin.views.people.wording import AccountWords
from feedserver.model.account import Account
from feedserver.model.errors import Conflict, InvalidInput, LoginTaken


async def show(call: Call) -> web.StreamResponse:
    """The form as the account is now."""
    account = await call.services.accounts.find(call.part("id"))
    return await _page(call, account, user.typed_of(account))


async def submit(call: Call) -> web.StreamResponse:
    """Save it. Another role or address is sensitive (threat A29)."""
    account = await call.services.accounts.find(call.part("id"))
    typed = user.read(call.form)
    if (typed.role, typed.email) != (account.role, account.email):
        call.need_recent_password()
    try:
        changes = user.changes_of(typed, call.office.languages)
        saved = await call.services.accounts.edit(account.id, by=call.actor, **changes)
    except LoginTaken as error:
        return await _page(call, account, typed, {"login": call.language.error(error)})
    except InvalidInput as error:
        return await _page(call, account, typed, {error.field: call.language.error(error)})
    except Conflict as error:
        return await _page(call, account, typed, {"role": call.language.error(error)})
    await call.done(call.say("{name} was changed.", name=saved.display_name))
    return call.see_other(f"/users/{account.id}/")


async def _page(
    call: Call, account: Account, typed: UserForm, faults: Mapping[str, str] | None = None
) -> web.StreamResponse:
    return await call.page(
        "people/user_edit.html",
        status=422 if faults else 200,
        user=account,
        typed=typed,
        faults=faults or {},
        words=AccountWords(call.language),
        languages=[(language.code, language.name) for language in call.office.languages.all],
    )
