"""What the next page tells, as a session keeps it."""

from __future__ import annotations

import json

from feedserver.http.told import Told, told_of, told_text

UNDO = Told(kind="done", text="Removed.", items=("One",), button="Undo", action="/x", fields={"share": ["1", "2"]})


def test_what_is_kept_is_told_as_it_was() -> None:
    assert told_of(told_text([UNDO])) == (UNDO,)
    assert told_of("") == ()


def test_what_a_newer_version_added_is_passed_over() -> None:
    (entry,) = json.loads(told_text([UNDO]))
    assert told_of(json.dumps([{**entry, "colour": "green"}])) == (UNDO,)
