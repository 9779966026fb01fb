"""The one way in which an object becomes a draft: every write, from whichever face, renders here."""

from __future__ import annotations

import logging
from datetime import datetime

from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.reading.ingest import etag_of
from feedserver.ics.showing.index import index_of
from feedserver.ics.showing.rendition import render
from feedserver.ics.syntax.limits import Limits
from feedserver.model.calendar_object import ObjectDraft, Uid

_log = logging.getLogger(__name__)

STORED_LIMITS = Limits(max_import_bytes=2**31, max_object_bytes=2**31)
"""What is stored was within the limits once; a limit that was lowered since hides nothing."""


def draft_of(parsed: ParsedObject, *, name: str, now: datetime) -> ObjectDraft:
    """The object with its index row and its renditions, ready for a write unit. CPU only.

    Raises ObjectRefused (RecurrenceTooCostly) when its rules cannot be used.
    """
    rendered = render(parsed, now)
    if rendered.is_crowded:
        _log.info("object %s may recur more than once a day, which Outlook does not show (F68)", name)
    return ObjectDraft(
        name=name,
        uid=Uid(parsed.uid),
        component=parsed.component,
        data=parsed.data,
        etag=etag_of(parsed.data),
        index=index_of(parsed),
        renditions=rendered.renditions,
        horizon_at=rendered.horizon_at,
    )
