"""Take the removal of shares back."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from admin.call import Call
from admin.forms.share_query import way_back
from feedserver.http.told import Told
from feedserver.model.errors import FeedserverError
from feedserver.services.sharing import MAX_AT_ONCE


async def restore(call: Call) -> web.StreamResponse:
    """Bring each back that can be, and tell which cannot and why."""
    share_ids = call.form.all("share")[:MAX_AT_ONCE]
    names, failures = await _restored(call, share_ids)
    if failures:
        number = len(failures)
        text = call.language.ngettext(
            "{n} share could not be brought back:", "{n} shares could not be brought back:", number
        )
        await call.tell(Told(kind="failed", text=text, items=tuple(failures)))
    if len(names) == 1:
        await call.done(call.say("“{name}” is back as it was before, with the same links.", name=names[0]))
    elif names:
        text = call.language.ngettext("{n} share is back.", "{n} shares are back, with the same links.", len(names))
        await call.done(text)
    return call.see_other(way_back(call.form, share_ids))


async def _restored(call: Call, share_ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names of those that are back, and why others are not."""
    names: list[str] = []
    failures: list[str] = []
    for share_id in share_ids:
        try:
            names.append((await call.services.sharing.restore(share_id, by=call.actor)).name)
        except FeedserverError as error:
            failures.append(call.language.error(error))
    return names, failures
