"""The form of a share on its way between a browser and the services, the same for a new share and a kept one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from aiohttp import web

from admin.call import Call
from admin.forms.new_user import NewUser, faults_of, read_new_user, same_person, suggested_login
from admin.forms.sending import message_of
from admin.forms.share import ShareForm, changes_of, read
from admin.views.shares.wording import EMBED_VIEWS
from feedserver.languages.language import Language
from feedserver.model.account import Account, Role, login_key
from feedserver.model.collection import Collection
from feedserver.model.errors import Conflict, FeedserverError, InvalidInput, NotFound
from feedserver.model.notice import Mailing
from feedserver.model.share import Share, ShareKind
from feedserver.services.share_rules import MAX_NAME_CHARS, ShareChanges

_NAMED = 3
"""Calendars that a suggested name has room for."""

Refusal = InvalidInput | Conflict | NotFound
"""What a form can mend."""

_FIELDS = {
    "entries": "calendar",
    "expires_at": "end_day",
    "starts_at": "begin_day",
    "filter": "words",
    "logins": "member",
    "display_name": "user_name",
    "form_key": "kind",
}
"""Where the form shows what the services call otherwise."""
_OF_USER = frozenset({"user_name", "user_login", "user_email"})
_OF_MORE = frozenset(
    {
        *("begin_day", "end_day", "days_back", "days_ahead", "words", "note"),
        *("allows_keys", "embed_hosts", "embed_view", "embed_color"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a share's form offers."""

    calendars: tuple[Collection, ...]
    users: tuple[Account, ...]
    """All, sorted by login."""
    contacts: tuple[str, ...]
    """Known addresses, the newest first."""

    @classmethod
    async def of(cls, call: Call) -> Self:
        """What there is now."""
        services = call.services
        return cls(
            calendars=tuple(await services.calendars.list_all()),
            users=tuple(await services.accounts.list_all()),
            contacts=tuple(await services.contacts.suggest()),
        )


class Sheet:
    """What was typed, what there is to choose, and what is wrong."""

    def __init__(self, call: Call, typed: ShareForm, choices: Choices, share: Share | None = None) -> None:
        """`share`: the one that is edited."""
        self.call = call
        self.typed = typed
        self.choices = choices
        self.share = share
        self.new_user = NewUser()
        self.form_key = secrets.token_urlsafe(16)
        self.faults: dict[str, FeedserverError] = {}
        self.added = ""
        """The name of a user who was made and ticked just now."""

    @classmethod
    async def of(cls, call: Call, typed: ShareForm, share: Share | None = None) -> Self:
        """Filled with what is to stand in it at first."""
        return cls(call, typed, await Choices.of(call), share)

    @classmethod
    async def sent(cls, call: Call, share: Share | None = None) -> Self:
        """As a browser sent it. A share's kind is for good, so that of `share` counts."""
        typed = read(call.form)
        sheet = await cls.of(call, replace(typed, kind=share.kind) if share else typed, share)
        sheet.new_user = read_new_user(call.form)
        sheet.form_key = call.form.text("form_key") or sheet.form_key
        return sheet

    @property
    def calendars(self) -> tuple[Collection, ...]:
        """What can be ticked."""
        return self.choices.calendars

    @property
    def users(self) -> tuple[Account, ...]:
        """Who can be ticked: a deactivated user only where they are already."""
        return tuple(user for user in self.choices.users if user.is_active or user.id in self.typed.members)

    @property
    def embed_views(self) -> list[tuple[str, str]]:
        """What other sites can show, with its label."""
        return [(view, self.language.gettext(text)) for view, text in EMBED_VIEWS.items()]

    @property
    def is_secured(self) -> bool:
        """True for a share with members."""
        return self.typed.kind == ShareKind.SECURED

    @property
    def language(self) -> Language:
        """Of who asks."""
        return self.call.language

    @property
    def member_names(self) -> tuple[str, ...]:
        """Of the ticked users."""
        return tuple(user.display_name for user in self.users if user.id in self.typed.members)

    @property
    def is_adding_user(self) -> bool:
        """True while a new user's fields are being filled."""
        return not self.new_user.is_empty or bool(_OF_USER & self.faults.keys())

    @property
    def has_faults_in_more(self) -> bool:
        """True when something under "more options" is to be mended."""
        return bool(_OF_MORE & self.faults.keys())

    def check(self) -> ShareChanges:
        """The values of the fields; of no use when there are `faults` afterwards."""
        self._drop_gone()
        named = replace(self.typed, name=self.typed.name or self._suggested_name())
        changes, faults = changes_of(named, self.call.office.timezone, before=self.share)
        self.faults |= faults
        try:
            message_of(self.typed.message)
        except InvalidInput as fault:
            self.refuse(fault)
        if not self.new_user.is_empty:
            self.faults |= faults_of(self.new_user)
        return changes

    def _drop_gone(self) -> None:
        """What was ticked and has been removed since loses its tick; one is told."""
        calendars = tuple(id_ for id_ in self.typed.calendars if id_ in {one.id for one in self.calendars})
        members = tuple(id_ for id_ in self.typed.members if id_ in {one.id for one in self.choices.users})
        if calendars != self.typed.calendars:
            self.faults["calendar"] = Conflict("A calendar that you ticked was removed meanwhile. Check the list.")
        if members != self.typed.members:
            self.faults["member"] = Conflict("A user whom you ticked was removed meanwhile. Check the list.")
        self.typed = replace(self.typed, calendars=calendars, members=members)

    def _suggested_name(self) -> str:
        """The names of the ticked calendars."""
        names = [one.name for one in self.calendars if one.id in self.typed.calendars]
        if len(names) > _NAMED:
            more = len(names) - _NAMED + 1
            names = [*names[: _NAMED - 1], self.language.ngettext("{n} more", "{n} more", more)]
        return self.language.listing(names)[:MAX_NAME_CHARS]

    async def add_user(self) -> None:
        """Make the new user a guest and tick them; the fields are empty then, or have their faults."""
        self.faults |= faults_of(self.new_user)
        if self.faults:
            return
        try:
            account = same_person(self.new_user, self.choices.users) or await self._made_user()
        except (InvalidInput, Conflict) as refusal:
            self.refuse(refusal, "user_login")
            return
        others = (user for user in self.choices.users if user.id != account.id)
        self.choices = replace(self.choices, users=(*others, account))
        self.typed = replace(self.typed, members=tuple(dict.fromkeys((*self.typed.members, account.id))))
        self.new_user, self.added = NewUser(), account.display_name

    async def _made_user(self) -> Account:
        typed = self.new_user
        taken = {login_key(user.login) for user in self.choices.users}
        return await self.call.services.accounts.add(
            login=typed.login or suggested_login(typed.name, typed.email, taken),
            email=typed.email,
            display_name=typed.name,
            role=Role.GUEST,
            by=self.call.actor,
        )

    def refuse(self, refusal: Refusal, otherwise: str = "kind") -> None:
        """Show what a service refused beside the field it means."""
        field = refusal.field if isinstance(refusal, InvalidInput) else ""
        self.faults[_FIELDS.get(field, field) or otherwise] = refusal

    def mailing(self) -> Mailing | None:
        """What goes with the mails; None when nobody is to get one."""
        if not self.typed.is_mailed:
            return None
        return Mailing(note=self.typed.message.strip(), language=self.language.code)

    async def page(self, template: str, *, status: int | None = None, **values: object) -> web.StreamResponse:
        """The form, with every fault beside its field."""
        return await self.call.page(
            template,
            status=status or (422 if self.faults else 200),
            sheet=self,
            typed=self.typed,
            faults=self._said(),
            has_mail=self.call.office.has_mail,
            **values,
        )

    def _said(self) -> Mapping[str, str]:
        return {name: self.language.error(fault) for name, fault in self.faults.items()}
