"""The first admin, made on the one-time link that the server prints while there is none."""

from __future__ import annotations

from aiohttp import web

from admin.call import Call
from feedserver.model.errors import InvalidInput


async def show(call: Call) -> web.StreamResponse:
    """The form. Raises NotFound once the link was used, or there is an admin (threat A01)."""
    await _need_open(call)
    return await _page(call)


async def finish(call: Call) -> web.StreamResponse:
    """Make the first admin and log in. Raises NotFound, as `show` does, whatever else is wrong."""
    await _need_open(call)
    form = call.form
    if form.text("password") != form.text("password_again"):
        return await _page(call, {"password_again": call.say("The two passwords are not the same.")})
    try:
        admin = await call.services.setup.finish(
            call.part("token"),
            login=form.line("login"),
            display_name=form.line("display_name"),
            email=form.line("email"),
            password=form.text("password"),
            address=call.address,
        )
    except InvalidInput as error:
        return await _page(call, {error.field: call.language.error(error)})
    await call.sign_in(admin)
    await call.done(call.say("Welcome. You are the first administrator of this server."))
    return call.see_other("/shares/")


async def _need_open(call: Call) -> None:
    if not await call.services.setup.is_open(call.part("token")):
        raise call.not_found()


async def _page(call: Call, faults: dict[str, str] | None = None) -> web.StreamResponse:
    return await call.page(
        "entrance/setup.html",
        status=422 if faults else 200,
        token=call.part("token"),
        form=call.form,
        faults=faults or {},
    )
