"""The small pages for browsers: a share's links, what a share that is off says, and the landing page."""

from __future__ import annotations

from importlib.resources import files
from types import MappingProxyType
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedserver.model.share import Share, ShareKind, Standing
from feedserver.services.links import ShareLink

_OVER = ("This calendar is no longer shared", "The link you followed does not show a calendar any more.")
_AHEAD = ("This calendar is not available yet", "Please come back later.")

ROBOTS = b"""\
# Subscribing services fetch feeds on behalf of a person; nothing here is to be indexed.
User-agent: Google-Calendar-Importer
Allow: /s/

User-agent: *
Disallow: /s/
Disallow: /
"""
"""Feed-contract F28: Google's importer once obeyed this file, so the feeds are open to it and closed to crawlers."""


class Pages:
    """Renders pages; every value is escaped, an unknown one is an error."""

    def __init__(self, base_url: str) -> None:
        self.root = urlsplit(base_url).path.rstrip("/")
        """The path at which the server stands, without a slash at its end."""
        self._env = Environment(
            loader=PackageLoader("feedserver.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals["root"] = self.root

    def share(self, share: Share, link: ShareLink) -> bytes:
        """The page of a share that stands: its links, to open and to copy."""
        is_secured = share.kind is ShareKind.SECURED
        return self._render("share.html", name=share.name, link=link, is_secured=is_secured)

    def off(self, standing: Standing) -> bytes:
        """The page of a share that does not stand: no name, no reason (T4)."""
        title, text = _AHEAD if standing is Standing.NOT_YET else _OVER
        return self._render("off.html", title=title, text=text)

    def landing(self) -> bytes:
        """The page at `/`, which tells nothing about what is shared."""
        return self._render("landing.html")

    def _render(self, template: str, **values: object) -> bytes:
        return self._env.get_template(template).render(values).encode()


def stylesheets() -> MappingProxyType[str, bytes]:
    """File name -> content of the static files, read once: no request ever names a path of the disk (threat A21)."""
    folder = files("feedserver.web") / "static"
    return MappingProxyType({file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".css")})
