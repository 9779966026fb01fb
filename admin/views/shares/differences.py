"""What a share is since somebody else saved it, where one's own form says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from admin.forms.share import ShareForm
from admin.views.shares.sheet import Sheet
from admin.views.shares.wording import EMBED_VIEWS
from feedserver.languages.message import message
from feedserver.model.share import DetailLevel

_TEXTS = {
    "name": message("Name"),
    "categories_in": message("Only events with one of these categories"),
    "categories_out": message("No events with one of these categories"),
    "words": message("Only events with one of these words"),
    "days_back": message("Days back"),
    "days_ahead": message("Days ahead"),
    "note": message("Note"),
    "embed_hosts": message("Sites that may show it"),
}
"""Field -> its label, where what is typed can be shown as it is."""
_TICKS = {
    "allows_narrowing": message("Visitors may choose what they subscribe to"),
    "allows_keys": message("Users may make addresses for apps that cannot log in"),
}
_LEVELS: Mapping[str, str] = {
    DetailLevel.BUSY: message("Only busy times"),
    DetailLevel.TITLES: message("Titles"),
    DetailLevel.DETAILS: message("Details"),
    DetailLevel.FULL: message("Full"),
}


def differences_of(sheet: Sheet, saved: ShareForm) -> list[tuple[str, str]]:
    """The label of each field that differs, and what is saved for it, in words."""
    say = sheet.call.say
    typed, stored = _readable(sheet, sheet.typed), _readable(sheet, saved)
    return [(say(label), text or say("nothing")) for label, text in stored.items() if text != typed[label]]


def _readable(sheet: Sheet, form: ShareForm) -> dict[str, str]:
    """Label -> what stands in the form, in words."""
    people = {user.id: user.display_name for user in sheet.choices.users}
    people |= {one.id: one.email for one in sheet.share.recipients} if sheet.share else {}
    return {
        **{label: getattr(form, name) for name, label in _TEXTS.items()},
        message("Calendars"): ", ".join(_calendars(sheet, form)),
        message("From"): " ".join(form.begin),
        message("Until"): " ".join(form.end),
        message("Who may open it"): ", ".join(sorted(people.get(id_, "") for id_ in (*form.members, *form.recipients))),
        **{label: sheet.call.say(message("yes")) if getattr(form, name) else "" for name, label in _TICKS.items()},
        message("They show"): sheet.call.say(EMBED_VIEWS.get(form.embed_view, form.embed_view)),
        message("One colour for all events"): form.embed_color if form.has_embed_color else "",
    }


def _calendars(sheet: Sheet, form: ShareForm) -> Iterator[str]:
    """Each with its level."""
    common = form.level if form.has_details else DetailLevel.BUSY
    for calendar in sheet.calendars:
        if calendar.id in form.calendars:
            level = form.levels.get(calendar.id) or common
            yield f"{calendar.name} ({sheet.call.say(_LEVELS.get(level, level))})"
