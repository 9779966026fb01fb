"""Exactly what a chosen audience sees of a share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from admin.call import Call
from admin.forms.days import Days, days_of
from admin.views.shares.day_plan import by_day, times
from admin.views.shares.people import Reader, readers_of
from admin.views.shares.share_page import share_of
from admin.views.shares.wording import ShareWords
from feedserver.model.agenda import Agenda
from feedserver.model.share import ShareKind, Standing

MOST_CHOICES: Final = 500
"""How many people the list to choose from names; all of them have a preview beside their name on the share's page."""


class Audience(NamedTuple):
    """Through whose eyes."""

    id: str
    """Of a recipient or a member; empty for whoever has the general link."""
    name: str
    why_nothing: str = ""
    """Why this person sees nothing, though the share is open."""


async def show(call: Call) -> web.StreamResponse:
    """Four weeks of it, or why there is nothing to see."""
    row, share = await share_of(call)
    audiences = _audiences(call, share.kind, await readers_of(call, share))
    wanted = call.query.line("as")
    audience = next((one for one in audiences if one.id == wanted), None) or next(iter(audiences), None)
    today = call.office.clock.now().astimezone(ZoneInfo(call.office.timezone)).date()
    days = days_of(call.query.line("from"), today=today)
    agenda = await _agenda(call, share.id, audience, days)
    return await call.page(
        "shares/preview.html",
        row=row,
        share=share,
        words=ShareWords(call.language, call.office.timezone),
        audiences=audiences[:MOST_CHOICES],
        audience=audience,
        why_nothing=_why_off(call, agenda.standing.standing) if agenda else audience.why_nothing if audience else "",
        days=days,
        agenda=agenda,
        plan=by_day(agenda.occurrences) if agenda else [],
        times=partial(times, language=call.language),
        link=lambda day: "?" + urlencode({"as": audience.id if audience else "", "from": day.isoformat()}),
    )


async def _agenda(call: Call, share_id: str, audience: Audience | None, days: Days) -> Agenda | None:
    """None when nobody may see it, or this one may not."""
    if audience is None or audience.why_nothing:
        return None
    return await call.services.agenda.of_share(
        share_id, start_on=days.start_on, end_on=days.end_on, reader_id=audience.id or None
    )


def _audiences(call: Call, kind: ShareKind, readers: Sequence[Reader]) -> list[Audience]:
    everybody = [Audience("", call.say("Anyone with the link"))] if kind is ShareKind.PUBLIC else []
    return [*everybody, *(Audience(reader.id, reader.name, _why_nothing(call, reader)) for reader in readers)]


def _why_nothing(call: Call, reader: Reader) -> str:
    if reader.account is None:
        return ""
    if not reader.account.is_active:
        return call.say("{name} sees nothing: the account is deactivated.", name=reader.name)
    if not reader.account.password_hash:
        return call.say("{name} sees nothing yet: they have to choose a password first.", name=reader.name)
    return ""


def _why_off(call: Call, standing: Standing) -> str:
    """Why nobody sees anything."""
    match standing:
        case Standing.LIVE:
            return ""
        case Standing.PAUSED:
            return call.say("This audience sees nothing: the share is inactive.")
        case Standing.NOT_YET:
            return call.say("This audience sees nothing yet: the share has not begun.")
        case Standing.EXPIRED:
            return call.say("This audience sees nothing any more: the share has expired.")
        case _:
            return call.say("This audience sees nothing any more: the share was removed, or this link has ended.")
