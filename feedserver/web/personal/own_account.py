"""One's own account: language and time zone, password, and where one is logged in."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from feedserver.languages.zone_names import zone_choices
from feedserver.model.errors import CredentialsRefused, InvalidInput
from feedserver.web.personal.call import Call

_HERE = "/shared/account/"
_NO_FAULTS: Mapping[str, str] = {}


async def show(call: Call) -> web.StreamResponse:
    """The page."""
    return await _page(call)


async def save(call: Call) -> web.StreamResponse:
    """Save language and zone; everything else about an account is an administrator's matter (threat A14)."""
    code, zone = call.form.text("language"), call.form.text("timezone")
    if code and code not in {language.code for language in call.desk.languages.all}:
        return await _page(call, choices={"language": call.say("Choose one of these languages.")})
    if zone and zone not in dict(zone_choices(call.language.code)):
        return await _page(call, choices={"timezone": call.say("Choose one of these time zones.")})
    await call.services.accounts.edit(call.account.id, by=call.actor, language=code or None, timezone=zone or None)
    await call.done(call.say("Saved."))
    return call.see_other(_HERE)


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
    await call.done(
        call.say("Your password is changed. Everywhere else you have been logged out; tell it to your calendar apps.")
    )
    return call.see_other(_HERE)


async def end_session(call: Call) -> web.StreamResponse:
    """Log out one other browser, or all of them."""
    sessions = call.services.sessions
    if call.form.is_ticked("others"):
        await sessions.end_others(call.session)
        await call.done(call.say("Everywhere else you have been logged out."))
    elif await sessions.end(call.form.text("session"), call.account):
        await call.done(call.say("That browser has been logged out."))
    return call.see_other(_HERE)


async def _page(
    call: Call, *, choices: Mapping[str, str] = _NO_FAULTS, passwords: Mapping[str, str] = _NO_FAULTS
) -> web.StreamResponse:
    return await call.page(
        "personal/account.html",
        status=422 if choices or passwords else 200,
        choices=choices,
        passwords=passwords,
        languages=[(language.code, language.name) for language in call.desk.languages.all],
        zones=zone_choices(call.language.code),
        sessions=await call.services.sessions.list_of(call.account),
        session=call.session,
    )
