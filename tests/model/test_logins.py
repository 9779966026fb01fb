"""What may be a login or a mail address, and what counts as the same."""

from __future__ import annotations

import pytest

from feedserver.model.account import email_of, login_key, login_of
from feedserver.model.errors import InvalidInput


@pytest.mark.parametrize("login", ["ann", "Ann", "ann.lee", "a", "7up", "jörg", "анна", "अनु", "o_o-o+o"])
def test_plain_logins_are_kept_as_typed(login: str) -> None:
    assert login_of(login) == login


@pytest.mark.parametrize(
    "login",
    ["", " ann", "ann ", "a b", "a\nb", "a\tb", "a\u00a0b", "a\u200bb", "\u202eann", "a:b", "a@b", "a/b", "../x",
     ".*", "%", "a%", "_", "a|b", "a\\b", "a'b", 'a"b', "<a>", "a\x00b", "x" * 65],
)  # fmt: skip
def test_b12_logins_that_a_pattern_a_path_or_a_header_could_misread_are_refused(login: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        login_of(login)
    assert refused.value.field == "login"


def test_b12_case_does_not_tell_two_logins_apart_but_a_look_alike_letter_does() -> None:
    assert login_key("Ann") == login_key("ann")
    assert login_key("jo\u0308rg") == login_key("J\u00d6RG")
    assert login_key("ann") != login_key("\u0430nn")


def test_decomposed_letters_are_composed() -> None:
    assert login_of("jo\u0308rg") == "j\u00f6rg"


@pytest.mark.parametrize("email", ["a@b", "ann.lee+x@example.org", "jörg@bücher.example"])
def test_mail_addresses_are_kept(email: str) -> None:
    assert email_of(email) == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b\r\nBcc: x@y",
        "a@b>",
        "<a@b>",
        "a,b@c",
        "a@b;c@d",
        "a\x00@b",
        "x" * 250 + "@b.de",
    ],
)
def test_m01_what_a_mail_header_could_misread_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        email_of(email)
    assert refused.value.field == "email"
