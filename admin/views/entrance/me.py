"""One's own account: particulars, password, and where one is logged in."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from admin.call import Call
from admin.forms.user import language_of
from feedserver.model.errors import CredentialsRefused, InvalidInput, LoginTaken
from feedserver.services.accounts import AccountChanges

_NO_FAULTS: Mapping[str, str] = {}


async def show(call: Call) -> web.StreamResponse:
    """The page."""
    return await _page(call)


async def save(call: Call) -> web.StreamResponse:
    """Save the particulars. Another address is sensitive: a new password would be chosen on what is sent there."""
    form = call.form
    if form.line("email") != call.account.email:
        call.need_recent_password()
    try:
        changes: AccountChanges = {
            "display_name": form.line("display_name"),
            "email": form.line("email"),
            "login": form.line("login"),
            "language": language_of(form.text("language"), call.office.languages),
        }
        await call.services.accounts.edit(call.account.id, by=call.actor, **changes)
    except LoginTaken as error:
        return await _page(call, details={"login": call.language.error(error)})
    except InvalidInput as error:
        return await _page(call, details={error.field: call.language.error(error)})
    await call.done(call.say("Saved."))
    return call.see_other("/me/")


async def change_password(call: Call) -> web.StreamResponse:
    """Change the password; the current one is asked for (threat A27), and all other sessions end (A08)."""
    form = call.form
    if form.text("password") != form.text("password_again"):
        return await _page(call, passwords={"password_again": call.say("The two passwords are not the same.")})
    try:
        await call.services.accounts.change_password(
            call.account,
            current=form.text("current"),
            new=form.text("password"),
            keep=call.session,
            by=call.actor,
            address=call.client_address,
        )
    except CredentialsRefused:
        return await _page(call, passwords={"current": call.say("This is not your password.")})
    except InvalidInput as error:
        return await _page(call, passwords={error.field: call.language.error(error)})
    await call.done(call.say("Your password is changed. Everywhere else you have been logged out."))
    return call.see_other("/me/")


async def end_session(call: Call) -> web.StreamResponse:
    """Log out one other browser, or all of them."""
    sessions = call.services.sessions
    if call.form.is_ticked("others"):
        await sessions.end_others(call.session)
        await call.done(call.say("Everywhere else you have been logged out."))
    elif await sessions.end(call.form.text("session"), call.account):
        await call.done(call.say("That browser has been logged out."))
    return call.see_other("/me/")


async def _page(
    call: Call, *, details: Mapping[str, str] = _NO_FAULTS, passwords: Mapping[str, str] = _NO_FAULTS
) -> web.StreamResponse:
    account, form = call.account, call.form if details else None
    typed = {
        "display_name": form.line("display_name") if form else account.display_name,
        "email": form.line("email") if form else account.email,
        "login": form.line("login") if form else account.login,
        "language": form.text("language") if form else account.language or "",
    }
    return await call.page(
        "entrance/me.html",
        status=422 if details or passwords else 200,
        typed=typed,
        details=details,
        passwords=passwords,
        languages=[(language.code, language.name) for language in call.office.languages.all],
        sessions=await call.services.sessions.list_of(account),
        session=call.session,
    )
