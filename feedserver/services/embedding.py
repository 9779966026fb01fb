"""The page of a share inside another site: its address, and what that site's makers paste into theirs."""

from __future__ import annotations

from html import escape

from feedserver.model.share import EmbedView, Share
from feedserver.services.links import ShareLink

EMBED = "embed/"
"""Behind the address of a share's page."""
_HEIGHT_PX = {EmbedView.MONTH: 1000, EmbedView.WEEK: 760, EmbedView.AGENDA: 640}
"""Where a month of six weeks, and as a rule a week, need no scrolling on a desk."""


def embed_code(link: ShareLink, share: Share) -> str:
    """An `<iframe>` that shows the share wherever it is allowed; screen readers call it by the share's name."""
    address, height_px = link.page_url + EMBED, _HEIGHT_PX[share.embed_view]
    return (
        f'<iframe src="{escape(address)}" title="{escape(share.name)}" width="100%" height="{height_px}" '
        'loading="lazy"></iframe>'
    )
