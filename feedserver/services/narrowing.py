"""Narrowing: what a visitor may leave out of a share, and the link that shows the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from feedserver.model.errors import InvalidInput
from feedserver.model.narrowing import MAX_MARKS, calendar_mark, category_mark
from feedserver.model.share import FeedLink, Narrowing
from feedserver.services.feeds import OpenShare


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a visitor may tick."""

    value: str
    """For the form."""
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All that a visitor may tick, with the ticks set."""

    calendars: tuple[Choice, ...]
    categories: tuple[Choice, ...]

    @property
    def is_worthwhile(self) -> bool:
        """True when there is anything to leave out."""
        return len(self.calendars) > 1 or bool(self.categories)


def can_narrow(opened: OpenShare) -> bool:
    """True when the share allows it, and the link shows all that the share shows."""
    return opened.share.allows_narrowing and opened.link.narrowing is None


def choices(opened: OpenShare, told: Iterable[str], calendars: Collection[str], categories: Collection[str]) -> Choices:
    """Calendars by their position from 1, categories by name. `told`: the feed's. No calendar ticked means all are."""
    wanted = {category.casefold() for category in categories}
    positions = [str(position) for position, _ in enumerate(opened.state.collections, 1)]
    ticked = set(calendars) & set(positions) or set(positions)
    return Choices(
        calendars=tuple(
            Choice(value=position, name=collection.name, is_chosen=position in ticked)
            for position, collection in zip(positions, opened.state.collections, strict=True)
        ),
        categories=tuple(Choice(value=name, name=name, is_chosen=name.casefold() in wanted) for name in told),
    )


def narrower_link(opened: OpenShare, ticked: Choices) -> FeedLink | None:
    """The link that shows just what is ticked; None when that is everything. Raises InvalidInput for too many ticks."""
    share = opened.share
    shown = [
        calendar_mark(share, collection.id)
        for collection, choice in zip(opened.state.collections, ticked.calendars, strict=True)
        if choice.is_chosen
    ]
    calendars = shown if len(shown) < len(ticked.calendars) else []
    categories = {category_mark(share, choice.value) for choice in ticked.categories if choice.is_chosen}
    if not calendars and not categories:
        return None
    if len(calendars) + len(categories) > MAX_MARKS:
        raise InvalidInput("choose at most {max} calendars and categories", field="category", max=MAX_MARKS)
    narrowing = Narrowing(calendars=tuple(sorted(calendars)), categories=tuple(sorted(categories)))
    return replace(opened.link, narrowing=narrowing)
