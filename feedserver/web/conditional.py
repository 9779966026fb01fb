"""Conditional requests (RFC 9110 section 13).

ETags are unquoted here, as everywhere in the model; moments are whole seconds since the epoch.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache

_ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_ENCODING_SUFFIX = re.compile(r"(?:--?|;)(?:gzip|br|deflate|zstd)$")
_MAX_VALIDATOR_CHARS = 4096


def is_unchanged(headers: Mapping[str, str], etag: str, last_modified_s: int) -> bool:
    """True when 304 is the answer to a GET or HEAD.

    If-None-Match decides alone when it is there; If-Modified-Since is then not even read (RFC 9110 section 13.2.2,
    F13). `last_modified_s` is the logical moment, which may lie a little ahead of the header that was sent: a copy
    fetched in the second before is then rightly seen as old.
    """
    wanted = headers.get("If-None-Match")
    if wanted is not None:
        return names_etag(wanted, etag)
    since = headers.get("If-Modified-Since")
    return since is not None and _is_since(since, last_modified_s)


def names_etag(header: str, etag: str) -> bool:
    """True when an If-None-Match header names `etag`: weak comparison, in a list, or `*`.

    Proxies that compress put `-gzip` or `;br` into the tag and do not take it out again (F23;
    nextcloud/server#28140): such a suffix is no difference.
    """
    if header == f'"{etag}"' or header.strip() == "*":
        return True
    if len(header) > _MAX_VALIDATOR_CHARS:
        return False
    return any(_ENCODING_SUFFIX.sub("", tag) == etag for tag in _ENTITY_TAG.findall(header))


def _is_since(header: str, last_modified_s: int) -> bool:
    moment = _http_date_s(header)
    return moment is not None and moment >= last_modified_s


@lru_cache(maxsize=1024)
def _http_date_s(header: str) -> int | None:
    """Seconds of an HTTP date; None when it is none, which means "as if the header were not there" (F13)."""
    try:
        return timegm(parsedate_to_datetime(header).utctimetuple())
    except (ValueError, OverflowError):
        return None
