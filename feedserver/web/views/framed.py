"""A view of a share inside another site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from feedserver.web.views.asking import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed(Asked):
    """It moves in time; for everything else its links lead to the full page."""

    def link(self, **changes: Any) -> str:
        """The address of the full page that shows this."""
        wanted = replace(self, **changes)
        told = {"view": wanted.view, "on": wanted.on.isoformat(), "event": wanted.event}
        return "../?" + urlencode({name: value for name, value in told.items() if value})

    def step(self, on: date) -> str:
        """The address of this view at another time."""
        return "?" + urlencode({"on": on.isoformat()}) if on != self.usual.today else "./"
