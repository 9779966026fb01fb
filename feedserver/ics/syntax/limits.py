"""What one file, one object, one line may cost: the bounds of everything that is read from outside."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of foreign iCalendar data; the settings fill it. Sizes are bytes as received, folds included."""

    max_import_bytes: int = 64 * MIB
    """One imported file."""
    max_import_components: int = 250_000
    """Components of one imported file, and faults in its structure."""
    max_object_bytes: int = 10 * MIB
    """All components of one UID together (RFC 4791 section 5.2.5)."""
    max_line_bytes: int = 1 * MIB
    """One content line after unfolding; pictures and styled descriptions are long."""
    max_uid_bytes: int = 1 * KIB
    """A UID in UTF-8; longer ones fit into no index."""
    max_properties: int = 20_000
    """Properties of one object, those of its alarms included."""
    max_components: int = 5_000
    """Components of one object: overrides and alarms."""
    max_depth: int = 8
    """Nesting; the standards need three (VCALENDAR, VEVENT, VALARM)."""
    max_attendees: int = 2_000
    """ATTENDEE properties of one component (RFC 4791 section 5.2.9)."""
    max_dates: int = 20_000
    """EXDATE and RDATE values of one object."""
    max_zone_observances: int = 1_000
    """STANDARD and DAYLIGHT parts in the VTIMEZONEs of one object."""


DEFAULT_LIMITS = Limits()
