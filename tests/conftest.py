"""Fixtures that more than one room's tests use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.databases", "tests.mailbox", "tests.premises"]

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus_dir() -> Path:
    """The corpus of foreign calendars, which is not part of the repository (its README.md says what is in it)."""
    named = os.environ.get("CORPUS_DIR")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpus"
    if (folder / "MANIFEST.json").is_file():
        return folder
    if named:
        pytest.fail(f"CORPUS_DIR is {named}, and there is no MANIFEST.json in it")
    pytest.skip("the corpus is absent: put it at ../shared/corpus beside the checkout, or name it in CORPUS_DIR")
