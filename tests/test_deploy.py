"""What `deploy/` gives away to the programs it starts."""

from __future__ import annotations

import re
from configparser import RawConfigParser
from pathlib import Path

from feedserver.settings import Settings

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, arguments) of the last stage."""
    lines = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    parsed = [(word, rest) for line in lines if line and line[0] != "#" for word, _, rest in [line.partition(" ")]]
    return parsed[max(n for n, (word, _) in enumerate(parsed) if word == "FROM") :]


def test_c05_the_image_ends_as_a_numbered_user_who_is_not_root() -> None:
    """C05. By number, so that `runAsNonRoot` of an orchestrator can tell."""
    users = [rest for word, rest in dockerfile() if word == "USER"]

    assert users
    assert int(users[-1]) > 0


def test_c05_the_image_needs_no_shell_and_writes_to_its_volume_alone() -> None:
    arguments = dict(dockerfile())

    assert arguments["ENTRYPOINT"].startswith("[")
    assert arguments["CMD"].startswith("[")
    assert f"FEEDSERVER_DATA_DIR={arguments['VOLUME']}" in arguments["ENV"].split()


def test_the_names_of_settings_in_deploy_are_settings() -> None:
    names = {name for path in DEPLOY.iterdir() for name in re.findall(r"FEEDSERVER_([A-Z_]+)", path.read_text())}

    assert {name.lower() for name in names} <= Settings.model_fields.keys()


def test_k04_the_service_runs_without_root_under_a_mask_that_shuts_others_out() -> None:
    """K04. The program sets the same mask itself; the unit holds it for what runs before."""
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "feedserver.service")
    service = dict(unit["Service"])

    assert service["User"] not in {"root", "0"}
    assert service["UMask"] == "0077"
    assert service["StateDirectoryMode"] == "0700"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"


def test_f5_the_proxy_answers_plain_http_with_308_and_keeps_tokens_out_of_its_log() -> None:
    """F5, and O03's other half: a token that nginx logs is a token given away."""
    nginx = (DEPLOY / "nginx.conf").read_text()

    assert "return 308 https://$host$request_uri;" in nginx
    assert re.findall(r"access_log (?!off)\S+ (\w+);", nginx) == ["without_token"]
    assert "X-Forwarded-Proto $scheme" in nginx
