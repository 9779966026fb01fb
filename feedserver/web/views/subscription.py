"""What "Add to my calendar" shows for one link and one visitor."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from feedserver.http.browsers import platform_of
from feedserver.model.share import ShareKind
from feedserver.services.feeds import OpenShare
from feedserver.services.links import ShareLink
from feedserver.services.narrowing import can_narrow
from feedserver.services.subscribing import SortedWays, open_ways, sorted_for, ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A link with all that can be done with it."""

    link: ShareLink
    ways: SortedWays
    needs_login: bool
    can_narrow: bool
    page_path: str
    """Of the share's page through `link`, with the path at which the server stands: addresses of this site need no
    host, and work for who came by another name."""

    @property
    def qr_path(self) -> str:
        """The picture of the page's address."""
        return f"{self.page_path}qr.svg"

    @property
    def download_path(self) -> str:
        """The file, for once."""
        return urlsplit(self.link.download_url).path

    @property
    def profile_path(self) -> str:
        """Apple's profile."""
        return urlsplit(self.link.profile_url).path

    @property
    def subscribe_path(self) -> str:
        """The page about nothing but subscribing."""
        return f"{self.page_path}subscribe/"


def subscription_of(opened: OpenShare, link: ShareLink, user_agent: str) -> Subscription:
    """`link`: the one that was opened, or a narrower one made from it."""
    share = opened.share
    is_keyed = share.kind is ShareKind.SECURED and not opened.needs_login
    offered = open_ways(link) if is_keyed else ways(link, share)
    return Subscription(
        link=link,
        ways=sorted_for(platform_of(user_agent), offered),
        needs_login=opened.needs_login,
        can_narrow=can_narrow(opened),
        page_path=urlsplit(link.page_url).path,
    )
