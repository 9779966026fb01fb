"""The few words that a feed adds of its own, in each language it can speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's words, plain text."""

    busy: str
    no_title: str
    calendar: str
    """The neutral name of a calendar that tells nothing (T4)."""
    not_shared: str
    not_shared_more: str
    not_yet: str
    not_yet_more: str
    no_events: str
    """Title of the event that keeps an empty feed alive (F55)."""
    shared_by: str
    """With `{organisation}`."""


WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "en": Words(
            busy="Busy",
            no_title="(No title)",
            calendar="Calendar",
            not_shared="This calendar is no longer shared",
            not_shared_more="You can remove this subscription from your calendar app.",
            not_yet="This calendar is not available yet",
            not_yet_more="It will appear here by itself.",
            no_events="No events in this calendar",
            shared_by="Shared by {organisation}",
        ),
        "de": Words(
            busy="Belegt",
            no_title="(Ohne Titel)",
            calendar="Kalender",
            not_shared="Dieser Kalender ist nicht mehr freigegeben",
            not_shared_more="Sie können dieses Abonnement aus Ihrer Kalender-App entfernen.",
            not_yet="Dieser Kalender ist noch nicht verfügbar",
            not_yet_more="Er erscheint hier von selbst.",
            no_events="Keine Termine in diesem Kalender",
            shared_by="Freigegeben von {organisation}",
        ),
    }
)
"""By the language's ISO 639 code."""
