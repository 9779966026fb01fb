"""The history of a share in sentences: who did what, and what it is since."""

from __future__ import annotations

import re
from datetime import datetime

from admin.views.shares.wording import ShareWords
from feedserver.languages.message import message
from feedserver.model.audit import AuditEntry
from feedserver.model.share import DetailLevel, ShareKind

_SENTENCES = {
    "created": message("{who} made this share."),
    "edited": message("{who} changed this share."),
    "activated": message("{who} activated it."),
    "deactivated": message("{who} deactivated it."),
    "removed": message("{who} removed it."),
    "restored": message("{who} brought it back."),
    "calendar removed": message("{who} removed one of its calendars."),
    "link rotated": message("{who} gave it a new link; all earlier links ended."),
    "link made": message("{who} made a link for {whom}."),
    "link revoked": message("{who} ended the link of {whom}."),
    "mailed": message("{who} mailed it to {whom} again."),
    "retried": message("{who} had a mail about it sent again."),
    "member added": message("{who} let {whom} open it."),
    "member withdrawn": message("{who} no longer lets {whom} open it."),
    "key made": message("{who} made a link of their own."),
    "key ended": message("{who} ended a link of their own."),
}
_ACTORS = {"command line": message("The command line"), "server": message("The server")}
_FIELDS = {
    "kind": message("Kind: {value}"),
    "name": message("Name: {value}"),
    "calendar": message("Calendar: {value}"),
    "calendars": message("Calendars: {value}"),
    "starts": message("From: {value}"),
    "expires": message("Until: {value}"),
    "filter": message("Which appointments are shown"),
    "note": message("The note for admins"),
    "narrowing": message("Visitors may choose what they subscribe to: {value}"),
    "keys": message("Users may make addresses for apps that cannot log in: {value}"),
    "embedding": message("Sites that may show it: {value}"),
    "embedded": message("How other sites show it"),
}
_LEVEL = re.compile(r"\((busy|titles|details|full)\)(?=, |$)")


def sentence(entry: AuditEntry, words: ShareWords) -> str:
    """Who did what."""
    say = words.language.gettext
    actor = entry.actor
    who = say(_ACTORS.get(actor.name, actor.name)) if actor.account_id is None else actor.name
    if entry.action not in _SENTENCES:
        return f"{who}: {entry.action} {entry.subject_name}"
    return say(_SENTENCES[entry.action], who=who, whom=entry.subject_name)


def changes(entry: AuditEntry, words: ShareWords) -> list[str]:
    """What it is since, field by field."""
    return [
        words.language.gettext(_FIELDS[name], value=_value(name, value, words))
        for name, value in entry.detail.items()
        if name in _FIELDS and not (entry.action == "created" and name in ("starts", "expires") and not value)
    ]


def _value(name: str, value: str, words: ShareWords) -> str:
    match name:
        case "kind":
            return words.kind(ShareKind(value))
        case "calendars":
            return _LEVEL.sub(lambda found: f"({words.level(DetailLevel(found[1]))})", value)
        case "starts" if value:
            return words.begin(datetime.fromisoformat(value))
        case "expires" if value:
            return words.end(datetime.fromisoformat(value))
        case "starts" | "expires":
            return words.language.gettext("no limit")
        case "narrowing" | "keys":
            return words.language.gettext("yes") if value else words.language.gettext("no")
        case "embedding":
            return value or words.language.gettext("none")
    return value
