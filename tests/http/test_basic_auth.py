from __future__ import annotations

from base64 import b64encode

import pytest

from feedserver.http.basic_auth import challenge, read_credentials


def _basic(raw: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(raw).decode()}"


def test_f31_there_is_one_constant_challenge() -> None:
    assert challenge() == 'Basic realm="Calendars", charset="UTF-8"'


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_login_and_password_are_read(scheme: str) -> None:
    found = read_credentials([_basic(b"ann:secret", scheme)])
    assert found is not None
    assert (found.login, found.password) == ("ann", "secret")


def test_b15_colons_and_blanks_of_a_password_are_kept() -> None:
    found = read_credentials([_basic(b"ann: a:b ")])
    assert found is not None
    assert found.password == " a:b "


def test_b07_f33_utf8_first_then_latin1() -> None:
    utf8 = read_credentials([_basic("ann:pässword".encode())])
    latin1 = read_credentials([_basic("ann:pässword".encode("latin-1"))])
    assert utf8 is not None
    assert latin1 is not None
    assert utf8.password == latin1.password == "pässword"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YQ",
        "Basic YQ==",
        "Basic =",
        "Basic YW5uOnNlY3JldA==x",
        "Basic YW5u OnNlY3JldA==",
        "BasicYW5uOnNlY3JldA==",
        "Bearer",
        "Bearer YW5uOnNlY3JldA==",
        "Digest username=ann",
        "Negotiate YW5uOnNlY3JldA==",
        "Basic\tYW5uOnNlY3JldA==",
        "Basic \N{LATIN SMALL LETTER E WITH ACUTE}",
        "Basic \udcff",
        "Basic " + "A" * 10_000,
        "Basic YW5uOnNlY3JldA==, Basic YW5uOnNlY3JldA==",
        ",",
        ":",
        "\x00",
    ],
)
def test_b10_malformed_headers_are_no_credentials_and_no_error(header: str) -> None:
    assert read_credentials([header]) is None


def test_b11_two_headers_are_none() -> None:
    good = _basic(b"ann:secret")
    assert read_credentials([good, _basic(b"bob:x")]) is None
    assert read_credentials([_basic(b"bob:x"), good]) is None
    assert read_credentials([]) is None


def test_b18_the_repr_shows_no_password() -> None:
    header = _basic(b"ann:hunter2")
    shown = repr(read_credentials([header]))
    assert "hunter2" not in shown
    assert header not in shown
