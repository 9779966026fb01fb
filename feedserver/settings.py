"""Settings: one table of names, defaults, units and meanings; the README's table is written from it.

`FEEDSERVER_<NAME>` in the environment stands before `<name>` in `feedserver.toml`, and that before the default.
A secret may be in a file named by `FEEDSERVER_<NAME>_FILE`. Only the command line and the application read this module;
all other rooms get plain values.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainValidator, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from feedserver.model.errors import SettingsInvalid
from feedserver.setting_values import (
    Listen,
    Network,
    base_url_of,
    is_loopback,
    parse_base_url,
    parse_database_url,
    parse_email,
    parse_host,
    parse_interval,
    parse_line,
    parse_listen,
    parse_networks,
    parse_path,
    parse_timezone,
)

PREFIX = "FEEDSERVER_"
CONFIG_NAME = "FEEDSERVER_CONFIG"
DEFAULT_FILE = "feedserver.toml"


def _setting(default: Any, description: str, *, unit: str = "", shown: str | None = None, **bounds: Any) -> Any:
    """One row of the table. `shown`: the default as the table spells it, where it is not the value itself."""
    extra: Any = {"unit": unit, "shown": shown or _spell(default)}
    if callable(default):
        return Field(default_factory=default, description=description, json_schema_extra=extra, **bounds)
    return Field(default=default, description=description, json_schema_extra=extra, **bounds)


def _spell(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _own_base_url(given: dict[str, Any]) -> str:
    return base_url_of(given["listen"])


def _own_database(given: dict[str, Any]) -> SecretStr:
    return SecretStr(parse_database_url("feedserver.db", given["data_dir"]))


def _database(value: object, info: Any) -> SecretStr:
    if isinstance(value, SecretStr):
        return value
    return SecretStr(parse_database_url(value, info.data.get("data_dir", Path())))


def _secret(value: object) -> SecretStr:
    return value if isinstance(value, SecretStr) else SecretStr(parse_line(value))


def _own_smtp_port(given: dict[str, Any]) -> int:
    return {"starttls": 587, "tls": 465, "none": 25}[given["smtp_security"]]


def _smtp_user(value: object, info: Any) -> str:
    user = parse_line(value)
    if user and info.data.get("smtp_security") == "none":
        raise ValueError("needs SMTP_SECURITY starttls or tls: a password is never sent in the clear")
    return user


def _own_mail_from(given: dict[str, Any]) -> str:
    return f"calendars@{urlsplit(given['base_url']).hostname}"


class Settings(BaseSettings):
    """All settings, checked and frozen; `repr` shows no secret. Made by `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        enable_decoding=False,
        validate_default=False,
    )

    data_dir: Annotated[Path, PlainValidator(parse_path)] = _setting(
        Path("data").absolute, "Where the database, the signing keys and everything else is kept.", shown="./data"
    )
    listen: Annotated[Listen, PlainValidator(parse_listen)] = _setting(
        Listen("127.0.0.1", 8080), "Where the server listens: `host:port` or `[IPv6 address]:port`."
    )
    base_url: Annotated[str, PlainValidator(parse_base_url)] = _setting(
        _own_base_url,
        "The address by which others reach the server; every link begins with it.",
        shown="http://localhost and the port of LISTEN",
    )
    database_url: Annotated[SecretStr, PlainValidator(_database)] = _setting(
        _own_database,
        "The database: `postgresql://user:password@host:port/database`, or the path of an SQLite file.",
        shown="feedserver.db in DATA_DIR",
    )
    trusted_proxies: Annotated[tuple[Network, ...], PlainValidator(parse_networks)] = _setting(
        parse_networks("127.0.0.1, ::1"),
        "Addresses and networks of the proxies whose `X-Forwarded-For` and `-Proto` are believed, or `none`.",
        shown="127.0.0.1, ::1",
    )
    timezone: Annotated[str, PlainValidator(parse_timezone)] = _setting("UTC", "The time zone of new calendars.")
    language: Literal["en", "de"] = _setting("en", "The language of the words that a feed adds, such as “Busy”.")
    organisation: Annotated[str, PlainValidator(parse_line)] = _setting(
        "", "Who runs this server, as its pages name it.", shown="none"
    )

    feed_refresh: Annotated[timedelta, BeforeValidator(parse_interval)] = _setting(
        timedelta(minutes=60),
        "How often a feed asks its subscribers to come back: minutes, or a duration such as `PT1H`.",
        unit="minutes",
        shown="60",
        ge=timedelta(minutes=1),
        le=timedelta(days=31),
    )
    feed_method: Literal["publish", "none"] = _setting("publish", "Whether a feed says `METHOD:PUBLISH`.")
    feed_keep_alive: bool = _setting(
        True, "Whether a feed without events holds one in the past, without which some apps keep old events."
    )
    feed_off_answer: Literal["tombstone", "404"] = _setting(
        "tombstone",
        "What a share that is off answers: `tombstone` takes the events from its subscribers, `404` leaves them their"
        " last copy.",
    )
    feed_removed_days: int = _setting(
        90, "How long a removed share answers like one that is off before it is gone.", unit="days", ge=1, le=36500
    )
    feed_compression: bool = _setting(True, "Whether feeds are compressed for clients that ask for it.")
    feed_compress_outlook: bool = _setting(False, "Whether this holds for Microsoft Outlook and Office, too.")
    feed_cors: bool = _setting(True, "Whether scripts on other web sites may read public feeds.")
    feed_cache_mb: int = _setting(64, "Memory for ready feeds.", unit="MiB", ge=0, le=65536)
    feed_warn_bytes: int = _setting(
        1_000_000, "From which size on a feed's owner is told that it is large.", unit="bytes", ge=1000
    )

    max_import_mb: int = _setting(100, "The largest file that can be imported.", unit="MiB", ge=1, le=2048)
    max_object_kb: int = _setting(
        1024, "The largest single event with all its changed instances.", unit="KiB", ge=16, le=65536
    )
    max_objects_per_calendar: int = _setting(200_000, "How many events one calendar can hold.", unit="events", ge=1)
    login_failures: int = _setting(
        10, "Wrong passwords within 15 minutes after which further tries have to wait.", unit="tries", ge=3, le=1000
    )
    link_guesses: int = _setting(
        300, "Forged links from one address within 10 minutes after which more are refused.", unit="links", ge=10
    )
    password_hashes_at_once: int = _setting(
        2, "How many passwords are checked at the same time; each needs 19 MiB.", unit="passwords", ge=1, le=64
    )

    smtp_host: Annotated[str, PlainValidator(parse_host)] = _setting(
        "", "The mail server that takes our mails. Without one, pages show what to send by hand.", shown="none"
    )
    smtp_security: Literal["starttls", "tls", "none"] = _setting(
        "starttls",
        "How the way to it is protected: `starttls` (or nothing is sent), `tls` from the first byte, or `none`, for a"
        " server on this machine.",
    )
    smtp_port: int = _setting(
        _own_smtp_port,
        "Where it listens.",
        unit="TCP port",
        shown="587, or 465 with `tls`, or 25 with `none`",
        ge=1,
        le=65535,
    )
    smtp_user: Annotated[str, PlainValidator(_smtp_user)] = _setting(
        "", "Whom to log in as there; needs `starttls` or `tls`.", shown="none"
    )
    smtp_password: Annotated[SecretStr, PlainValidator(_secret)] = _setting(
        SecretStr(""), "The password for it.", shown="none"
    )
    mail_from: Annotated[str, PlainValidator(parse_email)] = _setting(
        _own_mail_from, "The address that mails come from.", shown="calendars@ and the host of BASE_URL"
    )
    mails_per_hour: int = _setting(
        200, "How many mails are sent within an hour; the others wait.", unit="mails", ge=1, le=100_000
    )

    audit_days: int = _setting(
        365, "How long the history of changes is kept: who did what, when, from where.", unit="days", ge=1, le=36500
    )
    usage_days: int = _setting(
        90, "How long it is kept how often each link was fetched, by day and kind of app.", unit="days", ge=1, le=36500
    )

    log_format: Literal["auto", "json", "text"] = _setting(
        "auto", "JSON lines or text; `auto` is text on a terminal and JSON elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "From which weight on things are logged."
    )
    access_log: Literal["all", "changes", "off"] = _setting(
        "all", "Which requests are logged; `changes` leaves out the answers “not modified”."
    )
    log_client_addresses: Literal["full", "shortened", "off"] = _setting(
        "shortened", "How client addresses are logged; `shortened` keeps the network alone (/24, /48)."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` gathered: it knows where each value came from and reports all faults at once."""
        return (init_settings,)

    @property
    def key_path(self) -> Path:
        """The key file: beside the database, never inside it."""
        return self.data_dir / "keys.json"

    @property
    def max_import_bytes(self) -> int:
        """MAX_IMPORT_MB in bytes."""
        return self.max_import_mb * 1024 * 1024

    @property
    def max_object_bytes(self) -> int:
        """MAX_OBJECT_KB in bytes."""
        return self.max_object_kb * 1024

    @property
    def feed_cache_bytes(self) -> int:
        """FEED_CACHE_MB in bytes."""
        return self.feed_cache_mb * 1024 * 1024

    @property
    def has_mail(self) -> bool:
        """True when there is a mail server to send by."""
        return bool(self.smtp_host)

    @property
    def is_https(self) -> bool:
        """True when the public address is https, here or in front of us."""
        return self.base_url.startswith("https:")

    def hints(self) -> tuple[str, ...]:
        """What is allowed, but cannot be right for long; sentences for the log and for `check`."""
        parts = urlsplit(self.base_url)
        if is_loopback(parts.hostname or ""):
            is_shared = not is_loopback(self.listen.host) or self.is_https
            return (f"{PREFIX}BASE_URL names this machine itself: nobody else can open its links",) if is_shared else ()
        plain = f"{PREFIX}BASE_URL is plain http: links and passwords of secured shares can be read on the way"
        port = f"{PREFIX}BASE_URL has a port: Outlook.com subscribes to none that has"
        return tuple(hint for hint, holds in ((plain, not self.is_https), (port, parts.port is not None)) if holds)


_SECRETS = frozenset({"database_url", "smtp_password"})


def load_settings(**overrides: object) -> Settings:
    """The settings of this process; `overrides` by field name (None: not given) stand before everything else.

    Raises SettingsInvalid with all faults at once. Neither it nor anything chained to it holds a value.
    """
    gathered = _Gathered({}, {}, [])
    _gather_file(gathered)
    _gather_environment(gathered)
    for name, value in overrides.items():
        if value is not None:
            gathered.put(name, value, f"--{name.replace('_', '-')}")
    settings = _validated(gathered)
    if settings is None or gathered.faults:
        raise SettingsInvalid(tuple(gathered.faults))
    return settings


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Values by field name, the name under which each was given, and the faults so far."""

    values: dict[str, object]
    origins: dict[str, str]
    faults: list[str]

    def put(self, name: str, value: object, origin: str) -> None:
        self.values[name] = value
        self.origins[name] = origin


def _gather_file(gathered: _Gathered) -> None:
    named = os.environ.get(CONFIG_NAME)
    path = Path(named or DEFAULT_FILE)
    if not named and not path.exists():
        return
    label = CONFIG_NAME if named else DEFAULT_FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        gathered.faults.append(f"{label}: the file cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        gathered.faults.append(f"{label}: the file is not UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")")
        gathered.faults.append(f"{label}: the file is not TOML ({place})")
    else:
        for name, value in document.items():
            _put_from_file(gathered, name, value)


def _put_from_file(gathered: _Gathered, name: str, value: object) -> None:
    origin = f"{_printable(name)} in {DEFAULT_FILE}"
    if name in Settings.model_fields:
        gathered.put(name, value, origin)
    else:
        gathered.faults.append(f"{origin}: there is no such setting{_nearest(name, Settings.model_fields)}")


def _gather_environment(gathered: _Gathered) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {CONFIG_NAME, *(f"{PREFIX}{name.upper()}_FILE" for name in _SECRETS)}
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            gathered.faults.append(f"{_printable(name)}: there is no such setting{_nearest(name.upper(), known)}")
    for name in sorted(_SECRETS):
        _gather_secret(gathered, name)
    for name, value in EnvSettingsSource(Settings)().items():
        gathered.put(name, value, PREFIX + name.upper())


def _gather_secret(gathered: _Gathered, name: str) -> None:
    plain_name = PREFIX + name.upper()
    file_name = plain_name + "_FILE"
    path = os.environ.get(file_name)
    if not path:
        return
    if os.environ.get(plain_name):
        gathered.faults.append(f"{file_name}: {plain_name} is set as well; keep one of them")
        return
    try:
        gathered.put(name, Path(path).read_text(encoding="utf-8").strip(), file_name)
    except OSError as error:
        gathered.faults.append(f"{file_name}: the file cannot be read: {error.strerror}")
    except ValueError:
        gathered.faults.append(f"{file_name}: the file is not UTF-8 text")


def _validated(gathered: _Gathered) -> Settings | None:
    """None when something is wrong; pydantic's own error holds the values, so it ends here."""
    try:
        return Settings(**gathered.values)  # type: ignore[arg-type]
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
    for detail in details:
        name = str(detail["loc"][0])
        # The default of a setting that follows from one with a fault: nothing to mend there.
        if detail["type"] != "default_factory_not_called":
            message = detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
            gathered.faults.append(f"{gathered.origins.get(name, PREFIX + name.upper())}: {message}")
    return None


def _nearest(name: str, known: Mapping[str, object] | set[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _printable(name: str) -> str:
    return name if name.isprintable() else ascii(name)


def settings_table_markdown() -> str:
    """The README's table, one row per setting in the order above, with a line end behind each row."""
    rows = [("Environment", "Default", "Unit", "What it does"), ("---",) * 4]
    for name, field in Settings.model_fields.items():
        extra: Any = field.json_schema_extra
        default, unit = extra["shown"], extra["unit"]
        rows.append((f"`{PREFIX}{name.upper()}`", default, unit, field.description or ""))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
