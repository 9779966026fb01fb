"""A node as after a year of use: every kind of thing in every state, and names as people really choose them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from feedserver.model.account import Account
from feedserver.model.collection import Collection
from feedserver.model.share import DetailLevel, Share
from tests.builders import NOON, an_event
from tests.premises import Premises

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsversammlungskalender der Außenstelle Linz"
HOSTILE = '<img src=x onerror="document.title=1"> {name} %s &amp;'


@dataclass(frozen=True, kw_only=True)
class Furniture:
    """What a page can be about."""

    team: Collection
    public: Share
    """With two recipients."""
    secured: Share
    """Of which Ann is a member."""
    ann: Account
    review: str
    """The name of an appointment of the team that is over in an hour."""


async def furnish(premises: Premises) -> Furniture:
    """Three calendars, two guests, shares in all states."""
    ann = await premises.account("ann")
    await premises.account("bob")
    team = await premises.calendar(
        an_event("standup", "Stand-up", "RRULE:FREQ=DAILY;COUNT=9", "LOCATION:Room 3"),
        an_event("review", "Review", "DESCRIPTION:Bring the figures.", "CATEGORIES:Work,Figures"),
        an_event("doctor", "Doctor", "CLASS:PRIVATE", start="20261125T080000Z"),
        an_event("hostile", HOSTILE.replace(";", "\\;"), "URL:javascript:alert(1)", start="20261126T080000Z"),
        name="Team",
        color="#3366cc",
    )
    long = await premises.calendar(an_event("long", LONG, f"LOCATION:{LONG}"), name=LONG, color="#aa3300")
    hostile = await premises.calendar(name=HOSTILE)
    public = await premises.share(team, name="For customers", emails=["carla@example.org", "dora@example.org"])
    secured = await premises.secured_share(team, long, name="Board", logins=("ann", "bob"))
    await premises.share(team, long, hostile, name=LONG, level=DetailLevel.FULL, note="A note. " * 20)
    await premises.share(hostile, name=HOSTILE, level=DetailLevel.BUSY)
    paused = await premises.share(team, name="Paused")
    await premises.sharing.deactivate(paused.id)
    await premises.share(team, name="Not yet", starts_at=NOON + timedelta(days=7))
    await premises.share(team, name="Ends soon", expires_at=NOON + timedelta(hours=1))
    removed = await premises.share(team, name="Removed")
    await premises.sharing.remove(removed.id)
    appointments = await premises.appointments.list(team.id, start_on=NOON.date(), words="Review")
    review = appointments.rows[0].name
    return Furniture(team=team, public=public, secured=secured, ann=ann, review=review)
