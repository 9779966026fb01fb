"""The addresses of a share, made from the configured base alone: never from what a request says (threats U25, A17)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from feedserver.model.share import FeedKey, FeedLink, Recipient, Share, ShareKind

_MAX_SLUG_CHARS = 60
_NEUTRAL_SLUG = "calendar"


class LinkSigner(Protocol):
    """What turns a link into its token; the key ring does."""

    def sign_link(self, link: FeedLink) -> str:
        """URL-safe text that only we can make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """One signed link in its spellings. Its repr is empty: each of them is a credential."""

    recipient: Recipient | None
    """None for the general link."""
    page_url: str
    feed_url: str
    webcal_url: str

    @property
    def download_url(self) -> str:
        """Of the feed as a file, for who wants it once."""
        return f"{self.page_url}download/{self.feed_url.removeprefix(self.page_url)}"

    @property
    def profile_url(self) -> str:
        """Of a profile that sets the feed up on Apple's devices."""
        return f"{self.feed_url.removesuffix('.ics')}.mobileconfig"

    def __repr__(self) -> str:
        return f"ShareLink(recipient={self.recipient.id if self.recipient else None!r})"


class Links:
    """Builds every address this deployment gives out."""

    def __init__(self, base_url: str, signer: LinkSigner) -> None:
        self._base = base_url.rstrip("/")
        self._signer = signer
        self.is_https = urlsplit(self._base).scheme == "https"

    @property
    def base_url(self) -> str:
        """Without a slash at its end."""
        return self._base

    def of_share(self, share: Share) -> tuple[ShareLink, ...]:
        """The links that work now: the general one first, then one per recipient who was not revoked."""
        recipients = [r for r in share.recipients if r.revoked_at is None]
        return tuple(self.of_recipient(share, recipient) for recipient in (None, *recipients))

    def of_recipient(self, share: Share, recipient: Recipient | None) -> ShareLink:
        """The link of one recipient, whether it works or not; the general one for None."""
        link = FeedLink(
            share_id=share.id, serial=share.serial, recipient_id=recipient.id if recipient is not None else None
        )
        return self.of_token(self._signer.sign_link(link), slug_of(share), recipient)

    def of_key(self, share: Share, key: FeedKey) -> ShareLink:
        """The link of a member's feed key, whether it works or not."""
        link = FeedLink(share_id=share.id, serial=share.serial, recipient_id=key.id)
        return self.of_token(self._signer.sign_link(link), slug_of(share))

    def of_link(self, link: FeedLink, share: Share) -> ShareLink:
        """The addresses of what a token would say, such as a narrower link's."""
        return self.of_token(self._signer.sign_link(link), slug_of(share))

    def of_token(self, token: str, slug: str, recipient: Recipient | None = None) -> ShareLink:
        """The addresses of a token that was verified or just signed; no query, no fragment, no userinfo (F1)."""
        page_url = f"{self._base}/s/{token}/"
        feed_url = f"{page_url}{slug}.ics"
        return ShareLink(
            recipient=recipient,
            page_url=page_url,
            feed_url=feed_url,
            webcal_url="webcal" + feed_url[feed_url.index("://") :],
        )


def slug_of(share: Share) -> str:
    """The readable part of a feed's address (F3): the name for a public share, nothing told for a secured one (F4)."""
    return slugify(share.name) if share.kind is ShareKind.PUBLIC else _NEUTRAL_SLUG


def slugify(name: str) -> str:
    """`name` in small ASCII letters, digits and hyphens, at most 60; `calendar` when nothing is left of it (F2)."""
    ascii_only = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", ascii_only))
    return words[:_MAX_SLUG_CHARS].strip("-") or _NEUTRAL_SLUG
