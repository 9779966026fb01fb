"""What a share allows besides being subscribed to: narrowing, feed keys, and other sites that embed its page.

Each function gives the value to keep, or raises InvalidInput with the name of the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from feedserver.languages.message import message
from feedserver.model.errors import InvalidInput
from feedserver.model.share import EmbedView, ShareKind, ShareOptions

MAX_EMBED_HOSTS = 20
_MAX_HOST_CHARS = 253
"""RFC 1035 section 2.3.4."""

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.ASCII)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_NO_SITE = message("a site that may embed the calendar is written as https://www.example.org, without a path or *")


def options_of(kind: ShareKind, wanted: ShareOptions) -> ShareOptions:
    """The options that are given, as they are kept; those of the other kind of share must be off."""
    options: ShareOptions = {}
    if "allows_narrowing" in wanted:
        options["allows_narrowing"] = wanted["allows_narrowing"]
    if "allows_keys" in wanted:
        options["allows_keys"] = _keys_of(kind, is_wanted=wanted["allows_keys"])
    if "embed_hosts" in wanted:
        options["embed_hosts"] = _hosts_of(kind, wanted["embed_hosts"])
    if "embed_view" in wanted:
        options["embed_view"] = EmbedView(wanted["embed_view"])
    if "embed_color" in wanted:
        options["embed_color"] = embed_color_of(wanted["embed_color"])
    return options


def _keys_of(kind: ShareKind, *, is_wanted: bool) -> bool:
    if is_wanted and kind is not ShareKind.SECURED:
        raise InvalidInput("only a secured share has members who could make links of their own", field="allows_keys")
    return is_wanted


def _hosts_of(kind: ShareKind, origins: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once."""
    hosts = tuple(sorted({origin_of(origin) for origin in origins}))
    if hosts and kind is not ShareKind.PUBLIC:
        raise InvalidInput("only a public share can be embedded in other sites", field="embed_hosts")
    if len(hosts) > MAX_EMBED_HOSTS:
        raise InvalidInput("at most {max} sites can embed a share", field="embed_hosts", max=MAX_EMBED_HOSTS)
    return hosts


def origin_of(text: str) -> str:
    """`https://host[:port]` in the spelling of browsers; `http` for localhost alone, where sites are made.

    Made of letters, digits and `.-:/` only: it stands in a Content-Security-Policy.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise InvalidInput(_NO_SITE, field="embed_hosts") from None
    is_plain = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host == "localhost")
    if not (is_plain and is_safe and len(host) <= _MAX_HOST_CHARS and _HOST.fullmatch(host)):
        raise InvalidInput(_NO_SITE, field="embed_hosts")
    is_usual = port in {None, 443 if parts.scheme == "https" else 80}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{port}"


def embed_color_of(text: str | None) -> str | None:
    """`#RRGGBB`, or none."""
    if text is not None and not _COLOR.fullmatch(text):
        raise InvalidInput("a colour looks like #3366cc", field="embed_color")
    return text.upper() if text is not None else None
