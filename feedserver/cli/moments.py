"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedserver.model.errors import InvalidInput

NONE = "none"


def moment_of(text: str | None, *, timezone: str, option: str) -> datetime | None:
    """The UTC moment that `text` names: an ISO 8601 date (its first moment) or date and time; None for `none`.

    Without an offset it is read in `timezone`, an IANA name; a time that a clock change skips is read as if the change
    came later. Raises InvalidInput naming `option`.
    """
    if text is None or text == NONE:
        return None
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"--{option}: a time looks like 2027-01-31 or 2027-01-31T18:00 or 2027-01-31T18:00+01:00", field=option
        ) from None
