"""The page of a share inside another site: its address, and what that site's makers paste into theirs."""

from __future__ import annotations

from html import escape

from feedserver.services.links import ShareLink

EMBED = "embed/"
"""Behind the address of a share's page."""
_HEIGHT_PX = 640


def embed_code(link: ShareLink, name: str) -> str:
    """An `<iframe>` that shows the share wherever it is allowed; `name` is what screen readers call it."""
    return (
        f'<iframe src="{escape(link.page_url + EMBED)}" title="{escape(name)}" width="100%" height="{_HEIGHT_PX}" '
        'loading="lazy"></iframe>'
    )
