"""What a setting's text may be: parsing and normalising, one function per kind of value.

Each raises ValueError with a sentence that says what is expected and never repeats what was given: it may be a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from feedserver.model.account import email_of
from feedserver.model.errors import InvalidInput

Network = IPv4Network | IPv6Network

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62}\.?)*", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen. `host` is a name or an address without brackets; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        """As it is written in the settings."""
        return f"{_bracketed(self.host)}:{self.port}"


def parse_listen(value: object) -> Listen:
    """`host:port` or `[v6]:port`."""
    if isinstance(value, Listen):
        return value
    host, _, port = _text(value).rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_v6 = bare != host
    if not (port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= 65535):  # noqa: PLR2004
        raise ValueError("must be host:port or [IPv6 address]:port, with a port from 0 to 65535")
    if not (_is_address(bare, version=6) if is_v6 else _is_host(bare.lower())):
        raise ValueError("must be host:port or [IPv6 address]:port")
    return Listen(bare, int(port))


def parse_base_url(value: object) -> str:
    """An absolute http or https URL of a host alone, in lower case and without the scheme's own port.

    No path: the program answers at `/s/`, `/dav/` and `/admin/`, and clients look for `/.well-known/` and `/robots.txt`
    at the root.
    """
    parts = _split(_text(value))
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an absolute URL such as https://calendar.example.org")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    if parts.path not in ("", "/") or "?" in _text(value) or "#" in _text(value):
        raise ValueError("must end after the host and port: no path, query or fragment")
    if not (_is_host(parts.hostname) or _is_address(parts.hostname, version=6)):
        raise ValueError("must name a host in ASCII (an international name in its xn-- form)")
    if _is_unspecified(parts.hostname):
        raise ValueError("must be the address that others reach, not the one that means 'every interface'")
    if parts.port == 0:
        raise ValueError("must not have the port 0")
    return _spell_url(parts.scheme, parts.hostname, parts.port)


def base_url_of(listen: Listen) -> str:
    """The URL at which this machine itself reaches a server that listens there."""
    is_local = _is_unspecified(listen.host) or is_loopback(listen.host)
    return _spell_url("http", "localhost" if is_local else listen.host.lower(), listen.port)


def _spell_url(scheme: str, host: str, port: int | None) -> str:
    own_port = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{_bracketed(host)}" + (f":{port}" if port is not None and port != own_port else "")


def parse_database_url(value: object, data_dir: Path) -> str:
    """`postgresql://...`, or `sqlite:///` with an absolute path; a plain path starts at the data directory."""
    text = _text(value)
    scheme, separator, rest = text.partition("://")
    if separator and scheme in ("postgresql", "postgres"):
        parts = _split(text)
        if parts is None or not parts.path.strip("/"):
            raise ValueError("must be postgresql://user:password@host:port/database")
        return f"postgresql://{rest}"
    if separator and scheme != "sqlite":
        raise ValueError("must be postgresql://user:password@host:port/database, or the path of an SQLite file")
    path = rest.removeprefix("/") if separator else text
    if not path or "\x00" in path or "?" in path:
        raise ValueError("must name the SQLite file: sqlite:////absolute/path or a path in the data directory")
    return f"sqlite:///{data_dir / Path(path).expanduser()}"


def parse_networks(value: object) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas or spaces, or a list of them; `none` for none."""
    names = _text(value).replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise ValueError(_NETWORKS_EXPECTED)  # noqa: TRY004 - pydantic turns only a ValueError into a fault
    if list(names) == ["none"]:
        return ()
    try:
        return tuple(ip_network(name, strict=False) for name in names)
    except (ValueError, TypeError):
        raise ValueError(_NETWORKS_EXPECTED) from None


_NETWORKS_EXPECTED = "must be IP addresses or networks, separated by commas, or: none"


def parse_timezone(value: object) -> str:
    """An IANA name that is known here."""
    name = _text(value)
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        raise ValueError("must be an IANA time zone such as Europe/Berlin") from None


def parse_interval(value: object) -> timedelta:
    """Whole minutes, or an ISO 8601 duration of weeks to seconds."""
    if isinstance(value, timedelta):
        return value
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if text.isascii() and text.isdecimal() and len(text) <= 6:  # noqa: PLR2004
        return timedelta(minutes=int(text))
    match = _DURATION.fullmatch(text.upper())
    if match is None or not any(match.groups()):
        raise ValueError("must be a number of minutes or an ISO 8601 duration such as PT1H")
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def parse_path(value: object) -> Path:
    """An absolute path; a relative one starts at the working directory, `~` at the home directory."""
    text = str(value) if isinstance(value, Path) else _text(value)
    if not text or "\x00" in text:
        raise ValueError("must be the path of a directory")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("must be a path whose ~ names a known user") from None


def parse_line(value: object) -> str:
    """One line of printable text, at most 200 characters."""
    text = _text(value)
    if len(text) > 200 or not text.isprintable():  # noqa: PLR2004
        raise ValueError("must be one line of at most 200 printable characters")
    return text


def parse_host(value: object) -> str:
    """A host name or address without a port, or nothing."""
    host = _text(value).lower()
    if host and not (_is_host(host) or _is_address(host, version=6)):
        raise ValueError("must be the name or address of a host, without a port")
    return host


def parse_email(value: object) -> str:
    """A mail address alone, without a name."""
    try:
        return email_of(_text(value))
    except InvalidInput:
        raise ValueError("must be a mail address such as calendars@example.org") from None


def is_loopback(host: str) -> bool:
    """True for an address or name by which only this machine reaches itself."""
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic turns only a ValueError into a fault
    return value.strip()


def _split(text: str) -> SplitResult | None:
    """None when the URL cannot be taken apart; its scheme and host are in lower case."""
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in text):
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return None
    return parts


def _is_host(host: str) -> bool:
    """True for an IPv4 address or a name in lower case; a name of digits and dots alone is a mistyped address."""
    if re.fullmatch(r"[0-9.]+", host):
        return _is_address(host, version=4)
    return ".." not in host and _HOST_NAME.fullmatch(host) is not None


def _is_address(host: str, *, version: int) -> bool:
    try:
        return ip_address(host).version == version
    except ValueError:
        return False


def _is_unspecified(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
