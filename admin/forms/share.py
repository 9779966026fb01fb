"""The form of a share: what was typed, and the values it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from admin.forms.calendar import FIRST_COLOR
from admin.forms.validity import NO_DAY, DayTime, begin_of, begin_typed, end_of, end_typed
from admin.forms.words import words_of, words_text
from feedserver.http.forms import Form
from feedserver.model.errors import InvalidInput
from feedserver.model.share import DetailLevel, EmbedView, Share, ShareEntry, ShareFilter, ShareKind
from feedserver.services.share_options import embed_color_of, origin_of
from feedserver.services.share_rules import MAX_DAYS, ShareChanges

Faults = Mapping[str, InvalidInput]
"""By the name of the field that each belongs to."""

_LEVEL = "level-"
"""Before a calendar's id: the level of that calendar alone."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareForm:
    """Everything as it stands in the fields, so that a page with faults loses nothing."""

    kind: str = ShareKind.PUBLIC
    name: str = ""
    calendars: tuple[str, ...] = ()
    """Ids of the ticked ones."""
    has_details: bool = False
    """ "Event details" is ticked; without it only busy times are shown."""
    level: str = DetailLevel.DETAILS
    levels: Mapping[str, str] = field(default_factory=dict)
    """Calendar id -> its own level, where it has one."""
    note: str = ""
    begin: DayTime = NO_DAY
    end: DayTime = NO_DAY
    categories_in: str = ""
    categories_out: str = ""
    words: str = ""
    days_back: str = ""
    days_ahead: str = ""
    members: tuple[str, ...] = ()
    """Account ids of the ticked users."""
    recipients: tuple[str, ...] = ()
    """Ids of those whose links stay."""
    emails: str = ""
    """Of people who are to get a link of their own."""
    is_mailed: bool = True
    tells_end: bool = False
    """Whoever loses access is told by mail."""
    message: str = ""
    """What the sender adds to the mails."""
    allows_narrowing: bool = False
    allows_keys: bool = False
    embed_hosts: str = ""
    """One site in each line."""
    embed_view: str = EmbedView.MONTH
    has_embed_color: bool = False
    embed_color: str = FIRST_COLOR

    @property
    def has_more(self) -> bool:
        """True when something is set that the form keeps under "more options"."""
        plain = ShareForm()
        return any(getattr(self, name) != getattr(plain, name) for name in _MORE)

    @property
    def has_levels(self) -> bool:
        """True when a ticked calendar has a level of its own."""
        return any(self.levels.get(calendar) for calendar in self.calendars)


_MORE = (
    *("note", "begin", "end", "categories_in", "categories_out", "words", "days_back", "days_ahead"),
    *("allows_narrowing", "allows_keys", "embed_hosts", "embed_view", "has_embed_color"),
)


def read(form: Form) -> ShareForm:
    """What a browser sent. Fields that are none of this form's are left alone (threat A14)."""
    return ShareForm(
        kind=form.text("kind"),
        name=form.line("name"),
        calendars=tuple(dict.fromkeys(form.all("calendar"))),
        has_details=form.is_ticked("has_details"),
        level=form.text("level", DetailLevel.DETAILS),
        levels={name.removeprefix(_LEVEL): level for name, level in form.pairs() if name.startswith(_LEVEL) and level},
        note=form.text("note"),
        begin=DayTime(form.line("begin_day"), form.line("begin_time")),
        end=DayTime(form.line("end_day"), form.line("end_time")),
        categories_in=form.line("categories_in"),
        categories_out=form.line("categories_out"),
        words=form.line("words"),
        days_back=form.line("days_back"),
        days_ahead=form.line("days_ahead"),
        members=tuple(dict.fromkeys(form.all("member"))),
        recipients=tuple(dict.fromkeys(form.all("recipient"))),
        emails=form.text("emails"),
        is_mailed=form.is_ticked("is_mailed"),
        tells_end=form.is_ticked("tells_end"),
        message=form.text("message"),
        allows_narrowing=form.is_ticked("allows_narrowing"),
        allows_keys=form.is_ticked("allows_keys"),
        embed_hosts=form.text("embed_hosts"),
        embed_view=form.text("embed_view", EmbedView.MONTH),
        has_embed_color=form.is_ticked("has_embed_color"),
        embed_color=form.line("embed_color", FIRST_COLOR),
    )


def typed_of(share: Share, zone: str) -> ShareForm:
    """The form filled with what `share` is, its moments on the clocks of `zone`."""
    common = _commonest(share)
    shown = share.filter
    return ShareForm(
        kind=share.kind,
        name=share.name,
        calendars=tuple(entry.collection_id for entry in share.entries),
        has_details=common is not DetailLevel.BUSY,
        level=DetailLevel.DETAILS if common is DetailLevel.BUSY else common,
        levels={entry.collection_id: entry.level for entry in share.entries if entry.level is not common},
        note=share.note,
        begin=begin_typed(share.starts_at, zone),
        end=end_typed(share.expires_at, zone),
        categories_in=words_text(shown.categories_in),
        categories_out=words_text(shown.categories_out),
        words=words_text(shown.words),
        days_back=_days_text(shown.days_back),
        days_ahead=_days_text(shown.days_ahead),
        members=tuple(grant.account_id for grant in share.grants if grant.withdrawn_at is None),
        recipients=tuple(recipient.id for recipient in share.recipients if recipient.revoked_at is None),
        allows_narrowing=share.allows_narrowing,
        allows_keys=share.allows_keys,
        embed_hosts="\n".join(share.embed_hosts),
        embed_view=share.embed_view,
        has_embed_color=share.embed_color is not None,
        embed_color=(share.embed_color or FIRST_COLOR).lower(),
    )


def _commonest(share: Share) -> DetailLevel:
    """The level of most calendars; busy when the share has none left."""
    counted = Counter(entry.level for entry in share.entries)
    return counted.most_common(1)[0][0] if counted else DetailLevel.BUSY


def _days_text(days: int | None) -> str:
    return "" if days is None else str(days)


def kind_of(typed: ShareForm) -> ShareKind:
    """Raises InvalidInput."""
    try:
        return ShareKind(typed.kind)
    except ValueError:
        raise InvalidInput("Choose what kind of link it is to be.", field="kind") from None


def changes_of(typed: ShareForm, zone: str, *, before: Share | None = None) -> tuple[ShareChanges, Faults]:
    """What the fields say about the share itself, and every fault at once; with a fault the values are of no use.

    What still reads as `before` was shown keeps its value to the second, and calendars keep their order: the first one
    lends the share its zone.
    """
    check = _Check()
    changes = ShareChanges(
        name=typed.name,
        note=typed.note,
        entries=check.value("calendar", lambda: _entries(typed, before), ()),
        filter=ShareFilter(
            categories_in=words_of(typed.categories_in),
            categories_out=words_of(typed.categories_out),
            words=words_of(typed.words),
            days_back=check.value("days_back", lambda: _days(typed.days_back), None),
            days_ahead=check.value("days_ahead", lambda: _days(typed.days_ahead), None),
        ),
        starts_at=check.value("begin_day", lambda: _starts_at(typed, zone, before), None),
        expires_at=check.value("end_day", lambda: _expires_at(typed, zone, before), None),
        allows_narrowing=typed.allows_narrowing,
        allows_keys=typed.allows_keys,
        embed_hosts=check.value("embed_hosts", lambda: _hosts(typed), ()),
        embed_view=check.value("embed_view", lambda: _view(typed), EmbedView.MONTH),
        embed_color=check.value("embed_color", lambda: _color(typed), None),
    )
    return changes, check.faults


class _Check:
    """Reads value after value, and keeps what is wrong with each."""

    def __init__(self) -> None:
        self.faults: dict[str, InvalidInput] = {}

    def value(self, name: str, read_value: Callable[[], _T], instead: _T) -> _T:
        try:
            return read_value()
        except InvalidInput as fault:
            self.faults[name] = fault
            return instead


def _entries(typed: ShareForm, before: Share | None) -> tuple[ShareEntry, ...]:
    if not typed.calendars:
        raise InvalidInput("Tick at least one calendar.")
    shown = [entry.collection_id for entry in before.entries] if before else []
    ordered = [*(id_ for id_ in shown if id_ in typed.calendars), *(id_ for id_ in typed.calendars if id_ not in shown)]
    return tuple(ShareEntry(collection_id=id_, level=_level(typed, id_)) for id_ in ordered)


def _level(typed: ShareForm, calendar_id: str) -> DetailLevel:
    common = typed.level if typed.has_details else DetailLevel.BUSY
    try:
        return DetailLevel(typed.levels.get(calendar_id) or common)
    except ValueError:
        raise InvalidInput("Choose one of the levels of detail.") from None


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < _ENDLESS and int(text) <= MAX_DAYS):
        raise InvalidInput("Write a number of days between 0 and {max}, or leave it empty.", max=MAX_DAYS)
    return int(text)


_ENDLESS = 20
"""Digits that no sensible number has; Python refuses to read thousands of them."""


def _starts_at(typed: ShareForm, zone: str, before: Share | None) -> datetime | None:
    if before and typed.begin == begin_typed(before.starts_at, zone):
        return before.starts_at
    return begin_of(typed.begin, zone)


def _expires_at(typed: ShareForm, zone: str, before: Share | None) -> datetime | None:
    if before and typed.end == end_typed(before.expires_at, zone):
        return before.expires_at
    return end_of(typed.end, zone)


def _hosts(typed: ShareForm) -> tuple[str, ...]:
    return tuple(sorted({origin_of(line) for line in typed.embed_hosts.split()}))


def _view(typed: ShareForm) -> EmbedView:
    try:
        return EmbedView(typed.embed_view)
    except ValueError:
        raise InvalidInput("Choose one of the views.") from None


def _color(typed: ShareForm) -> str | None:
    return embed_color_of(typed.embed_color) if typed.has_embed_color else None
