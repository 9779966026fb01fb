"""Add a user."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms import user
from admin.forms.new_user import NewUser, same_person, suggested_login
from admin.forms.sending import message_of
from admin.forms.user import UserForm
from admin.views.people.wording import AccountWords
from feedserver.model.account import Account, Role, login_key
from feedserver.model.errors import InvalidInput, LoginTaken
from feedserver.model.notice import Mailing


async def show(call: Call) -> web.StreamResponse:
    """The empty form."""
    return await _page(call, UserForm())


async def submit(call: Call) -> web.StreamResponse:
    """Add the user, with an invitation when that is ticked. A new administrator is sensitive (threat A29)."""
    typed = user.read(call.form)
    if typed.role == Role.ADMIN:
        call.need_recent_password()
    try:
        made = await _add(call, typed)
    except LoginTaken as error:
        return await _page(call, typed, {"login": call.language.error(error)})
    except InvalidInput as error:
        return await _page(call, typed, {error.field: call.language.error(error)})
    await call.done(_told(call, typed, made))
    return call.see_other(f"/users/{made.id}/")


async def _add(call: Call, typed: UserForm) -> Account:
    changes = user.changes_of(typed, call.office.languages)
    is_told = typed.is_invited or not call.office.has_mail
    mailing = Mailing(note=message_of(typed.message), language=call.language.code) if is_told else None
    return await call.services.accounts.add(
        login=typed.login or await _free_login(call, typed),
        email=changes["email"],
        role=changes["role"],
        display_name=changes["display_name"],
        language=changes["language"],
        by=call.actor,
        mailing=mailing,
    )


async def _free_login(call: Call, typed: UserForm) -> str:
    """Raises InvalidInput where there is a user of that address: the form was sent twice, or nobody knew (A24)."""
    users = await call.services.accounts.list_all()
    if same := same_person(NewUser(email=typed.email), users):
        raise InvalidInput(
            "{name} has this address already. Write a login if this is somebody else.",
            field="email",
            name=same.display_name,
        )
    taken = {login_key(user.login) for user in users}
    return suggested_login(typed.display_name, typed.email, taken)


def _told(call: Call, typed: UserForm, made: Account) -> str:
    if call.office.has_mail and typed.is_invited:
        return call.say("{name} was added. The invitation is on its way.", name=made.display_name)
    return call.say("{name} was added.", name=made.display_name)


async def _page(call: Call, typed: UserForm, faults: Mapping[str, str] | None = None) -> web.StreamResponse:
    return await call.page(
        "people/user_new.html",
        status=422 if faults else 200,
        typed=typed,
        faults=faults or {},
        words=AccountWords(call.language),
        languages=[(language.code, language.name) for language in call.office.languages.all],
        has_mail=call.office.has_mail,
    )
