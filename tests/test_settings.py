"""Settings: where they come from, what is refused and how, and that no value leaks on the way."""

import os
import traceback
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from feedserver.model.errors import SettingsInvalid
from feedserver.setting_values import Listen, base_url_of, parse_interval
from feedserver.settings import PREFIX, Settings, load_settings, settings_table_markdown


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test starts in an empty folder and with no setting in the environment."""
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def faults_of(**overrides: object) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(**overrides)
    return caught.value.faults


def test_with_nothing_set_the_server_is_local_and_keeps_its_data_here(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data_dir == tmp_path / "data"
    assert settings.key_path == tmp_path / "data" / "keys.json"
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/data/feedserver.db"
    assert (str(settings.listen), settings.base_url) == ("127.0.0.1:8080", "http://localhost:8080")
    assert settings.trusted_proxies == (ip_network("127.0.0.1"), ip_network("::1"))
    assert settings.feed_refresh == timedelta(hours=1)
    assert settings.hints() == ()


def test_the_environment_stands_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "feedserver.toml").write_text('language = "de"\nfeed_cache_mb = 5\ntrusted_proxies = ["10.0.0.0/8"]\n')
    monkeypatch.setenv("FEEDSERVER_FEED_CACHE_MB", "7")
    settings = load_settings()
    assert (settings.language, settings.feed_cache_mb, settings.timezone) == ("de", 7, "UTC")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)


def test_the_command_line_stands_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_LISTEN", "127.0.0.1:1")
    assert load_settings(listen="127.0.0.1:2", base_url=None).listen == Listen("127.0.0.1", 2)
    assert faults_of(listen="nowhere") == (
        "--listen: must be host:port or [IPv6 address]:port, with a port from 0 to 65535",
    )


def test_the_file_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other.toml"
    elsewhere.write_bytes(b"\xef\xbb\xbftimezone = 'Europe/Berlin'\r\n")
    monkeypatch.setenv("FEEDSERVER_CONFIG", str(elsewhere))
    assert load_settings().timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "the file cannot be read: No such file or directory"),
        (b"\xff\xfe", "the file is not UTF-8 text"),
        (b"a = 1\nlanguage = sesame\n", "the file is not TOML (at line 2, column 12)"),
    ],
)
def test_a_named_file_that_cannot_be_used_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, fault: str
) -> None:
    elsewhere = tmp_path / "other.toml"
    if content is not None:
        elsewhere.write_bytes(content)
    monkeypatch.setenv("FEEDSERVER_CONFIG", str(elsewhere))
    assert faults_of() == (f"FEEDSERVER_CONFIG: {fault}",)


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(PREFIX + name.upper(), "")
    monkeypatch.setenv("FEEDSERVER_CONFIG", "")
    monkeypatch.setenv("FEEDSERVER_DATABASE_URL_FILE", "")
    assert load_settings() == Settings()


def test_all_faults_are_told_at_once_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "feedserver.toml").write_text("langage = 'de'\nlog_level = 'loud'\n[feed]\ncors = true\n")
    monkeypatch.setenv("FEEDSERVER_LISTN", "127.0.0.1:80")
    monkeypatch.setenv("FEEDSERVER_LISTEN", "80")
    monkeypatch.setenv("FEEDSERVER_FEED_CACHE_MB", "many")
    monkeypatch.setenv("FEEDSERVER_FEED_CORS", "perhaps")
    assert faults_of() == (
        "langage in feedserver.toml: there is no such setting; did you mean language?",
        "feed in feedserver.toml: there is no such setting",
        "FEEDSERVER_LISTN: there is no such setting; did you mean FEEDSERVER_LISTEN?",
        "FEEDSERVER_LISTEN: must be host:port or [IPv6 address]:port",
        "FEEDSERVER_FEED_CORS: must be a valid boolean, unable to interpret input",
        "FEEDSERVER_FEED_CACHE_MB: must be a valid integer, unable to parse string as an integer",
        "log_level in feedserver.toml: must be 'debug', 'info', 'warning' or 'error'",
    )


@pytest.mark.parametrize("name", [n for n in Settings.model_fields if n != "organisation"])
def test_no_fault_shows_a_value_nor_does_what_is_chained_to_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(PREFIX + name.upper(), "~sesame\x01://open:sesame@sesame/?sesame")
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert caught.value.faults[0].startswith(PREFIX + name.upper())
    assert caught.value.__context__ is caught.value.__cause__ is None
    text = "".join(traceback.format_exception(caught.value)) + str(caught.value) + repr(caught.value)
    assert "sesame" not in text


def test_k06_repr_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_DATABASE_URL", "postgresql://feed:sesame@db/feed")
    settings = load_settings()
    assert "sesame" not in f"{settings!r} {settings}"
    assert settings.database_url.get_secret_value() == "postgresql://feed:sesame@db/feed"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().language = "de"


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://feed:sesame@db/feed\n")
    monkeypatch.setenv("FEEDSERVER_DATABASE_URL_FILE", str(tmp_path / "secret"))
    assert load_settings().database_url.get_secret_value() == "postgresql://feed:sesame@db/feed"
    monkeypatch.setenv("FEEDSERVER_DATABASE_URL", "x")
    assert faults_of() == ("FEEDSERVER_DATABASE_URL_FILE: FEEDSERVER_DATABASE_URL is set as well; keep one of them",)


def test_a_secret_file_that_cannot_be_read_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FEEDSERVER_DATABASE_URL_FILE", str(tmp_path / "missing"))
    assert faults_of() == ("FEEDSERVER_DATABASE_URL_FILE: the file cannot be read: No such file or directory",)
    (tmp_path / "missing").write_bytes(b"\xff")
    assert faults_of() == ("FEEDSERVER_DATABASE_URL_FILE: the file is not UTF-8 text",)


def test_only_secrets_may_be_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_LISTEN_FILE", "x")
    assert faults_of()[0].startswith("FEEDSERVER_LISTEN_FILE: there is no such setting")


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:8080", Listen("127.0.0.1", 8080)),
        ("0.0.0.0:0", Listen("0.0.0.0", 0)),  # noqa: S104
        ("[::1]:80", Listen("::1", 80)),
        (" localhost:65535 ", Listen("localhost", 65535)),
        ("calendar_1.Example.org:1", Listen("calendar_1.Example.org", 1)),
    ],
)
def test_where_to_listen_is_a_host_and_a_port(text: str, listen: Listen) -> None:
    assert load_settings(listen=text).listen == listen
    assert str(listen) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8080",
        ":8080",
        "::1:80",
        "[::1]",
        "[::1]:",
        "a:b",
        "a:-1",
        "a:65536",
        "a:٣",
        "[127.0.0.1]:1",
        "a b:1",
        "http://a:1",
        "127.0.0.1.5:80",
        "1.2.3:80",
        "[::g]:1",
        "a..b:1",
        "-a:1",
        "a:999999999999",
        "é:1",
    ],
)
def test_anything_else_to_listen_at_is_refused(text: str) -> None:
    assert len(faults_of(listen=text)) == 1


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://calendar.example.org", "https://calendar.example.org"),
        ("HTTPS://Calendar.Example.org:443/", "https://calendar.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://10.1.2.3:8443/", "https://10.1.2.3:8443"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_base_url_is_normalised(text: str, url: str) -> None:
    assert load_settings(base_url=text).base_url == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("calendar.example.org", "absolute URL"),
        ("//calendar.example.org", "absolute URL"),
        ("ftp://calendar.example.org", "absolute URL"),
        ("webcal://calendar.example.org", "absolute URL"),
        ("https://", "absolute URL"),
        ("https://a:b", "absolute URL"),
        ("https://a:99999", "absolute URL"),
        ("https://[::1", "absolute URL"),
        ("https://a b", "absolute URL"),
        ("https://a\r\nb", "absolute URL"),
        ("https://a\\b", "absolute URL"),
        ("https://me@calendar.example.org", "user name"),
        ("https://:@calendar.example.org", "user name"),
        ("https://calendar.example.org/cal", "no path"),
        ("https://calendar.example.org//", "no path"),
        ("https://calendar.example.org?", "no path, query"),
        ("https://calendar.example.org/#", "no path, query or fragment"),
        ("https://bücher.example", "xn--"),
        ("https://a..b", "ASCII"),
        ("https://300.1.1.1", "ASCII"),
        ("http://0.0.0.0:8080", "every interface"),
        ("http://[::]:8080", "every interface"),
        ("http://localhost:0", "port 0"),
    ],
)
def test_a_base_url_that_cannot_be_right_is_refused(text: str, reason: str) -> None:
    (fault,) = faults_of(base_url=text)
    assert reason in fault


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:8080", "http://localhost:8080"),
        ("0.0.0.0:80", "http://localhost"),
        ("[::]:9000", "http://localhost:9000"),
        ("[2001:db8::5]:9000", "http://[2001:db8::5]:9000"),
        ("Calendar.example.org:8080", "http://calendar.example.org:8080"),
    ],
)
def test_a_base_url_that_is_not_set_follows_from_where_the_server_listens(listen: str, url: str) -> None:
    settings = load_settings(listen=listen)
    assert settings.base_url == base_url_of(settings.listen) == url


@pytest.mark.parametrize(
    ("listen", "url", "hints"),
    [
        ("127.0.0.1:8080", "http://localhost:8080", []),
        ("0.0.0.0:8080", None, ["names this machine itself"]),
        ("127.0.0.1:8080", "https://localhost", ["names this machine itself"]),
        ("127.0.0.1:8080", "https://calendar.example.org", []),
        ("127.0.0.1:8080", "http://calendar.example.org", ["plain http"]),
        ("127.0.0.1:8080", "https://calendar.example.org:8443", ["has a port"]),
        ("[::]:8080", "http://[2001:db8::5]:8080", ["plain http", "has a port"]),
        ("[::]:8080", "http://[::1]:8080", ["names this machine itself"]),
    ],
)
def test_what_is_allowed_but_cannot_be_right_for_long_gets_a_hint(
    listen: str, url: str | None, hints: list[str]
) -> None:
    given = load_settings(listen=listen, base_url=url).hints()
    assert len(given) == len(hints)
    assert all(part in hint for part, hint in zip(hints, given, strict=True))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgres://u:p@h:5433/d?sslmode=require", "postgresql://u:p@h:5433/d?sslmode=require"),
        ("postgresql:///d?host=/run/postgresql", "postgresql:///d?host=/run/postgresql"),
        ("/srv/feeds.db", "sqlite:////srv/feeds.db"),
        ("sqlite:////srv/feeds.db", "sqlite:////srv/feeds.db"),
        ("feeds.db", "sqlite:////data/feeds.db"),
        ("sqlite:///feeds.db", "sqlite:////data/feeds.db"),
    ],
)
def test_a_database_is_a_file_or_a_postgresql(text: str, url: str) -> None:
    assert load_settings(data_dir="/data", database_url=text).database_url.get_secret_value() == url


@pytest.mark.parametrize(
    "text", ["mysql://u:sesame@h/d", "postgresql://u:sesame@h", "postgresql://h:x/d", "sqlite://", "a\x00b"]
)
def test_any_other_database_is_refused(text: str) -> None:
    (fault,) = faults_of(database_url=text)
    assert fault.startswith("--database-url: must")


def test_trusted_proxies_are_addresses_networks_or_none() -> None:
    given = load_settings(trusted_proxies="10.0.0.1, 10.1.0.5/16 2001:db8::/32").trusted_proxies
    assert given == (ip_network("10.0.0.1"), ip_network("10.1.0.0/16"), ip_network("2001:db8::/32"))
    assert load_settings(trusted_proxies="none").trusted_proxies == ()
    for text in ("proxy", "10.0.0.1/33", "none 10.0.0.1", 7, [[]]):
        assert len(faults_of(trusted_proxies=text)) == 1


@pytest.mark.parametrize(
    "text", ["Europe/Berlyn", "../../etc/passwd", "/etc/passwd", "", "CE\x00T", "W. Europe Standard Time"]
)
def test_an_unknown_time_zone_is_refused(text: str) -> None:
    assert faults_of(timezone=text) == ("--timezone: must be an IANA time zone such as Europe/Berlin",)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("60", 60), (90, 90), ("PT1H", 60), ("pt90m", 90), ("P1DT1H30M", 1530), ("P1W", 10080), ("PT60S", 1)],
)
def test_an_interval_is_minutes_or_a_duration(text: object, minutes: int) -> None:
    assert load_settings(feed_refresh=text).feed_refresh == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["0", "P", "PT", "1h", "-60", "PT-1H", "P32D", "PT59S", "9" * 7, True, "PT1.5H", "٣", 1.5]
)
def test_any_other_interval_is_refused(text: object) -> None:
    assert faults_of(feed_refresh=text)[0].startswith("--feed-refresh: must be")


def test_an_interval_may_be_given_as_itself() -> None:
    assert parse_interval(timedelta(hours=2)) == timedelta(hours=2)


def test_limits_come_in_bytes_too() -> None:
    settings = load_settings(max_import_mb=2, max_object_kb="32", feed_cache_mb=0)
    assert (settings.max_import_bytes, settings.max_object_bytes, settings.feed_cache_bytes) == (2 * 2**20, 2**15, 0)


def test_the_organisation_is_one_line() -> None:
    assert load_settings(organisation=" Bücher & Söhne ").organisation == "Bücher & Söhne"
    assert len(faults_of(organisation="a\nb")) == len(faults_of(organisation="a" * 201)) == 1


def test_without_a_mail_server_there_is_no_mail_and_nothing_else_of_it_is_needed() -> None:
    settings = load_settings()
    assert (settings.has_mail, settings.mail_from) == (False, "calendars@localhost")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_of_the_mail_server_follows_from_its_protection(security: str, port: int) -> None:
    settings = load_settings(smtp_host="mail.example.org", smtp_security=security)
    assert (settings.has_mail, settings.smtp_port) == (True, port)
    assert load_settings(smtp_security=security, smtp_port=2525).smtp_port == 2525


def test_m13_a_password_for_a_mail_server_in_the_clear_is_a_fault() -> None:
    assert faults_of(smtp_host="localhost", smtp_security="none", smtp_user="post") == (
        "--smtp-user: needs SMTP_SECURITY starttls or tls: a password is never sent in the clear",
    )


def test_k06_m15_password_of_the_mail_server_may_be_in_a_file_and_is_in_no_repr(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    monkeypatch.setenv("FEEDSERVER_SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    settings = load_settings()
    assert settings.smtp_password.get_secret_value() == "sesame"
    assert "sesame" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("host", ["mail example", "mail:25", "https://mail.example.org", "user@mail", "256.1.1.1"])
def test_what_names_no_host_is_no_mail_server(host: str) -> None:
    assert faults_of(smtp_host=host) == ("--smtp-host: must be the name or address of a host, without a port",)


@pytest.mark.parametrize("address", ["Club <a@example.org>", "a@example.org\nBcc: b@example.org", "nobody"])
def test_what_is_no_plain_address_sends_no_mail(address: str) -> None:
    assert faults_of(mail_from=address) == ("--mail-from: must be a mail address such as calendars@example.org",)


def test_every_setting_has_a_sentence_and_a_unit_where_it_is_a_number() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description is not None, name
        assert field.description.endswith("."), name
        assert isinstance(field.json_schema_extra, dict)
        assert bool(field.json_schema_extra["unit"]) == (field.annotation in (int, timedelta)), name


def rows_of_table() -> Iterator[list[str]]:
    for line in settings_table_markdown().splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_table_has_one_row_per_setting_and_its_plain_defaults_are_the_real_ones() -> None:
    settings = load_settings()
    rows = list(rows_of_table())
    assert [row[0] for row in rows] == [f"`{PREFIX}{name.upper()}`" for name in Settings.model_fields]
    for (name, field), row in zip(Settings.model_fields.items(), rows, strict=True):
        value = getattr(settings, name)
        follows_another = field.default_factory is not None
        if follows_another:
            continue
        if isinstance(value, bool | int | Listen) or name in ("timezone", "language"):
            assert row[1] == str(value).replace("True", "true").replace("False", "false")


def test_the_readme_shows_this_very_table() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0]
    assert shown.strip() == settings_table_markdown().strip()
