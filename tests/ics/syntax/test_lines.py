"""Content lines: what is one line, what it says, and how it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedserver.ics.syntax.lines import (
    ContentLine,
    decode,
    decode_param,
    escape_text,
    fold,
    format_line,
    parse_line,
    split_text,
    unescape_text,
    unfold,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=300)
NAMES = st.from_regex(r"[A-Z][A-Z0-9-]{0,20}", fullmatch=True)
PARAM_VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"'), max_size=60)
PARAMS = st.lists(st.tuples(NAMES, st.lists(PARAM_VALUES, min_size=1, max_size=3).map(tuple)), max_size=4).map(tuple)


@given(TEXT)
def test_folded_line_unfolds_to_itself_in_lines_of_75_octets(line: str) -> None:
    line = "X" + line
    folded = fold(line)
    assert folded.endswith(b"\r\n")
    assert all(len(physical) <= 75 for physical in folded.split(b"\r\n"))
    for physical in folded.split(b"\r\n"):
        physical.decode()  # each part is whole characters
    assert unfold(folded) == [(1, line.encode())]


@given(NAMES, PARAMS, TEXT)
def test_formatted_property_parses_to_itself(
    name: str, params: tuple[tuple[str, tuple[str, ...]], ...], value: str
) -> None:
    ((_, line),) = unfold(format_line(name, params, value))
    assert parse_line(decode(line)) == ContentLine(name, params, value)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_reads_back_and_has_no_line_break(text: str) -> None:
    escaped = escape_text(text)
    assert "\n" not in escaped
    assert "\r" not in escaped
    assert unescape_text(escaped) == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")), min_size=1))
def test_text_list_parts_only_at_bare_commas(texts: list[str]) -> None:
    assert split_text(",".join(map(escape_text, texts))) == texts


@given(st.text(max_size=200))
def test_any_text_parses_or_raises_value_error(text: str) -> None:
    try:
        line = parse_line(text)
    except ValueError:
        return
    assert line.name == line.name.upper()


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_lines_end_at_crlf_lf_and_cr(end: bytes) -> None:
    assert [line for _, line in unfold(b"A:1" + end + b" 2" + end + b"B:3" + end)] == [b"A:12", b"B:3"]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_other_breaks_are_text_i09(mark: str) -> None:
    assert unfold(f"SUMMARY:a{mark}b\r\n".encode()) == [(1, f"SUMMARY:a{mark}b".encode())]


def test_fold_inside_a_character_is_undone_before_decoding_trap_4() -> None:
    ((_, line),) = unfold(b"SUMMARY:Caf\xc3\r\n \xa9\r\n")
    assert decode(line) == "SUMMARY:Café"


def test_line_numbers_are_those_of_the_physical_lines() -> None:
    assert unfold(b"A:1\r\n 2\r\n\r\nB:3\r\n") == [(1, b"A:12"), (4, b"B:3")]


def test_bytes_that_are_not_utf_8_read_as_windows_1252() -> None:
    assert decode(b"SUMMARY:Caf\xe9 \x80\x81") == "SUMMARY:Café €\x81"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("summary:Hi", ContentLine("SUMMARY", (), "Hi")),
        ("X:", ContentLine("X", (), "")),
        ("X:a:b;c", ContentLine("X", (), "a:b;c")),
        ("A;tzid=Europe/Rome:1", ContentLine("A", (("TZID", ("Europe/Rome",)),), "1")),
        ('A;M="x:y","z;w",v:1', ContentLine("A", (("M", ("x:y", "z;w", "v")),), "1")),
        ('A;B="";C=:1', ContentLine("A", (("B", ("",)), ("C", ("",))), "1")),
        ('A:he said "no', ContentLine("A", (), 'he said "no')),
    ],
)
def test_line_is_lexed_as_rfc_5545_writes_it(text: str, expected: ContentLine) -> None:
    assert parse_line(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "no colon", ":x", "A B:x", 'A;CN="open:mailto:x', 'A;CN=a"b"c:x', "A;B:x", "A;=x:y", "A_B:x", "\x00:1", "Ä:1"],
)
def test_what_is_no_content_line_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"a content line|a quote|the parameters"):
        parse_line(text)


def test_error_text_never_quotes_the_line() -> None:
    with pytest.raises(ValueError, match="line") as caught:
        parse_line("secret words without any separator")
    assert "secret" not in str(caught.value)


def test_caret_encoding_of_parameters_is_read_and_written() -> None:
    assert decode_param("a^nb^'c^'^^d^x") == 'a\nb"c"^d^x'
    assert format_line("A", [("CN", ('Jo "J" D',))], "x") == b"A;CN=Jo ^'J^' D:x\r\n"
