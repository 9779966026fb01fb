"""Pages: templates rendered in the reader's language; every value is escaped, an unknown one is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from functools import partial
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from feedserver.languages.language import Language

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Templates:
    """The templates of one package (its `templates/` folder).

    In a template `_("...", name=value)` and `ngettext("{n} share", "{n} shares", number)` translate; `{name}` stands
    for a value; a part that is imported or included needs the context to do so. Filters: `date`, `time`,
    `moment(zone)`, `number`, `listing`. Beside them: `lang`, `url(path)`, and `asset(name)` for a static file of the
    same package.
    """

    def __init__(self, package: str, *, root: str, assets: Mapping[str, Asset]) -> None:
        """`root`: the path at which the server stands, without a slash at its end."""
        self._env = _environment(package, root=root, assets=assets)

    def render(self, name: str, language: Language, /, **values: object) -> bytes:
        """The page in UTF-8."""
        told = {"lang": language, "_": language.gettext, "ngettext": language.ngettext}
        return self._env.get_template(name).render(told | values).encode()


def _environment(package: str, *, root: str, assets: Mapping[str, Asset]) -> Environment:
    env = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(url=partial(_url, root), asset=lambda file: _url(root, assets[file].path))
    env.filters.update(date=_date, time=_time, moment=_moment, number=_number, listing=_listing)
    return env


def _url(root: str, path: str) -> str:
    return root + path


@pass_context
def _date(context: Context, day: date, width: str = "medium") -> str:
    return _language(context).date(day, width)


@pass_context
def _time(context: Context, moment: datetime | time, zone: tzinfo | str | None = None) -> str:
    return _language(context).time(moment, zone)


@pass_context
def _moment(context: Context, moment: datetime | None, zone: tzinfo | str, width: str = "medium") -> str:
    """Empty for no moment at all."""
    return _language(context).moment(moment, zone, width) if moment is not None else ""


@pass_context
def _number(context: Context, number: float) -> str:
    return _language(context).number(number)


@pass_context
def _listing(context: Context, words: Iterable[str]) -> str:
    return _language(context).listing(words)


def _language(context: Context) -> Language:
    found: Language = context["lang"]
    return found


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
