"""Activate, deactivate or remove one share or many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from admin.call import Call
from admin.forms.share_query import kept_query, way_back
from admin.views.shares.wording import ShareWords
from feedserver.http.told import Told
from feedserver.languages.language import Language
from feedserver.model.errors import FormUnreadable
from feedserver.model.notice import Mailing
from feedserver.services.sharing import UNDO, Outcome, ShareAction

MAX_NOTE_CHARS: Final = 2_000
_ACTIONS = {action.value: action for action in ShareAction}


async def act(call: Call) -> web.StreamResponse:
    """Do it, and tell what became of each; a removal is asked about once."""
    action = _ACTIONS.get(call.form.text("action"))
    if action is None:
        raise FormUnreadable("This is not what our form sends.")
    share_ids = call.form.all("share")
    if not share_ids:
        await call.failed(call.say("Nothing was changed: first tick the shares that you mean."))
        return call.see_other(way_back(call.form, share_ids))
    if action is ShareAction.REMOVE and not call.form.is_ticked("confirmed"):
        return await _ask(call, share_ids)
    outcomes = await call.services.sharing.act(share_ids, action, by=call.actor, mailing=_mailing(call, action))
    for told in _told(call, action, outcomes):
        await call.tell(told)
    return call.see_other(way_back(call.form, share_ids))


async def _ask(call: Call, share_ids: Sequence[str]) -> web.StreamResponse:
    rows = await call.services.share_listing.rows(share_ids)
    if not rows:
        raise call.not_found()
    return await call.page(
        "shares/remove.html",
        rows=rows,
        words=ShareWords(call.language, call.office.timezone),
        days=UNDO.days,
        has_mail=call.office.has_mail,
        keeps_copies=call.office.hides_off_shares,
        person_count=sum(row.recipient_count + row.member_count for row in rows),
        query=kept_query(call.form),
        back_path=way_back(call.form, share_ids),
    )


def _mailing(call: Call, action: ShareAction) -> Mailing | None:
    if action is not ShareAction.REMOVE or not call.form.is_ticked("mail"):
        return None
    return Mailing(note=call.form.line("note")[:MAX_NOTE_CHARS], language=call.language.code)


def _told(call: Call, action: ShareAction, outcomes: Sequence[Outcome]) -> list[Told]:
    """What was not done, share by share; and what was, with a way back from a removal."""
    done = [outcome for outcome in outcomes if outcome.error is None]
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    told = []
    if failed:
        items = tuple(_item(call, outcome) for outcome in failed)
        told.append(Told(kind="failed", text=_failed_text(call.language, action, len(failed)), items=items))
    if done:
        told.append(_done(call, action, done))
    return told


def _item(call: Call, outcome: Outcome) -> str:
    assert outcome.error is not None
    why = call.language.error(outcome.error)
    return f"{outcome.name}: {why}" if outcome.name else why


def _done(call: Call, action: ShareAction, done: Sequence[Outcome]) -> Told:
    is_one = len(done) == 1
    text = _one_text(call, action, done[0].name) if is_one else _done_text(call.language, action, len(done))
    if action is not ShareAction.REMOVE:
        return Told(kind="done", text=text)
    fields = {"share": [outcome.share_id for outcome in done], "query": [kept_query(call.form)]}
    return Told(kind="done", text=text, button=call.say("Undo"), action="/admin/shares/restore", fields=fields)


def _one_text(call: Call, action: ShareAction, name: str) -> str:
    match action:
        case ShareAction.ACTIVATE:
            return call.say("“{name}” is active: whoever may see it sees it now.", name=name)
        case ShareAction.DEACTIVATE:
            return call.say("“{name}” is inactive: nobody sees it until you activate it again.", name=name)
        case ShareAction.REMOVE:
            return call.say("“{name}” is removed. You can take this back for {days} days.", name=name, days=UNDO.days)


def _done_text(language: Language, action: ShareAction, number: int) -> str:
    match action:
        case ShareAction.ACTIVATE:
            return language.ngettext("{n} share is active.", "{n} shares are active.", number)
        case ShareAction.DEACTIVATE:
            return language.ngettext("{n} share is inactive.", "{n} shares are inactive.", number)
        case ShareAction.REMOVE:
            return language.ngettext(
                "{n} share is removed. You can take this back for {days} days.",
                "{n} shares are removed. You can take this back for {days} days.",
                number,
                days=UNDO.days,
            )


def _failed_text(language: Language, action: ShareAction, number: int) -> str:
    match action:
        case ShareAction.ACTIVATE:
            return language.ngettext("{n} share could not be activated:", "{n} shares could not be activated:", number)
        case ShareAction.DEACTIVATE:
            return language.ngettext(
                "{n} share could not be deactivated:", "{n} shares could not be deactivated:", number
            )
        case ShareAction.REMOVE:
            return language.ngettext("{n} share could not be removed:", "{n} shares could not be removed:", number)
