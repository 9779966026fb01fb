"""Every catalogue says everything: what is missing would stand in English between the translated."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.languages.messages import CATALOGUES, errors_not_gathered, messages, plurals, read

ALL = pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)


@ALL
def test_a_catalogue_translates_every_message_of_pages_mails_and_errors(file: Path) -> None:
    catalogue = read(file)
    missing = [message.id for message in messages() if message.id and not _is_translated(catalogue.get(message.id))]
    assert missing == []


@ALL
def test_a_catalogue_holds_nothing_that_nobody_says_any_more(file: Path) -> None:
    catalogue, said = read(file), messages()
    assert [message.id for message in catalogue if message.id and message.id not in said] == []
    assert list(catalogue.obsolete) == []


@ALL
def test_no_translation_is_a_guess(file: Path) -> None:
    assert [message.id for message in read(file) if message.id and message.fuzzy] == []


@ALL
def test_a_translation_fills_in_what_the_message_does(file: Path) -> None:
    different = [message.id for message in read(file) if message.id and not _has_same_fields(message)]
    assert different == []


@ALL
def test_a_translation_has_one_text_for_each_plural_of_its_language(file: Path) -> None:
    catalogue = read(file)
    odd = [
        message.id
        for message in catalogue
        if message.pluralizable and len(_texts(message.string)) != catalogue.num_plurals
    ]
    assert odd == []


def test_every_error_that_people_see_can_be_translated() -> None:
    """None is put together from pieces at run time."""
    assert errors_not_gathered() == []


def test_no_two_plurals_have_the_same_singular() -> None:
    """A catalogue keeps one of them alone."""
    singulars = [singular for singular, _ in plurals()]
    assert sorted(singulars) == sorted(set(singulars))


def _is_translated(message: Message | None) -> bool:
    return message is not None and all(text.strip() for text in _texts(message.string))


def _has_same_fields(message: Message) -> bool:
    """A form for one thing may leave its number out, as "one entry" does."""
    originals, translations = _texts(message.id), _texts(message.string)
    wanted = _fields(originals[-1])
    spare = {"n"} if message.pluralizable else set()
    return all(wanted - spare <= _fields(text) <= wanted for text in translations)


def _texts(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
