"""`feedserver check` says whether mail is set up, and whether the mail server lets us in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from feedserver.mail.transport import NO_TLS, UNREACHABLE
from tests.cli.answers import Answer, Run, free_port
from tests.mailbox import Mailbox


def mail_of(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in answer.json["findings"] if f["about"] == "mail")
    return found


def test_check_hints_that_there_is_no_mail_server(run: Run, environment: Path) -> None:
    found = mail_of(run("check", "--json"))
    assert (found["verdict"], "FEEDSERVER_SMTP_HOST" in found["mend"]) == ("hint", True)


def test_check_says_that_the_mail_server_cannot_be_reached(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_SMTP_HOST", "localhost")
    monkeypatch.setenv("FEEDSERVER_SMTP_PORT", str(free_port()))
    found = mail_of(run("check", "--json"))
    assert found["verdict"] == "fault"
    assert UNREACHABLE in found["message"]


async def test_check_greets_the_mail_server_and_sends_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox
) -> None:
    monkeypatch.setenv("FEEDSERVER_SMTP_HOST", "localhost")
    monkeypatch.setenv("FEEDSERVER_SMTP_PORT", str(mailbox.port))
    assert NO_TLS in mail_of(await asyncio.to_thread(run, "check", "--json"))["message"]

    monkeypatch.setenv("FEEDSERVER_SMTP_SECURITY", "none")
    found = mail_of(await asyncio.to_thread(run, "check", "--json"))
    assert (found["verdict"], "calendars@localhost" in found["message"]) == ("good", True)
    assert mailbox.tries == 0
