"""The mails: what waits, what was sent, what failed and why."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from admin.call import Call
from admin.views.mail.wording import MailWords
from feedserver.http.forms import Form
from feedserver.model.notice import NoticeState
from feedserver.services.notices import KEPT, NoticePage

_STATES: Final = (NoticeState.FAILED, NoticeState.QUEUED, NoticeState.SENT, NoticeState.DROPPED)
_MAX_DIGITS: Final = 6


async def show(call: Call) -> web.StreamResponse:
    """One page of the list."""
    state = state_of(call.query)
    page = await call.services.notices.page(_number(call.query.line("page")), state=state)
    words = MailWords(call.language)
    return await call.page(
        "mail/list.html",
        page=page,
        words=words,
        state=state or "",
        states=[("", call.say("All")), *((one, _counted(call, words, page, one)) for one in _STATES)],
        has_server=call.services.notices.has_mail_server,
        days=KEPT.days,
        can_retry=any(words.can_retry(row.notice) for row in page.rows),
        page_link=lambda number: "?" + urlencode({"state": state or "", "page": number}),
    )


def state_of(form: Form) -> NoticeState | None:
    """The one that is asked for; None for all."""
    return next((state for state in NoticeState if state == form.line("state")), None)


def _counted(call: Call, words: MailWords, page: NoticePage, state: NoticeState) -> str:
    return f"{words.state(state)} ({call.language.number(page.counts.get(state, 0))})"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 1
