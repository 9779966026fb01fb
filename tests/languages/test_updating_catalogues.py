"""`make catalogues`: what translators are given."""

from __future__ import annotations

from pathlib import Path

from tests.languages.messages import messages, read, update

OLD = """
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Shares"
msgstr "Freigaben"

msgid "Nobody says this any more"
msgstr "Das sagt niemand mehr"
"""


def test_new_messages_come_empty_old_ones_go_and_what_is_translated_stays(tmp_path: Path) -> None:
    file = tmp_path / "de.po"
    file.write_text(OLD)

    update(file)

    updated = read(file)
    assert updated["Shares"].string == "Freigaben"
    assert updated["Calendars"].string == ""
    assert "Nobody says" not in file.read_text()
    assert {message.id for message in updated} == {message.id for message in messages()}


def test_an_update_of_what_is_up_to_date_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "de.po"
    file.write_text(OLD)
    update(file)
    before = file.read_text()

    update(file)

    assert file.read_text() == before


def test_the_header_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "de.po"
    file.write_text(OLD)

    update(file)

    assert file.read_text().startswith(OLD.strip().partition("\n\n")[0] + "\n\n")


def test_messages_are_found_in_sources_in_templates_and_in_errors() -> None:
    found = messages()

    assert "admin/templates/base.html" in dict(found["Skip to the content"].locations)
    assert "admin/application.py" in dict(found["There is no such page."].locations)
    assert "feedserver/model/account.py" in dict(found["this is no mail address that can be written to"].locations)
    assert isinstance(found["Please check one entry:"].id, tuple)
