"""The pages that tell nothing of any share: landing, off, refused, not found; and what stands beside pages."""

from __future__ import annotations

from collections.abc import Mapping

from feedserver.http.templates import Templates
from feedserver.languages.language import Language
from feedserver.model.share import Standing

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
    """Renders them, each in the visitor's language."""

    def __init__(self, templates: Templates, *, organisation: str) -> None:
        """`organisation`: who runs this server; empty when it has not been told."""
        self._templates = templates
        self._organisation = organisation

    def landing(self, language: Language) -> bytes:
        """The page at `/`."""
        return self._render("landing.html", language)

    def off(self, standing: Standing, language: Language) -> bytes:
        """Of a share that does not stand: no name, no reason (T4)."""
        return self._render("off.html", language, is_ahead=standing is Standing.NOT_YET)

    def refused(self, language: Language) -> bytes:
        """For who did not log in: whom to ask, and nothing of what is behind it."""
        return self._render("refused.html", language)

    def nothing(self, language: Language) -> bytes:
        """One page for links that were never given out, mistyped ones, and ones that are over for good."""
        return self._render("nothing.html", language)

    def _render(self, template: str, language: Language, **values: object) -> bytes:
        told: Mapping[str, object] = {"organisation": self._organisation, **values}
        return self._templates.render(template, language, **told)
