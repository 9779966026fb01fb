"""Pages: templates rendered in the reader's language; every value is escaped, an unknown one is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import partial
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedserver.languages.catalogue import Languages
from feedserver.languages.language import Language

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Templates:
    """The templates of one package (its `templates/` folder), once per language.

    In a template `_("...", name=value)` and `ngettext("{n} share", "{n} shares", number)` translate; `{name}` stands
    for a value. Filters: `date`, `time`, `moment(zone)`, `number`, `listing`. Globals: `lang`, `url(path)`, and
    `asset(name)` for a static file of the same package.
    """

    def __init__(self, package: str, languages: Languages, *, root: str, assets: Mapping[str, Asset]) -> None:
        """`root`: the path at which the server stands, without a slash at its end."""
        self._by_code = {
            language.code: _environment(package, language, root=root, assets=assets) for language in languages.all
        }

    def render(self, name: str, language: Language, /, **values: object) -> bytes:
        """The page in UTF-8."""
        return self._by_code[language.code].get_template(name).render(values).encode()


def _environment(package: str, language: Language, *, root: str, assets: Mapping[str, Asset]) -> Environment:
    env = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        _=language.gettext,
        ngettext=language.ngettext,
        lang=language,
        url=partial(_url, root),
        asset=lambda file: _url(root, assets[file].path),
    )
    env.filters.update(
        date=language.date,
        time=language.time,
        moment=partial(_moment, language),
        number=language.number,
        listing=language.listing,
    )
    return env


def _url(root: str, path: str) -> str:
    return root + path


def _moment(language: Language, moment: datetime | None, zone: tzinfo | str, width: str = "medium") -> str:
    """Empty for no moment at all."""
    return language.moment(moment, zone, width) if moment is not None else ""


class Asset:
    """A static file, read once: no request ever names a path of the disk (threat A21)."""

    def __init__(self, folder: str, name: str, body: bytes) -> None:
        self.body = body
        self.content_type = _TYPES["." + name.rpartition(".")[2]]
        self.path = f"{folder}{name}?v={sha256(body).hexdigest()[:12]}"
        """With a digest of its content, so that a browser may keep it for ever and never shows an old one."""


def assets_of(package: str, folder: str) -> Mapping[str, Asset]:
    """The files in the package's `static/`, by name; `folder` is the path they are served below."""
    found = (file for file in (files(package) / "static").iterdir() if "." + file.name.rpartition(".")[2] in _TYPES)
    return MappingProxyType({file.name: Asset(folder, file.name, file.read_bytes()) for file in found})
